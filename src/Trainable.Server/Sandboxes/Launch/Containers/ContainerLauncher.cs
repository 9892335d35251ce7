using System.Diagnostics;
using System.Globalization;
using Trainable.Server.Platform;
using Trainable.Server.Platform.Linux;
using Trainable.Server.Sandboxes.ControlGroups;

namespace Trainable.Server.Sandboxes.Launch.Containers;

/// <summary>
/// Starts the same runner in a container of Podman's, for <c>TRAINABLE_SANDBOX=container</c>. Its root holds nothing but mount
/// points; the system's directories are mounted read only, as bubblewrap gets them, so that no image has to be had or kept up to
/// date. A container is made, then set up, then put in its control group, and only then started: nothing in it runs outside one.
/// </summary>
internal sealed class ContainerLauncher(LaunchThread thread, TrainableHome home) : ISandboxLauncher
{
    private readonly SandboxUsers _users = new();
    private readonly Lazy<Task<Podman>> _podman = new(() => Podman.FindAsync(thread, home));

    public bool HasOwnPids => true;

    /// <exception cref="UserFacingException">Podman is not installed, or does not work here; the message says why.</exception>
    public Task<Podman> PodmanAsync() => _podman.Value;

    public async Task<LaunchedSandbox> StartAsync(SandboxPlan plan, ControlGroup? group, CancellationToken cancellation)
    {
        var podman = await _podman.Value.WaitAsync(cancellation);
        var user = Libc.EffectiveUser() == 0 ? _users.Take(plan.Spec.Mounts.Select(mount => mount.HostPath)) : null;
        var root = ContainerRoot.Make(home, plan);
        var name = $"trainable-{Guid.CreateVersion7():N}";
        try
        {
            foreach (var mount in plan.Spec.Mounts.Where(_ => user is not null))
            {
                if (mount.Writable)
                    Ownership.Claim(mount.HostPath, user!.Id);
                else
                    Ownership.MakeReadable(mount.HostPath);
            }
            await podman.AskAsync([.. ContainerArguments.Create(name, root, plan, user?.Id, podman)], cancellation);
            await podman.AskAsync(["init", name], cancellation);
            if (group is not null)
            {
                var pid = await podman.AskAsync(["inspect", "--format", "{{.State.Pid}}", name], cancellation);
                group.Add(int.Parse(pid, NumberStyles.None, CultureInfo.InvariantCulture));
            }
            var process = await thread.StartAsync(podman.Describe(["start", "--attach", "--interactive", name]));
            return new LaunchedSandbox(process, plan, user) { Ended = () => Remove(podman, name, root) };
        }
        catch
        {
            user?.Dispose();
            Remove(podman, name, root);
            throw;
        }
    }

    /// <summary>Ends whatever is left of the container. It may be gone already, or never have been made.</summary>
    private static void Remove(Podman podman, string name, string root)
    {
        using var removal = Process.Start(podman.Describe(["rm", "--force", "--ignore", "--time", "0", name]));
        removal?.WaitForExit();
        TreeRemoval.Delete(root);
    }
}
