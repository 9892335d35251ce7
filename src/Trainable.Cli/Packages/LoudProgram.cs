using System.ComponentModel;
using System.Diagnostics;
using Trainable.Cli.Terminal;

namespace Trainable.Cli.Packages;

/// <summary>Runs an installer and shows its lines as they come, since it may take minutes.</summary>
internal static class LoudProgram
{
    /// <returns>Null when it worked, otherwise the lines in which it says why not, or its last one.</returns>
    public static async Task<string?> RunAsync(
        string program,
        IReadOnlyList<string> arguments,
        CancellationToken cancellation
    )
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DEBIAN_FRONTEND"] = "noninteractive" },
        };
        var reasons = new List<string>();
        var last = "";
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            try
            {
                await Task.WhenAll(
                    EchoAsync(process.StandardOutput, cancellation),
                    EchoAsync(process.StandardError, cancellation)
                );
                await process.WaitForExitAsync(cancellation);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw;
            }
            if (process.ExitCode == 0)
                return null;
        }
        catch (Win32Exception refused)
        {
            return refused.Message;
        }
        return (reasons.Count > 0 ? string.Join("; ", reasons) : last).TrimEnd('.') + ".";

        async Task EchoAsync(StreamReader reader, CancellationToken stop)
        {
            while (await reader.ReadLineAsync(stop) is { } text)
            {
                var line = CleanText.Line(text);
                // dpkg tells of every twentieth of it.
                if (line.Length == 0 || line.StartsWith("(Reading database", StringComparison.Ordinal))
                    continue;
                await Console.Error.WriteLineAsync($"  {line}");
                lock (reasons)
                {
                    last = line;
                    if (line.StartsWith("ERROR: ", StringComparison.Ordinal))
                        reasons.Add(line["ERROR: ".Length..]);
                    else if (line.StartsWith("E: ", StringComparison.Ordinal))
                        reasons.Add(line["E: ".Length..]);
                }
            }
        }
    }
}
