using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Trainable.Server.Platform;
using Trainable.Server.Platform.Linux;
using Trainable.Server.Sandboxes.ControlGroups;
using Trainable.Server.Sandboxes.Seccomp;

namespace Trainable.Server.Sandboxes.Launch;

/// <summary>
/// Starts sandboxes in bubblewrap, by way of <c>launch.sh</c>: the seccomp program has to reach bubblewrap as an open
/// descriptor, .NET's Process passes on none but the standard three, and starting processes without it would mean to
/// fork a multi-threaded runtime. As root each sandbox gets a user of its own; docs/decisions/0003-sandbox-uid.md
/// tells why that takes a mount namespace first.
/// </summary>
internal sealed partial class BubblewrapLauncher(LaunchThread thread, TrainableHome home) : ISandboxLauncher
{
    private const string Shell = "/bin/sh";
    private const string Unshare = "/usr/bin/unshare";
    private const string SameUser = "-";
    private static readonly string[] Candidates = ["/usr/bin/bwrap", "/usr/local/bin/bwrap", "/bin/bwrap"];

    // Where a tmpfs can cover an existing directory that every user can reach.
    private static readonly string[] Stages = ["/mnt", "/media", "/srv", "/opt", "/home"];
    private static readonly string Script = Path.Combine(AppContext.BaseDirectory, "launch.sh");

    private static readonly Dictionary<string, string> SystemPath = new(StringComparer.Ordinal)
    {
        ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin",
    };

    private readonly SandboxUsers _users = new();
    private readonly Lazy<Task<BubblewrapFacts>> _facts = new(() => FindAsync(thread, home));

    public bool HasOwnPids => true;

    /// <exception cref="UserFacingException">bubblewrap is not installed, or this processor is not supported.</exception>
    public Task<BubblewrapFacts> FactsAsync() => _facts.Value;

    public async Task<LaunchedSandbox> StartAsync(SandboxPlan plan, ControlGroup? group, CancellationToken cancellation)
    {
        var facts = await _facts.Value.WaitAsync(cancellation);
        var user = facts.OwnUser ? _users.Take(plan.Spec.Mounts.Select(mount => mount.HostPath)) : null;
        try
        {
            if (user is not null)
                Share(plan.Spec.Mounts, user.Id);
            return new LaunchedSandbox(await thread.StartAsync(Describe(plan, group, facts, user?.Id)), plan, user);
        }
        catch
        {
            user?.Dispose();
            throw;
        }
    }

    /// <summary>Where bubblewrap is; null when it is not installed.</summary>
    public static string? FindExecutable() => Candidates.FirstOrDefault(File.Exists);

    private static void Share(IEnumerable<SandboxMount> mounts, uint user)
    {
        foreach (var mount in mounts)
        {
            if (mount.Writable)
                Ownership.Claim(mount.HostPath, user);
            else
                Ownership.MakeReadable(mount.HostPath);
        }
    }

    private static ProcessStartInfo Describe(SandboxPlan plan, ControlGroup? group, BubblewrapFacts facts, uint? user)
    {
        var stage = ChooseStage(plan.Mounts);
        var start = user is null ? Start(Shell) : Start(Unshare, "--mount", "--propagation", "private", "--", Shell);
        start.Add(Script, facts.FilterPath, user is null ? SameUser : $"{user}", stage);
        foreach (var file in group?.MemberFiles ?? [])
            start.Add("join", file);
        if (user is not null)
        {
            foreach (var mount in plan.Mounts)
                start.Add("stage", mount.HostPath);
        }
        start.Add("--", facts.Executable);
        var sources = plan.Mounts.Select((mount, index) => user is null ? mount.HostPath : $"{stage}/{index}");
        start.Add([.. BubblewrapArguments.Build(plan, facts.Version, [.. sources])]);
        return start;
    }

    private static string ChooseStage(IReadOnlyList<SandboxMount> mounts) =>
        Stages.FirstOrDefault(stage =>
            Directory.Exists(stage)
            && !mounts.Any(mount => mount.HostPath.StartsWith(stage + "/", StringComparison.Ordinal))
        )
        ?? throw new UserFacingException(
            "None of /mnt, /media, /srv, /opt and /home is free to stage a sandbox in.",
            503
        );

    private static async Task<BubblewrapFacts> FindAsync(LaunchThread thread, TrainableHome home)
    {
        var executable =
            FindExecutable()
            ?? throw new UserFacingException(
                "bubblewrap, which isolates what agents run, is not installed. Run './trainable setup'.",
                StatusCodes.Status503ServiceUnavailable
            );
        var calls =
            SystemCalls.Of(RuntimeInformation.ProcessArchitecture)
            ?? throw new UserFacingException(
                $"Sandboxes need an x86-64 or 64-bit ARM processor; this one is {RuntimeInformation.ProcessArchitecture}.",
                StatusCodes.Status503ServiceUnavailable
            );
        var filter = Path.Combine(home.Root, "seccomp.bpf");
        await WriteAtOnceAsync(filter, SeccompFilter.Encode(SeccompFilter.Assemble(SeccompPolicy.Rules, calls)));
        var version = await ReadVersionAsync(thread, executable);
        var isRoot = Libc.EffectiveUser() == 0;
        return new BubblewrapFacts(executable, version, filter, isRoot && await CanChangeUserAsync(thread, filter));
    }

    private static async Task<Version> ReadVersionAsync(LaunchThread thread, string executable)
    {
        using var process = await thread.StartAsync(Start(executable, "--version"));
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return VersionNumber().Match(output) is { Success: true } match
            ? Version.Parse(match.Value)
            : new Version(0, 0);
    }

    // Root in a container may lack what staging and changing the user take. Found by doing just that.
    private static async Task<bool> CanChangeUserAsync(LaunchThread thread, string filter)
    {
        if (!File.Exists(Unshare))
            return false;
        var trial = Start(Unshare, "--mount", "--propagation", "private", "--", Shell, Script, filter);
        trial.Add($"{SandboxUsers.First}", ChooseStage([]), "stage", "/usr/bin", "--", "/bin/true");
        using var process = await thread.StartAsync(trial);
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }

    // Another server on this home may be reading the file.
    private static async Task WriteAtOnceAsync(string path, byte[] content)
    {
        var draft = $"{path}.{Guid.NewGuid():N}";
        await File.WriteAllBytesAsync(draft, content);
        File.Move(draft, path, overwrite: true);
    }

    private static ProcessStartInfo Start(string program, params ReadOnlySpan<string> arguments) =>
        HostProcess.Describe(program, SystemPath, arguments);

    [GeneratedRegex(
        @"\d+\.\d+(\.\d+)?",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex VersionNumber();
}

/// <summary>What was found out once about this machine's bubblewrap.</summary>
/// <param name="Executable">Its path.</param>
/// <param name="Version">0.0 when it would not say.</param>
/// <param name="FilterPath">The assembled seccomp program.</param>
/// <param name="OwnUser">Whether each sandbox gets a user id of its own.</param>
internal sealed record BubblewrapFacts(string Executable, Version Version, string FilterPath, bool OwnUser);
