using System.Diagnostics;
using Trainable.Server.Sandboxes.ControlGroups;

namespace Trainable.Server.Sandboxes.Launch;

/// <summary>Starts what a plan describes as a process of this machine.</summary>
internal interface ISandboxLauncher
{
    /// <summary>Whether the sandbox has a pid namespace, in which killing everything kills nothing of the host's.</summary>
    bool HasOwnPids { get; }

    /// <exception cref="Platform.UserFacingException">Something that is needed is not installed.</exception>
    Task<LaunchedSandbox> StartAsync(SandboxPlan plan, ControlGroup? group, CancellationToken cancellation);
}

/// <summary>A started process with its standard streams redirected. Disposing it ends the process.</summary>
internal sealed class LaunchedSandbox(Process process, SandboxPlan plan, SandboxUsers.Lease? user) : IDisposable
{
    public Process Process => process;

    /// <summary>What is left to be done once the process has ended.</summary>
    public Action? Ended { get; init; }

    public SandboxPlan Plan => plan;

    /// <summary>The host's id of the sandbox's user, where that is not the server's own.</summary>
    public uint? User => user?.Id;

    /// <summary>Lets the sandbox read and write what the host put at one of its paths since it was opened.</summary>
    public void Grant(string sandboxPath)
    {
        if (User is { } id && plan.Covering(sandboxPath) is { Writable: true } mount)
            Ownership.ClaimPath(mount.HostPath, sandboxPath[mount.SandboxPath.Length..], id);
    }

    public void Dispose()
    {
        process.Kill();
        process.Dispose();
        Ended?.Invoke();
        user?.Dispose();
    }
}
