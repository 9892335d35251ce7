using Trainable.Contracts;

namespace Trainable.Server.Referee.Suspicions;

/// <summary>
/// Whether a column of numbers is a target encoding that was made with the rows themselves: the mean of the target over the rows
/// of some group, each row's own target among them. Each value then is just what the rows that have it come to. Not all of those
/// rows need to be seen: part of them is held.
/// </summary>
internal static class TargetMeans
{
    /// <summary>Of the target's spread; means that hit the column's value so closely do so by chance once in hundreds.</summary>
    private const double Exact = 1e-4;
    private const int FewestHits = 10;

    /// <summary>Of the values that several rows have: of groups of ten all rows are seen in a fifth where 15 % are held.</summary>
    private const double LeastHit = 0.1;

    private const int FewestAtEnds = 20;
    private const int FewestBetween = 20;
    private const int FewestShares = 6;
    private const double MostErrors = 3;

    /// <summary>Of what chance gives each share, that it may stray: shares that were counted stray by a fraction of it.</summary>
    private const double CountedNotGuessed = 0.25;

    public static bool Are(RawColumn column, RawColumn target, string problemType)
    {
        if (!column.IsNumeric)
            return false;
        if (problemType == ProblemTypes.Regression)
            return OfNumbers(column, target.Numbers);
        return target.Distinct == 2
            && (OfShares(column, target.Levels, positive: 0) || OfShares(column, target.Levels, positive: 1));
    }

    private static bool OfNumbers(RawColumn column, double?[] answers)
    {
        var known = answers.OfType<double>().ToList();
        if (known.Count == 0)
            return false;
        var mean = known.Average();
        var tolerance = Exact * Math.Sqrt(known.Average(value => Math.Pow(value - mean, 2)));
        var (shared, hits) = (0, 0);
        foreach (var group in Levels(column, answers))
        {
            // Where all are alike, the column's value is one of the target's: that is for the other checks.
            if (group.Count < 2 || group.Max(row => answers[row]) - group.Min(row => answers[row]) <= 2 * tolerance)
                continue;
            shared++;
            if (Math.Abs(group.Average(row => answers[row]!.Value) - column.Numbers[group[0]]!.Value) <= tolerance)
                hits++;
        }
        return hits >= FewestHits && hits >= LeastHit * shared;
    }

    /// <summary>
    /// The same of shares of a class, which many groups have in common. Then at 0 and 1 no row is of another class, and between
    /// them each value is the share of its rows: where there are rows at both ends, within what is held; where there are not,
    /// closer than a guess, however good, would be by chance.
    /// </summary>
    private static bool OfShares(RawColumn column, int[] classes, int positive)
    {
        if (column.Numbers.Any(number => number is < 0 or > 1))
            return false;
        var hits = Array.ConvertAll(
            classes,
            one =>
                one < 0 ? (double?)null
                : one == positive ? 1
                : 0
        );
        var ends = new int[2];
        var (shares, between, strays) = (0, 0, 0.0);
        foreach (var group in Levels(column, hits))
        {
            var value = column.Numbers[group[0]]!.Value;
            var share = group.Average(row => hits[row]!.Value);
            if (value is 0 or 1)
            {
                if (!share.Equals(value))
                    return false;
                ends[(int)value] += group.Count;
                continue;
            }
            var stray = Math.Pow(share - value, 2) * group.Count / (value * (1 - value));
            if (stray > MostErrors * MostErrors)
                return false;
            shares++;
            between += group.Count;
            strays += stray;
        }
        if (between < FewestBetween)
            return false;
        return (ends[0] > 0 && ends[1] > 0 && ends.Sum() >= FewestAtEnds)
            || (shares >= FewestShares && between >= FewestBetween * shares && strays < CountedNotGuessed * shares);
    }

    private static IEnumerable<List<int>> Levels(RawColumn column, double?[] answers) =>
        Enumerable
            .Range(0, column.Rows)
            .Where(row => column.Numbers[row] is not null && answers[row] is not null)
            .GroupBy(row => column.Numbers[row]!.Value)
            .Select(group => group.ToList());
}
