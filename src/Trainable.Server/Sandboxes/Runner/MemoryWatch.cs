using System.Globalization;

namespace Trainable.Server.Sandboxes.Runner;

/// <summary>
/// Where no control group counts memory, adds up ten times a second what the processes beneath a sandbox's first one
/// hold. Later and rougher than the kernel, but it stops a script before the machine starts to swap; the address space
/// limit of each process bounds what one can take between two looks.
/// </summary>
internal sealed class MemoryWatch : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly PeriodicTimer _timer;
    private readonly Task _watching;
    private long _peak;

    /// <param name="root">The host's pid of the sandbox's first process.</param>
    /// <param name="limit">Bytes.</param>
    /// <param name="time">The clock of the looks.</param>
    /// <param name="onExceeded">Called once.</param>
    public MemoryWatch(int root, long limit, TimeProvider time, Action onExceeded)
    {
        _timer = new PeriodicTimer(Interval, time);
        // What is there before the script runs is the runner's, and each process forked from it shares those pages.
        var runner = Beneath(root).Select(ReadBytes).DefaultIfEmpty().Max();
        _watching = WatchAsync(root, runner, limit, onExceeded);
    }

    public long PeakBytes => Interlocked.Read(ref _peak);

    /// <summary>Bytes that a process and all beneath it hold; pages they share count for each.</summary>
    public static long HeldBeneath(int root) => Beneath(root).Sum(ReadBytes);

    private async Task WatchAsync(int root, long runner, long limit, Action onExceeded)
    {
        while (await _timer.WaitForNextTickAsync())
        {
            var used = Beneath(root).Sum(pid => Math.Max(0, ReadBytes(pid) - runner));
            Interlocked.Exchange(ref _peak, Math.Max(PeakBytes, used));
            if (used <= limit)
                continue;
            onExceeded();
            return;
        }
    }

    private static List<int> Beneath(int root)
    {
        var found = new List<int> { root };
        for (var index = 0; index < found.Count; index++)
            found.AddRange(Children(found[index]));
        return found;
    }

    // A child belongs to the thread that forked it.
    private static IEnumerable<int> Children(int pid)
    {
        try
        {
            return
            [
                .. Directory
                    .EnumerateDirectories($"/proc/{pid}/task")
                    .SelectMany(thread => File.ReadAllText($"{thread}/children").Split(' '))
                    .Where(text => text.Length > 0)
                    .Select(text => int.Parse(text, CultureInfo.InvariantCulture)),
            ];
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Anonymous memory in use; files that are mapped or cached can be let go.</summary>
    private static long ReadBytes(int pid)
    {
        try
        {
            foreach (var line in File.ReadLines($"/proc/{pid}/status"))
            {
                if (line.StartsWith("RssAnon:", StringComparison.Ordinal))
                    return 1024
                        * long.Parse(line.AsSpan(8, line.Length - 8 - " kB".Length), NumberStyles.AllowLeadingWhite);
            }
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // Ended meanwhile.
        }
        return 0;
    }

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _watching;
    }
}
