using System.ComponentModel;
using System.Diagnostics;

namespace Trainable.Cli.Doctor;

/// <summary>Asks a program of this machine something it answers at once.</summary>
internal static class HostProgram
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>What it wrote on stdout; null with a reason when it did not start, did not answer or failed.</summary>
    public static async Task<(string? Output, string Problem)> AskAsync(
        string program,
        string[] arguments,
        TimeProvider clock,
        CancellationToken cancellation
    )
    {
        var start = new ProcessStartInfo(program)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var limit = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            using var process = Process.Start(start)!;
            try
            {
                var output = process.StandardOutput.ReadToEndAsync(either.Token);
                var errors = process.StandardError.ReadToEndAsync(either.Token);
                await process.WaitForExitAsync(either.Token);
                return process.ExitCode == 0
                    ? (await output, "")
                    : (null, $"it ended with exit code {process.ExitCode}: {LastLine(await errors)}");
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                cancellation.ThrowIfCancellationRequested();
                return (null, $"it did not answer within {Patience.TotalSeconds:0} s");
            }
        }
        catch (Win32Exception refused)
        {
            return (null, refused.Message);
        }
    }

    private static string LastLine(string text) => Terminal.CleanText.LastLine(text);
}
