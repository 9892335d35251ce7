using System.Text;

namespace Trainable.Tests.App;

/// <summary>Host processes of a session's sandbox, found by what the kernel says of each process.</summary>
internal static class SandboxProcesses
{
    /// <summary>Waits for processes that were killed, or that a dying server takes along: the kernel takes a moment to end them.</summary>
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

    public static List<int> Of(Guid session)
    {
        var found = new List<int>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), out var pid) || pid == Environment.ProcessId)
                continue;
            try
            {
                var told =
                    Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(directory, "cmdline")))
                    + File.ReadAllText(Path.Combine(directory, "cgroup"));
                var isDead = File.ReadAllText(Path.Combine(directory, "status"))
                    .Contains("State:\tZ", StringComparison.Ordinal);
                if (!isDead && told.Contains(session.ToString(), StringComparison.Ordinal))
                    found.Add(pid);
            }
            catch (IOException)
            {
                // It ended while we looked.
            }
        }
        return found;
    }
}
