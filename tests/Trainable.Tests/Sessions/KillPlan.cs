using Trainable.Contracts;

namespace Trainable.Tests.Sessions;

/// <summary>
/// Says after which events the server is killed. A run falls into segments, each the events up to and including the end of
/// a tool call; a segment is killed once at most, so that the run gets on.
/// </summary>
/// <param name="at">The event within a segment, from 0, after which it is killed; null spares the segment.</param>
internal sealed class KillPlan(Func<int, int?> at)
{
    private readonly HashSet<int> _killed = [];
    private int _segment;
    private int _index;

    public List<string> Kills { get; } = [];

    public bool IsDue(StreamEvent item)
    {
        var due = at(_segment) == _index && _killed.Add(_segment);
        if (due)
            Kills.Add($"{_segment}:{_index} {item.Type}");
        _index++;
        if (item.Type == EventTypes.ToolEnd)
        {
            if (!WasInterrupted(item))
                _segment++;
            _index = 0;
        }
        return due;
    }

    public static bool WasInterrupted(StreamEvent item) =>
        item.Data.GetProperty("output").GetString()!.StartsWith("interrupted", StringComparison.Ordinal);
}
