namespace Trainable.Server.Events;

/// <summary>
/// The newest segments of one session, kept in a ring that all its followers read at their own pace. A follower that fell
/// out of the ring is told so and catches up from the log: nothing is dropped, and a slow reader costs no memory.
/// </summary>
internal sealed class SessionFeed
{
    private const int Capacity = 1_024;
    private const long MaxBytes = 8 << 20;

    private readonly Lock _lock = new();
    private readonly Queue<Segment> _ring = new();
    private long _first;
    private long _bytes;
    private int _followers;
    private bool _closed;
    private TaskCompletionSource _changed = NewSignal();

    public readonly record struct Batch(List<Segment> Segments, long Next, bool Gap, bool Closed, Task Changed);

    /// <summary>The position after the newest segment: a follower that starts here reads what comes from now on.</summary>
    public long End
    {
        get
        {
            lock (_lock)
                return _first + _ring.Count;
        }
    }

    public bool TryJoin()
    {
        lock (_lock)
        {
            if (_followers < 0)
                return false;
            _followers++;
            return true;
        }
    }

    /// <summary>True when this was the last follower; nobody can join any more.</summary>
    public bool Leave()
    {
        lock (_lock)
        {
            if (--_followers > 0)
                return false;
            _followers = -1;
            return true;
        }
    }

    /// <summary>Everything from <paramref name="position"/> on, and a task that completes when there is more.</summary>
    public Batch Read(long position)
    {
        lock (_lock)
        {
            var next = _first + _ring.Count;
            if (position < _first)
                return new Batch([], next, Gap: true, _closed, _changed.Task);
            var skip = (int)(position - _first);
            List<Segment> segments = skip == _ring.Count ? [] : [.. _ring.Skip(skip)];
            return new Batch(segments, next, Gap: false, _closed, _changed.Task);
        }
    }

    public void Publish(Segment segment)
    {
        TaskCompletionSource signal;
        lock (_lock)
        {
            Add(segment);
            signal = _changed;
            _changed = NewSignal();
        }
        signal.TrySetResult();
    }

    public void Close()
    {
        TaskCompletionSource signal;
        lock (_lock)
        {
            _closed = true;
            signal = _changed;
        }
        signal.TrySetResult();
    }

    private void Add(Segment segment)
    {
        _ring.Enqueue(segment);
        _bytes += segment.Frames.Length;
        while (_ring.Count > Capacity || (_bytes > MaxBytes && _ring.Count > 1))
        {
            _bytes -= _ring.Dequeue().Frames.Length;
            _first++;
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
