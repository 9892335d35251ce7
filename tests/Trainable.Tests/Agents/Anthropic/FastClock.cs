using System.Collections.Concurrent;

namespace Trainable.Tests.Agents.Anthropic;

/// <summary>A clock on which the waits between tries are over at once. It remembers how long they would have been.</summary>
internal sealed class FastClock : TimeProvider
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    /// <summary>Longer ones are limits that a test does not want to reach.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    public ConcurrentQueue<TimeSpan> Waits { get; } = new();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime < Shortest || dueTime > Longest)
            return base.CreateTimer(callback, state, dueTime, period);
        Waits.Enqueue(dueTime);
        return base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
