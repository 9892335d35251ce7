namespace Trainable.Server.Referee.Scoring;

/// <summary>
/// Metrics of predicted classes, as scikit-learn defines them, with a weight per row. Classes are indices below
/// <c>classes</c>; a row's probabilities stand side by side (rows × classes).
/// </summary>
internal sealed class ClassificationMetrics
{
    /// <summary>scikit-learn's own bound for doubles; a certain and wrong prediction costs about 36.</summary>
    private const double Epsilon = 2.220446049250313e-16;

    private readonly int[] _truth;
    private readonly int[] _predicted;
    private readonly double[]? _probabilities;
    private readonly int _classes;
    private readonly int _positive;
    private readonly int[][] _orders;

    /// <param name="truth">True class of each row.</param>
    /// <param name="predicted">Predicted class of each row; -1 for a label that no row has.</param>
    /// <param name="probabilities">rows × classes, or null for a model without.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="positive">The positive class of a binary problem.</param>
    public ClassificationMetrics(int[] truth, int[] predicted, double[]? probabilities, int classes, int positive = 1)
    {
        _truth = truth;
        _predicted = predicted;
        _probabilities = probabilities;
        _classes = classes;
        _positive = positive;
        _orders = probabilities is null ? [] : [.. Enumerable.Range(0, classes).Select(Order)];
    }

    public WeightedMetric Find(string name) =>
        name switch
        {
            MetricNames.Accuracy => Accuracy,
            MetricNames.BalancedAccuracy => BalancedAccuracy,
            MetricNames.F1 => weights => F1Of(_positive, weights),
            MetricNames.F1Macro => F1Macro,
            MetricNames.RocAuc => RocAuc,
            MetricNames.LogLoss => LogLoss,
            MetricNames.Brier => Brier,
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No metric of a classification."),
        };

    public double Accuracy(ReadOnlySpan<int> weights)
    {
        long right = 0;
        long count = 0;
        for (var row = 0; row < _truth.Length; row++)
        {
            right += _truth[row] == _predicted[row] ? weights[row] : 0;
            count += weights[row];
        }
        return (double)right / count;
    }

    /// <summary>Mean recall of the classes that occur.</summary>
    public double BalancedAccuracy(ReadOnlySpan<int> weights)
    {
        var right = new long[_classes];
        var count = new long[_classes];
        for (var row = 0; row < _truth.Length; row++)
        {
            count[_truth[row]] += weights[row];
            right[_truth[row]] += _truth[row] == _predicted[row] ? weights[row] : 0;
        }
        double sum = 0;
        var seen = 0;
        for (var index = 0; index < _classes; index++)
        {
            if (count[index] == 0)
                continue;
            sum += (double)right[index] / count[index];
            seen++;
        }
        return sum / seen;
    }

    /// <summary>Unweighted mean of the F1 of every class that occurs in truth or prediction.</summary>
    public double F1Macro(ReadOnlySpan<int> weights)
    {
        double sum = 0;
        var seen = 0;
        for (var index = 0; index < _classes; index++)
        {
            if (!Occurs(index, weights))
                continue;
            sum += F1Of(index, weights);
            seen++;
        }
        return sum / seen;
    }

    /// <summary>
    /// Area under the ROC curve by ranks (Mann–Whitney), ties counted half. Binary: of the positive class. Otherwise the mean
    /// of one against the rest over the classes that occur.
    /// </summary>
    public double RocAuc(ReadOnlySpan<int> weights)
    {
        if (_classes == 2)
            return AreaOf(_positive, weights);
        double sum = 0;
        var seen = 0;
        for (var index = 0; index < _classes; index++)
        {
            var area = AreaOf(index, weights);
            if (double.IsNaN(area))
                continue;
            sum += area;
            seen++;
        }
        return seen > 0 ? sum / seen : double.NaN;
    }

    /// <summary>Mean negative log-probability of the true class; rows are normalised and clipped as scikit-learn does.</summary>
    public double LogLoss(ReadOnlySpan<int> weights)
    {
        double sum = 0;
        long count = 0;
        for (var row = 0; row < _truth.Length; row++)
        {
            if (weights[row] == 0)
                continue;
            var probabilities = _probabilities.AsSpan(row * _classes, _classes);
            double total = 0;
            foreach (var probability in probabilities)
                total += probability;
            var own = Math.Clamp(probabilities[_truth[row]] / total, Epsilon, 1 - Epsilon);
            sum -= weights[row] * Math.Log(own);
            count += weights[row];
        }
        return sum / count;
    }

    /// <summary>Mean squared difference of the positive class's probability and what happened; binary only.</summary>
    public double Brier(ReadOnlySpan<int> weights)
    {
        double sum = 0;
        long count = 0;
        for (var row = 0; row < _truth.Length; row++)
        {
            var difference = _probabilities![(row * _classes) + _positive] - (_truth[row] == _positive ? 1 : 0);
            sum += weights[row] * difference * difference;
            count += weights[row];
        }
        return sum / count;
    }

    private double F1Of(int positive, ReadOnlySpan<int> weights)
    {
        long both = 0;
        long truths = 0;
        long claims = 0;
        for (var row = 0; row < _truth.Length; row++)
        {
            truths += _truth[row] == positive ? weights[row] : 0;
            claims += _predicted[row] == positive ? weights[row] : 0;
            both += _truth[row] == positive && _predicted[row] == positive ? weights[row] : 0;
        }
        return truths + claims == 0 ? 0 : 2.0 * both / (truths + claims);
    }

    private bool Occurs(int index, ReadOnlySpan<int> weights)
    {
        for (var row = 0; row < _truth.Length; row++)
        {
            if (weights[row] > 0 && (_truth[row] == index || _predicted[row] == index))
                return true;
        }
        return false;
    }

    private double AreaOf(int positive, ReadOnlySpan<int> weights)
    {
        var order = _orders[positive];
        double area = 0;
        long negatives = 0;
        long positives = 0;
        for (var start = 0; start < order.Length; )
        {
            var score = Score(order[start], positive);
            long tiedPositives = 0;
            long tiedNegatives = 0;
            var end = start;
            for (; end < order.Length && Score(order[end], positive).Equals(score); end++)
            {
                if (_truth[order[end]] == positive)
                    tiedPositives += weights[order[end]];
                else
                    tiedNegatives += weights[order[end]];
            }
            area += tiedPositives * (negatives + (tiedNegatives / 2.0));
            positives += tiedPositives;
            negatives += tiedNegatives;
            start = end;
        }
        return positives == 0 || negatives == 0 ? double.NaN : area / ((double)positives * negatives);
    }

    private double Score(int row, int index) => _probabilities![(row * _classes) + index];

    private int[] Order(int index)
    {
        var order = Enumerable.Range(0, _truth.Length).ToArray();
        Array.Sort(order, (left, right) => Score(left, index).CompareTo(Score(right, index)));
        return order;
    }
}
