using System.Diagnostics;
using Trainable.Server.Platform;
using Trainable.Server.Platform.Linux;
using Trainable.Server.Sandboxes.Seccomp;

namespace Trainable.Server.Sandboxes.Launch.Containers;

/// <summary>The container engine of this machine, as it was found to work.</summary>
internal sealed class Podman
{
    private static readonly string[] Candidates = ["/usr/bin/podman", "/usr/local/bin/podman"];
    private static readonly string[] Runtimes = ["crun", "runc"];

    private readonly LaunchThread _thread;
    private readonly TrainableHome _home;
    private readonly string _executable;
    private readonly string? _runtime;

    private Podman(LaunchThread thread, TrainableHome home, string executable, string? runtime)
    {
        (_thread, _home, _executable, _runtime) = (thread, home, executable, runtime);
    }

    /// <summary>Path of the sandbox's seccomp profile.</summary>
    public string Profile => Path.Combine(_home.Root, "seccomp.json");

    public string Version { get; private set; } = "";

    /// <summary>The program that it starts containers with; null for its own choice.</summary>
    public string? Runtime => _runtime;

    public static string? FindExecutable() => Candidates.FirstOrDefault(File.Exists);

    /// <summary>Tries a container with each runtime there is, the engine's own choice first.</summary>
    /// <exception cref="UserFacingException">None starts; the message says what the engine said.</exception>
    public static async Task<Podman> FindAsync(LaunchThread thread, TrainableHome home)
    {
        var executable =
            FindExecutable()
            ?? throw new UserFacingException(
                "Podman, which TRAINABLE_SANDBOX=container starts sandboxes with, is not installed. Install the package 'podman', or leave the variable out.",
                StatusCodes.Status503ServiceUnavailable
            );
        var reasons = new List<string>();
        foreach (var runtime in (string?[])[null, .. Runtimes.Where(IsInstalled)])
        {
            var podman = new Podman(thread, home, executable, runtime);
            try
            {
                await podman.TryAsync();
                return podman;
            }
            catch (UserFacingException refused)
            {
                reasons.Add(refused.Message);
            }
        }
        throw new UserFacingException(
            $"Podman starts no container on this machine: {string.Join(" ", reasons.Distinct())} Leave TRAINABLE_SANDBOX out to use bubblewrap.",
            StatusCodes.Status503ServiceUnavailable
        );
    }

    public ProcessStartInfo Describe(IReadOnlyList<string> arguments)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin",
            ["HOME"] = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
        };
        if (Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } runtime)
            environment["XDG_RUNTIME_DIR"] = runtime;
        var start = HostProcess.Describe(_executable, environment);
        if (_runtime is not null)
            start.Add("--runtime", _runtime);
        start.Add([.. arguments]);
        return start;
    }

    /// <summary>What it answered, without the line's end.</summary>
    /// <exception cref="UserFacingException">It refused; the message is its own (503).</exception>
    public async Task<string> AskAsync(IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        using var process = await _thread.StartAsync(Describe(arguments));
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        try
        {
            await process.WaitForExitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
        var said = (await errors).Trim().ReplaceLineEndings(" ");
        return process.ExitCode == 0
            ? (await output).Trim()
            : throw new UserFacingException($"podman {arguments[0]}: {said}.", StatusCodes.Status503ServiceUnavailable);
    }

    private async Task TryAsync()
    {
        var profile = $"{Profile}.{Guid.NewGuid():N}";
        await File.WriteAllTextAsync(profile, SeccompProfile.Encode(SeccompPolicy.Rules));
        // Another server on this home may be reading the file.
        File.Move(profile, Profile, overwrite: true);
        Version = await AskAsync(["version", "--format", "{{.Client.Version}}"], CancellationToken.None);
        var plan = new SandboxPlan
        {
            Spec = new SandboxSpec { Name = "trial", Mounts = [] },
            Mounts = [],
            Environment = new Dictionary<string, string>(),
            Command = ["/usr/bin/true"],
        };
        var root = ContainerRoot.Make(_home, plan);
        uint? user = Libc.EffectiveUser() == 0 ? SandboxUsers.First : null;
        var name = $"trainable-{Guid.CreateVersion7():N}";
        try
        {
            await AskAsync([.. ContainerArguments.Create(name, root, plan, user, this)], CancellationToken.None);
            await AskAsync(["start", "--attach", name], CancellationToken.None);
        }
        finally
        {
            await AskAsync(["rm", "--force", "--ignore", name], CancellationToken.None);
            TreeRemoval.Delete(root);
        }
    }

    private static bool IsInstalled(string runtime) =>
        File.Exists($"/usr/bin/{runtime}")
        || File.Exists($"/usr/sbin/{runtime}")
        || File.Exists($"/usr/local/bin/{runtime}");
}
