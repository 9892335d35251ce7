using Trainable.Contracts;

namespace Trainable.Server.Metrics;

/// <summary>
/// Reduces one series, point by point and without holding it, to what a chart of so many points can show: the first and the
/// last point, and the lowest and the highest of each bucket between. Gaps (values that were NaN) are left out.
/// </summary>
/// <param name="count">Points to come.</param>
/// <param name="most">Points to keep; at least 4.</param>
internal sealed class SeriesThinner(int count, int most)
{
    /// <summary>The fewest points a series can be thinned to: its ends, and one bucket's extremes.</summary>
    public const int Fewest = 4;

    private readonly int _buckets = (most - 2) / 2;
    private readonly List<MetricItem> _kept = [];
    private (MetricItem Point, int Index)? _low;
    private (MetricItem Point, int Index)? _high;
    private MetricItem? _last;
    private int _taken;
    private int _bucket;

    public void Take(MetricItem point)
    {
        var index = _taken++;
        if (count <= most || index == 0)
        {
            _kept.Add(point);
            return;
        }
        // Whether a point is the last one is known when no other follows.
        if (_last is { } inner)
            Offer(inner, index - 1);
        _last = point;
    }

    /// <summary>The points that were kept, in their order.</summary>
    public IReadOnlyList<MetricItem> Finish()
    {
        CloseBucket();
        if (_last is not null)
            _kept.Add(_last);
        return _kept;
    }

    private void Offer(MetricItem point, int index)
    {
        var bucket = (int)((long)(index - 1) * _buckets / Math.Max(1, count - 2));
        if (bucket != _bucket)
            CloseBucket();
        _bucket = bucket;
        if (point.Value is not { } value)
            return; // A gap has no height.
        if (_low is not { } low || value < low.Point.Value)
            _low = (point, index);
        if (_high is not { } high || value > high.Point.Value)
            _high = (point, index);
    }

    private void CloseBucket()
    {
        if (_low is { } low && _high is { } high)
        {
            var (first, second) = low.Index <= high.Index ? (low, high) : (high, low);
            _kept.Add(first.Point);
            if (second.Index != first.Index)
                _kept.Add(second.Point);
        }
        _low = _high = null;
    }
}
