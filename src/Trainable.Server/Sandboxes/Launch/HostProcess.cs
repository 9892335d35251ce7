using System.Diagnostics;

namespace Trainable.Server.Sandboxes.Launch;

/// <summary>How a program of the host is started for a sandbox: nothing inherited, every stream a pipe of ours.</summary>
internal static class HostProcess
{
    public static ProcessStartInfo Describe(
        string program,
        IReadOnlyDictionary<string, string> environment,
        params ReadOnlySpan<string> arguments
    )
    {
        var start = new ProcessStartInfo(program)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        // /proc/1/environ in the sandbox shows what bubblewrap was started with, in spite of --clearenv.
        start.Environment.Clear();
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        start.Add(arguments);
        return start;
    }

    public static void Add(this ProcessStartInfo start, params ReadOnlySpan<string> arguments)
    {
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
    }
}
