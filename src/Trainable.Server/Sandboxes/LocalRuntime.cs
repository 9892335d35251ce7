using System.Text.RegularExpressions;
using Trainable.Server.Platform;
using Trainable.Server.Sandboxes.ControlGroups;
using Trainable.Server.Sandboxes.Launch;
using Trainable.Server.Sandboxes.Launch.Containers;
using Trainable.Server.Sandboxes.Runner;

namespace Trainable.Server.Sandboxes;

/// <summary>Sandboxes on this machine: bubblewrap or Podman, seccomp and control groups, or none of them when told so.</summary>
internal sealed partial class LocalRuntime : ISandboxRuntime, IDisposable
{
    private readonly SandboxOptions _options;
    private readonly TrainableHome _home;
    private readonly TimeProvider _time;
    private readonly ILogger<LocalRuntime> _logger;
    private readonly LaunchThread _thread = new();
    private readonly ISandboxLauncher _launcher;
    private readonly Lazy<ServerGroup> _groups;
    private int _opened;

    public LocalRuntime(SandboxOptions options, TrainableHome home, TimeProvider time, ILogger<LocalRuntime> logger)
        : this(options, home, time, logger, log => ServerGroup.Open(ControlGroupLocator.OfThisProcess(), time, log)) { }

    /// <param name="options">How sandboxes run here.</param>
    /// <param name="home">Where the workspace lies.</param>
    /// <param name="time">The clock of every limit.</param>
    /// <param name="logger">Where runners' complaints go.</param>
    /// <param name="openGroups">How control groups are found; they need not be this process's.</param>
    public LocalRuntime(
        SandboxOptions options,
        TrainableHome home,
        TimeProvider time,
        ILogger<LocalRuntime> logger,
        Func<ILogger, ServerGroup> openGroups
    )
    {
        _options = options;
        _home = home;
        _time = time;
        _logger = logger;
        _groups = new Lazy<ServerGroup>(() => openGroups(logger));
        _launcher = options.Mode switch
        {
            SandboxMode.Unsafe => new UnsafeLauncher(_thread),
            SandboxMode.Container => new ContainerLauncher(_thread, home),
            _ => new BubblewrapLauncher(_thread, home),
        };
        if (options.Mode is SandboxMode.Unsafe)
            LogUnsafe();
    }

    public async ValueTask<ISandbox> OpenAsync(SandboxSpec spec, CancellationToken cancellation)
    {
        Validate(spec);
        var python = FindPython();
        var plan = SandboxPlan.ForRunner(spec, python, _options);
        return await LocalSandbox.OpenAsync(plan, StartAsync, _time, _logger, cancellation);
    }

    public async ValueTask<SandboxProtections> InspectAsync(CancellationToken cancellation)
    {
        if (_launcher is UnsafeLauncher)
            return ProtectionReport.Unsafe();
        try
        {
            var spec = new SandboxSpec { Name = "inspect", Mounts = [] };
            var plan = SandboxPlan.ForScript(spec, FindPython(), _options, ProtectionReport.Script);
            using var sandbox = await _launcher.StartAsync(plan, group: null, cancellation);
            using var limit = new CancellationTokenSource(_options.StartTimeout, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
            var facts = await ProtectionReport.ProbeAsync(sandbox, either.Token);
            return ProtectionReport.Describe(facts, await IsolationAsync(), _groups.Value.Support);
        }
        catch (UserFacingException refused)
        {
            return ProtectionReport.Failed(_launcher is ContainerLauncher ? "podman" : "bubblewrap", refused.Message);
        }
    }

    private async Task<Isolation> IsolationAsync()
    {
        if (_launcher is ContainerLauncher containers)
        {
            var podman = await containers.PodmanAsync();
            var runtime = podman.Runtime is { } name ? $" with {name}" : "";
            return new Isolation(
                "podman",
                $"Podman {podman.Version}{runtime} starts every sandbox as a container.",
                Environment.IsPrivilegedProcess
            )
            {
                // A list of its one user, and an empty folder.
                OwnPaths = ["/etc/passwd", "/sys"],
            };
        }
        var facts = await ((BubblewrapLauncher)_launcher).FactsAsync();
        return new Isolation("bubblewrap", $"bubblewrap {facts.Version} starts every sandbox.", facts.OwnUser);
    }

    private Task<RunnerProcess> StartAsync(SandboxPlan plan, CancellationToken cancellation)
    {
        // Two sandboxes may go by one name, such as a session's own and that of a script run beside it.
        var group = _groups.Value.Create(
            $"{plan.Spec.Name}-{Interlocked.Increment(ref _opened)}",
            new ControlGroupLimits { MemoryBytes = plan.Spec.MemoryBytes, Cpus = _options.Cpus }
        );
        return RunnerProcess.StartAsync(_launcher, plan, group, _options.StartTimeout, _time, _logger, cancellation);
    }

    private PythonLocation FindPython()
    {
        var python = PythonLocation.Read(_home);
        return File.Exists(python.Executable)
            ? python
            : throw new UserFacingException(
                $"Python is not at {python.Executable}, where {_home.PythonConfig} says it is. Run './trainable setup'.",
                StatusCodes.Status503ServiceUnavailable
            );
    }

    private static void Validate(SandboxSpec spec)
    {
        if (!Name().IsMatch(spec.Name))
            throw new ArgumentException($"'{spec.Name}' is no sandbox name: letters, digits and dashes.", nameof(spec));
        foreach (var mount in spec.Mounts)
        {
            if (!Path.IsPathFullyQualified(mount.HostPath) || !mount.SandboxPath.StartsWith('/'))
                throw new ArgumentException($"A mount's paths are absolute: {mount}.", nameof(spec));
        }
    }

    public void Dispose()
    {
        if (_groups.IsValueCreated)
            _groups.Value.Dispose();
        _thread.Dispose();
    }

    [GeneratedRegex("^[A-Za-z0-9-]{1,100}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();

    [LoggerMessage(
        Level = LogLevel.Critical,
        Message = "TRAINABLE_SANDBOX=unsafe: what agents write runs with this server's rights, files and network"
    )]
    private partial void LogUnsafe();
}
