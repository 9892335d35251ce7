using Trainable.Server.Platform;
using Trainable.Server.Platform.Linux;

namespace Trainable.Server.Sandboxes.Runner;

/// <summary>
/// Looks five times a second at what no limit of the kernel holds here: the space and the number of files in the
/// directories a sandbox may write to, the disk that holds them, and the CPU time of all its processes together. Only
/// growth ends a step: one that starts past a limit may still tidy up.
/// </summary>
internal sealed class StepWatch : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    /// <summary>A look may take this part of the time between two: a session of many files is looked at less often.</summary>
    private const int RestPerLook = 10;

    /// <summary>What has to stay free on the disk for the server's own database; of a small disk a fiftieth.</summary>
    private const long MostReserve = 256L << 20;
    private const long ReservedShare = 50;

    private readonly IReadOnlyList<string> _directories;
    private readonly StepLimits _limits;
    private readonly Func<TimeSpan> _cpu;
    private readonly TimeProvider _time;
    private readonly Action<StepOutcome> _onExceeded;
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _watching;

    /// <param name="directories">On the host, writable for the sandbox.</param>
    /// <param name="limits">The step's.</param>
    /// <param name="cpu">Reads the CPU time used so far.</param>
    /// <param name="time">The clock of the looks.</param>
    /// <param name="onExceeded">Called once, with the limit that was passed.</param>
    public StepWatch(
        IReadOnlyList<string> directories,
        StepLimits limits,
        Func<TimeSpan> cpu,
        TimeProvider time,
        Action<StepOutcome> onExceeded
    )
    {
        _directories = directories;
        _limits = limits;
        _cpu = cpu;
        _time = time;
        _onExceeded = onExceeded;
        _watching = Task.Run(WatchAsync);
    }

    /// <summary>What was passed, in words: "12.3 GB in 4,567 files of at most 10 GB"; null while nothing was.</summary>
    public string? Exceeded { get; private set; }

    private async Task WatchAsync()
    {
        var start = Look();
        while (await RestAsync(start.Took))
        {
            var now = Look();
            if (Judge(start, now) is not { } outcome)
                continue;
            _onExceeded(outcome);
            return;
        }
    }

    private StepOutcome? Judge(Seen start, Seen now)
    {
        if (_limits.CpuTime is { } most && _cpu() > most)
        {
            Exceeded = $"{_cpu().TotalSeconds:N0} s of CPU time, of at most {most.TotalSeconds:N0} s";
            return StepOutcome.CpuLimit;
        }
        if (now.Disk.Bytes > Math.Max(_limits.DiskBytes, start.Disk.Bytes))
            Exceeded =
                $"{ByteSize.Format(now.Disk.Bytes)} in the session's files, of at most {ByteSize.Format(_limits.DiskBytes)}";
        else if (now.Disk.Entries > Math.Max(_limits.DiskFiles, start.Disk.Entries))
            Exceeded = $"{now.Disk.Entries:N0} files and folders in the session, of at most {_limits.DiskFiles:N0}";
        else if (now.Disk.TooDeep && !start.Disk.TooDeep)
            Exceeded = $"folders nested more than {DiskUsage.Deepest} deep";
        else if (now.Free < now.Reserve && now.Free < start.Free)
            Exceeded =
                $"the disk nearly full: {ByteSize.Format(now.Free)} are left for everyone, and {ByteSize.Format(now.Reserve)} stay free";
        return Exceeded is null ? null : StepOutcome.DiskLimit;
    }

    private Seen Look()
    {
        var started = _time.GetTimestamp();
        var usage = default(DiskUsage);
        var free = long.MaxValue;
        var reserve = MostReserve;
        foreach (var directory in _directories)
        {
            usage += DiskUsage.Of(directory);
            var disk = new DriveInfo(directory);
            free = Math.Min(free, disk.AvailableFreeSpace);
            reserve = Math.Min(reserve, disk.TotalSize / ReservedShare);
        }
        return new Seen(usage, free, reserve, _time.GetElapsedTime(started));
    }

    /// <summary>False when the step has ended.</summary>
    private async Task<bool> RestAsync(TimeSpan lookTook)
    {
        var rest = TimeSpan.FromTicks(Math.Max(Interval.Ticks, lookTook.Ticks * RestPerLook));
        try
        {
            await Task.Delay(rest, _time, _ended.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _watching;
        _ended.Dispose();
    }

    private sealed record Seen(DiskUsage Disk, long Free, long Reserve, TimeSpan Took);
}
