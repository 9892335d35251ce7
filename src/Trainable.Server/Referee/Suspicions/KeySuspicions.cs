using System.Globalization;
using Trainable.Contracts;
using Trainable.Server.Datasets.Profiles;

namespace Trainable.Server.Referee.Suspicions;

/// <summary>Raw columns that name rows rather than describe them, that bind rows together, or that lie in the future.</summary>
internal static class KeySuspicions
{
    private const double MostlyDistinct = 0.98;
    private const int FewestRows = 100;

    /// <summary>Numbers whose range is this many times their count are keys; wider ones are measurements.</summary>
    private const double DensestRange = 20;
    private const int FewestPairs = 60;

    /// <summary>By how much of what there is to gain rows of one group agree more than any two rows.</summary>
    private const double BoundTogether = 0.6;
    private const int DatesLookedAt = 200;

    public static IEnumerable<Suspicion> Of(RawColumn column, RawColumn target, string problemType, DateTime now)
    {
        if (IsKey(column))
            yield return new Suspicion(
                column.Name,
                "id_column",
                $"`{column.Name}` has another value in nearly every row: it names rows and says nothing about new ones",
                Math.Round((double)column.Distinct / column.Known, 5)
            );
        else if (Bond(column, target, problemType) is var bond && bond >= BoundTogether)
            yield return new Suspicion(
                column.Name,
                "group_leak",
                $"`{column.Name}` binds rows together: those that share its value nearly always share `{target.Name}`, and they "
                    + "fall on both sides of a random split. Name it as the group column of a new experiment, so that the score "
                    + "is of groups never seen",
                Math.Round(bond, 5)
            );
        if (Future(column, now) is > 0 and var late)
            yield return new Suspicion(
                column.Name,
                "future_dates",
                $"`{column.Name}` has {late:N0} dates that have not come yet",
                late
            );
    }

    private static bool IsKey(RawColumn column)
    {
        if (column.Known < FewestRows || column.Distinct < MostlyDistinct * column.Known || !column.LooksLikeKeys)
            return false;
        if (!column.IsNumeric)
            return !IsDates(column);
        var numbers = column.Numbers.OfType<double>().ToList();
        return numbers.Max() - numbers.Min() <= DensestRange * column.Known;
    }

    /// <summary>
    /// Agreement of two rows of one group beyond that of any two rows, as a share of what is to be gained: for classes the
    /// chance that both have one class, for numbers the share of variance between groups (corrected for their number). Where
    /// the column is a number, what rows of neighbouring values agree in comes off: they do so in a measurement, such as a pixel's
    /// brightness, and do not where numbers are names.
    /// </summary>
    private static double Bond(RawColumn column, RawColumn target, string problemType)
    {
        var groups = Enumerable
            .Range(0, column.Rows)
            .Where(row => column.Levels[row] >= 0 && target.Levels[row] >= 0)
            .GroupBy(row => column.Levels[row])
            .Select(group => group.ToList())
            .ToList();
        var shared = groups.Where(group => group.Count > 1).ToList();
        var rows = shared.Sum(group => group.Count);
        // Few large groups are an ordinary category; hardly any shared rows are no matter.
        if (
            !column.LooksLikeKeys
            || shared.Count < FewestPairs
            || rows < 0.2 * column.Known
            || groups.Count < 0.05 * column.Known
        )
            return 0;
        var isRegression = problemType == ProblemTypes.Regression;
        var within = isRegression ? WithinNumbers(shared, target) : WithinClasses(shared, target.Levels);
        if (!column.IsNumeric)
            return within;
        var ordered = shared.OrderBy(group => column.Numbers[group[0]]).ToList();
        var beside = isRegression ? BesideNumbers(ordered, target) : BesideClasses(ordered, target.Levels);
        return within - Math.Max(0, beside);
    }

    private static double WithinClasses(List<List<int>> groups, int[] classes)
    {
        double alike = 0;
        double pairs = 0;
        foreach (var group in groups)
        {
            pairs += (double)group.Count * (group.Count - 1);
            alike += group.GroupBy(row => classes[row]).Sum(same => (double)same.Count() * (same.Count() - 1));
        }
        return BeyondChance(alike / pairs, groups, classes);
    }

    /// <summary>As <see cref="WithinClasses"/>, of two rows in groups next to each other.</summary>
    private static double BesideClasses(List<List<int>> groups, int[] classes)
    {
        double alike = 0;
        double pairs = 0;
        foreach (var (one, next) in groups.Zip(groups.Skip(1)))
        {
            var counts = next.CountBy(row => classes[row]).ToDictionary();
            pairs += (double)one.Count * next.Count;
            alike += one.Sum(row => (double)counts.GetValueOrDefault(classes[row]));
        }
        return BeyondChance(alike / pairs, groups, classes);
    }

    private static double BeyondChance(double alike, List<List<int>> groups, int[] classes)
    {
        double rows = groups.Sum(group => group.Count);
        var chance = groups
            .SelectMany(group => group)
            .GroupBy(row => classes[row])
            .Sum(same => Math.Pow(same.Count() / rows, 2));
        return chance < 1 ? (alike - chance) / (1 - chance) : 0;
    }

    /// <summary>The intraclass correlation by analysis of variance (Fisher), with the mean group size.</summary>
    private static double WithinNumbers(List<List<int>> groups, RawColumn target)
    {
        var values = groups
            .Select(group => group.Select(row => target.Numbers[row]).OfType<double>().ToList())
            .Where(group => group.Count > 1)
            .ToList();
        double rows = values.Sum(group => group.Count);
        if (values.Count < 2 || rows <= values.Count)
            return 0;
        var mean = values.Sum(group => group.Sum()) / rows;
        var between = values.Sum(group => group.Count * Math.Pow(group.Average() - mean, 2)) / (values.Count - 1);
        var within =
            values.Sum(group => group.Sum(value => Math.Pow(value - group.Average(), 2))) / (rows - values.Count);
        var size = rows / values.Count;
        var all = between + ((size - 1) * within);
        return all > 0 ? (between - within) / all : 0;
    }

    /// <summary>The correlation of two rows in groups next to each other.</summary>
    private static double BesideNumbers(List<List<int>> groups, RawColumn target)
    {
        var values = groups.ConvertAll(group => group.Select(row => target.Numbers[row]).OfType<double>().ToList());
        var all = values.SelectMany(group => group).ToList();
        if (all.Count == 0)
            return 0;
        var mean = all.Average();
        var variance = all.Average(value => Math.Pow(value - mean, 2));
        double together = 0;
        double pairs = 0;
        foreach (var (one, next) in values.Zip(values.Skip(1)))
        {
            together += one.Sum(value => value - mean) * next.Sum(value => value - mean);
            pairs += (double)one.Count * next.Count;
        }
        return variance > 0 && pairs > 0 ? together / pairs / variance : 0;
    }

    /// <summary>A date is another in nearly every row, and yet says something of new ones.</summary>
    private static bool IsDates(RawColumn column) =>
        !column.IsNumeric
        && ColumnStatistics.MayBeDates([
            .. column.Texts.OfType<string>().Distinct(StringComparer.Ordinal).Take(DatesLookedAt),
        ]);

    private static int Future(RawColumn column, DateTime now)
    {
        if (!IsDates(column))
            return 0;
        return column.Texts.Count(text =>
            DateTime.TryParse(
                text,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                out var date
            )
            && date > now.AddDays(1)
        );
    }
}
