using Trainable.Server.Sandboxes.ControlGroups;

namespace Trainable.Server.Sandboxes.Launch;

/// <summary>
/// Starts the same runner with no isolation, for <c>TRAINABLE_SANDBOX=unsafe</c>: as the server's own user, with the
/// host's files and network. Paths such as <c>/data/…</c> do not exist there; scripts and their directories are
/// translated, what a script says itself is not.
/// </summary>
internal sealed class UnsafeLauncher(LaunchThread thread) : ISandboxLauncher
{
    public bool HasOwnPids => false;

    public async Task<LaunchedSandbox> StartAsync(SandboxPlan plan, ControlGroup? group, CancellationToken cancellation)
    {
        var onHost = plan.OnHost();
        var start = HostProcess.Describe(onHost.Command[0], onHost.Environment, [.. onHost.Command.Skip(1)]);
        var process = await thread.StartAsync(start);
        // Nothing has been forked yet: the interpreter takes longer to start than this.
        group?.Add(process.Id);
        return new LaunchedSandbox(process, onHost, user: null);
    }
}
