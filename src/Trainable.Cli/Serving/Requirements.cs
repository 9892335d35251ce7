using Microsoft.Extensions.Configuration;
using Trainable.Server.Platform;
using Trainable.Server.Sandboxes;
using Trainable.Server.Sandboxes.Launch;
using Trainable.Server.Sandboxes.Launch.Containers;

namespace Trainable.Cli.Serving;

/// <summary>
/// What a run cannot do without, looked at before anything is written. The launcher installs it; this is for the command
/// called by itself, and for a machine that has changed since.
/// </summary>
internal static class Requirements
{
    /// <exception cref="CommandException">Something has to be installed first.</exception>
    public static void Check(string? home)
    {
        var options = ServerOptions.FromEnvironment(home, port: 0);
        var python = PythonLocation.Read(Path.Combine(options.Home, TrainableHome.PythonConfigName));
        if (!File.Exists(python.Executable))
            throw Missing($"Python, which agents' scripts run in, is not at {python.Executable}");
        var sandboxes = SandboxOptions.Read(new ConfigurationBuilder().AddEnvironmentVariables().Build());
        if (sandboxes.Mode is SandboxMode.Isolated && BubblewrapLauncher.FindExecutable() is null)
            throw Missing("bubblewrap, which isolates what agents run, is not installed");
        if (sandboxes.Mode is SandboxMode.Container && Podman.FindExecutable() is null)
            throw new CommandException(
                "Podman, which TRAINABLE_SANDBOX=container starts sandboxes with, is not installed. Install the package 'podman', or leave the variable out.",
                ExitCodes.Missing
            );
    }

    private static CommandException Missing(string what) =>
        new(
            $"{what}. './trainable setup' installs it; './trainable doctor' tells what else is missing.",
            ExitCodes.Missing
        );
}
