namespace Trainable.Server.Sandboxes;

/// <summary>How long things stay warm, how many, and how much they may hold together while nobody uses them.</summary>
internal sealed record WarmLimits(TimeSpan Idle, int Most, long MostBytes = long.MaxValue);

/// <summary>Something that holds an open sandbox.</summary>
internal interface IWarm : IAsyncDisposable
{
    /// <summary>Bytes of memory it holds while it is open, files in its own <c>/tmp</c> among them.</summary>
    long MemoryInUse { get; }

    /// <summary>False once it can answer nothing more; it is then opened anew.</summary>
    bool IsUsable => true;
}

/// <summary>
/// Sandboxes that wait for the next question, one a session. One is opened anew when what it is to show has changed; whoever
/// still uses the old one is let end. One that nobody has used for a while is closed, and so is the one idle longest when
/// there are too many or they hold too much.
/// </summary>
internal sealed partial class WarmPool<T>(WarmLimits limits, TimeProvider time, ILogger logger) : IAsyncDisposable
    where T : class, IWarm
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Entry> _open = [];
    private Task _closing = Task.CompletedTask;

    /// <summary>The session's, which stays open at least until the lease is disposed of.</summary>
    /// <param name="session">Whose it is.</param>
    /// <param name="version">What it shows; compared by value with what an open one was opened for.</param>
    /// <param name="open">Opens one.</param>
    /// <param name="cancellation">Ends the waiting, not the opening.</param>
    public async Task<WarmLease<T>> BorrowAsync(
        Guid session,
        object version,
        Func<Task<T>> open,
        CancellationToken cancellation
    )
    {
        var entry = Enter(session, version, open);
        try
        {
            var warm = await entry.Warm.Value.WaitAsync(cancellation);
            return new WarmLease<T>(warm, () => Leave(entry));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            Leave(entry);
            throw;
        }
        catch
        {
            // What could not be opened is tried again by the next question.
            lock (_lock)
                Retire(entry);
            Leave(entry);
            throw;
        }
    }

    /// <summary>Ends the session's, whoever uses it; what it runs is cut off.</summary>
    public async Task CloseAsync(Guid session)
    {
        Entry? entry;
        lock (_lock)
        {
            if (!_open.TryGetValue(session, out entry))
                return;
            Retire(entry);
        }
        await entry.Ended.Value;
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            foreach (var entry in _open.Values.ToList())
            {
                Retire(entry);
                CloseInBackground(entry);
            }
        }
        await _closing;
    }

    private Entry Enter(Guid session, object version, Func<Task<T>> open)
    {
        lock (_lock)
        {
            if (_open.TryGetValue(session, out var entry) && !(entry.Version.Equals(version) && entry.IsUsable))
                Retire(entry);
            if (!_open.TryGetValue(session, out entry))
            {
                entry = new Entry(session, version, open, EndAsync);
                entry.Timer = time.CreateTimer(CloseIdle, entry, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                _open[session] = entry;
            }
            entry.Users++;
            entry.Timer!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            MakeRoom();
            return entry;
        }
    }

    private void Leave(Entry entry)
    {
        lock (_lock)
        {
            entry.IdleSince = time.GetTimestamp();
            if (--entry.Users > 0)
                return;
            if (entry.IsRetired)
            {
                CloseInBackground(entry);
                return;
            }
            entry.IdleBytes = entry.Bytes;
            entry.Timer!.Change(limits.Idle, Timeout.InfiniteTimeSpan);
            MakeRoom();
        }
    }

    private void MakeRoom()
    {
        while (
            (_open.Count > limits.Most || Idle().Sum(entry => entry.IdleBytes) > limits.MostBytes)
            && Idle().MinBy(entry => entry.IdleSince) is { } longest
        )
            Retire(longest);
    }

    private IEnumerable<Entry> Idle() => _open.Values.Where(entry => entry.Users == 0);

    private void CloseIdle(object? state)
    {
        lock (_lock)
        {
            // A question may have taken it while this callback was on its way.
            if (state is Entry { Users: 0, IsRetired: false } entry)
                Retire(entry);
        }
    }

    /// <summary>Nobody gets it any more; whoever uses it still does.</summary>
    private void Retire(Entry entry)
    {
        if (entry.IsRetired)
            return;
        entry.IsRetired = true;
        _open.Remove(entry.Session);
        if (entry.Users == 0)
            CloseInBackground(entry);
    }

    private void CloseInBackground(Entry entry) => _closing = Task.WhenAll(_closing, Task.Run(() => entry.Ended.Value));

    private async Task EndAsync(Entry entry)
    {
        if (entry.Timer is { } timer)
            await timer.DisposeAsync();
        T warm;
        try
        {
            warm = await entry.Warm.Value;
        }
        catch (Exception)
        {
            return; // It never opened; whoever asked for it has been told why.
        }
        try
        {
            await warm.DisposeAsync();
        }
        catch (Exception failure) when (failure is IOException or InvalidOperationException or TimeoutException)
        {
            LogNotClosed(failure, entry.Session);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The sandbox of session {Session} could not be closed")]
    private partial void LogNotClosed(Exception failure, Guid session);

    private sealed class Entry
    {
        private volatile T? _opened;

        public Entry(Guid session, object version, Func<Task<T>> open, Func<Entry, Task> end)
        {
            (Session, Version) = (session, version);
            Ended = new Lazy<Task>(() => end(this));
            Warm = new Lazy<Task<T>>(async () => _opened = await open());
        }

        public Guid Session { get; }

        public object Version { get; }

        public Lazy<Task<T>> Warm { get; }

        /// <summary>Ends it, once: whoever asks again waits for the same end.</summary>
        public Lazy<Task> Ended { get; }

        public ITimer? Timer { get; set; }

        public int Users { get; set; }

        public bool IsRetired { get; set; }

        public long IdleSince { get; set; }

        public long IdleBytes { get; set; }

        public long Bytes => _opened?.MemoryInUse ?? 0;

        /// <summary>One that is still being opened counts as usable.</summary>
        public bool IsUsable => _opened is not { IsUsable: false };
    }
}

/// <param name="Warm">Open as long as the lease is.</param>
/// <param name="Leave">Called once, when the lease is disposed of.</param>
internal sealed record WarmLease<T>(T Warm, Action Leave) : IDisposable
{
    public void Dispose() => Leave();
}
