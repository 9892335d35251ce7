using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Trainable.Tests.Sandboxes.Attacks;

/// <summary>Attacks on what lies outside the sandbox, from one script each.</summary>
internal static class ReachingAttacks
{
    public static async Task FilesAsync(AttackLab lab)
    {
        await using var other = await lab.OpenAsync();
        var secret = Path.Combine(other.Directory, "secret");
        await File.WriteAllTextAsync(secret, "another session's");
        await using var session = await lab.OpenAsync();

        await lab.TryToTheEndAsync(
            session,
            "host_files.py",
            lab.Secret,
            lab.Lab.Home.Root,
            secret,
            Environment.ProcessPath!
        );
    }

    public static async Task EnvironmentAsync(AttackLab lab)
    {
        await using var session = await lab.OpenAsync();
        await lab.TryToTheEndAsync(session, "environment.py");
    }

    public static async Task NetworkAsync(AttackLab lab)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var session = await lab.OpenAsync();

        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        await lab.TryToTheEndAsync(session, "network.py", port.ToString(CultureInfo.InvariantCulture));

        lab.Add("whether anything reached the host's listener", !listener.Pending(), "network namespace");
    }

    public static async Task SurfaceAsync(AttackLab lab)
    {
        await using var session = await lab.OpenAsync();
        await lab.TryToTheEndAsync(session, "kernel_surface.py");
        await lab.AddNextStepAsync(session, "all of these");
    }

    public static async Task KernelAsync(AttackLab lab)
    {
        await using var session = await lab.OpenAsync();
        await lab.TryToTheEndAsync(session, "kernel.py");
        await lab.AddNextStepAsync(session, "all of these");
    }
}
