using System.Text;

namespace Trainable.Tests.App;

/// <summary>Host processes of a session's sandbox, found by what the kernel says of each process.</summary>
internal static class SandboxProcesses
{
    /// <summary>Waits for processes that a dying server takes along: the kernel ends them after it, not before.</summary>
    public static async Task WaitUntilNoneAsync(Guid session)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(10));
        while (Of(session) is { Count: > 0 } left)
        {
            if (patience.IsCancellationRequested)
                left.ShouldBeEmpty();
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>What the session's processes are and do; one that is dead and waits for its parent is none.</summary>
    public static List<string> Of(Guid session)
    {
        var found = new List<string>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), out var pid) || pid == Environment.ProcessId)
                continue;
            try
            {
                var told =
                    Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(directory, "cmdline")))
                    + File.ReadAllText(Path.Combine(directory, "cgroup"));
                var status = File.ReadAllText(Path.Combine(directory, "status"));
                var isDead =
                    status.Contains("State:\tZ", StringComparison.Ordinal)
                    || status.Contains("State:\tX", StringComparison.Ordinal)
                    // The kernel removes a group once nothing lives in it: what is still named in it is on its way out.
                    || told.TrimEnd().EndsWith(" (deleted)", StringComparison.Ordinal);
                if (!isDead && told.Contains(session.ToString(), StringComparison.Ordinal))
                    found.Add($"{pid}: {told.Replace('\0', ' ')}\n{status}");
            }
            catch (IOException)
            {
                // It ended while we looked.
            }
        }
        return found;
    }
}
