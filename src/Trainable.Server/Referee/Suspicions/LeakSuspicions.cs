using System.Globalization;
using Trainable.Contracts;

namespace Trainable.Server.Referee.Suspicions;

/// <summary>Raw columns that tell the target too well to be known before it: copies, single-feature leaks, telling gaps.</summary>
internal static class LeakSuspicions
{
    /// <summary>Lambda above which a column leaves next to no errors.</summary>
    private const double TellingLambda = 0.97;
    private const double TellingArea = 0.995;
    private const double TellingRank = 0.999;
    private const double Copy = 0.9999;

    /// <summary>With fewer rows a level, a column that means nothing fixes the class by chance.</summary>
    private const int RowsALevel = 10;
    private const int FewestRows = 40;

    /// <summary>A few kinds of things may well lie apart by nature.</summary>
    private const int FewestRanges = 5;

    /// <summary>Of the rows, that may lie in the range of another value.</summary>
    private const double AcrossRanges = 0.01;
    private const int MostClasses = 20;
    private const int FewestGaps = 10;

    /// <summary>Rows with the same value, on average, from which on it is no chance that two columns divide the rows alike.</summary>
    private const int RowsARenamedValue = 2;

    public static IEnumerable<Suspicion> Of(RawColumn column, RawColumn target, string problemType) =>
        column.Known < FewestRows ? []
        : IsRenamed(column, target)
            ? [Named(column, "target_copy", $"is the target `{target.Name}` in other words, value for value", 1)]
        : TargetMeans.Are(column, target, problemType)
            ?
            [
                Named(
                    column,
                    "target_encoding",
                    $"is the mean of the target `{target.Name}` over groups of rows, each row's own among them",
                    1
                ),
            ]
        : problemType == ProblemTypes.Regression ? OfNumbers(column, target)
        : OfClasses(column, target);

    /// <summary>
    /// Whether each of the column's values always stands beside the same one of the target and the other way round: the
    /// target under other names, codes or hashes, however many there are and in whatever order.
    /// </summary>
    private static bool IsRenamed(RawColumn column, RawColumn target)
    {
        if (
            column.Distinct != target.Distinct
            || column.Distinct < 2
            || column.Known != target.Known
            || column.Distinct * RowsARenamedValue > column.Known
        )
            return false;
        var partner = new int[column.Distinct];
        Array.Fill(partner, -1);
        for (var row = 0; row < column.Rows; row++)
        {
            var (level, answer) = (column.Levels[row], target.Levels[row]);
            if (level < 0 != answer < 0)
                return false;
            if (level < 0)
                continue;
            if (partner[level] < 0)
                partner[level] = answer;
            else if (partner[level] != answer)
                return false;
        }
        return partner.Distinct().Count() == partner.Length;
    }

    private static IEnumerable<Suspicion> OfClasses(RawColumn column, RawColumn target)
    {
        var hasFewLevels = column.Distinct * RowsALevel <= column.Known;
        var lambda = hasFewLevels ? Association.Lambda(column.Levels, target.Levels) : 0;
        if (lambda >= Copy && column.Distinct == target.Distinct)
            yield return Named(column, "target_copy", $"is the target `{target.Name}` in other words", lambda);
        else if (lambda >= TellingLambda)
            yield return Named(
                column,
                "single_feature_leak",
                $"alone leaves {Share(1 - lambda)} of the errors of guessing `{target.Name}`",
                lambda
            );
        else if (
            column.IsNumeric
            && target.Distinct is > 2 and <= MostClasses
            && Association.LambdaOfRanges(column.Numbers, target.Levels, target.Distinct) is var ranges
            && ranges >= TellingLambda
        )
            yield return Named(
                column,
                "single_feature_leak",
                $"alone leaves {Share(1 - ranges)} of the errors of guessing `{target.Name}`: each class has a range of it",
                ranges
            );
        else if (
            column.IsNumeric
            && target.Distinct == 2
            && Association.Area(column.Numbers, target.Levels, positive: 0) is var area
            && area >= TellingArea
        )
            yield return Named(
                column,
                "single_feature_leak",
                $"alone orders `{target.Name}` all but perfectly (AUC {area.ToString("0.0000", CultureInfo.InvariantCulture)})",
                area
            );
        if (
            Gaps(column) is { } gaps
            && Association.Lambda(gaps, target.Levels) is var telling
            && telling >= TellingLambda
        )
            yield return Named(
                column,
                "telling_gaps",
                $"is filled in or missing just as `{target.Name}` goes, so it is known only afterwards",
                telling
            );
    }

    private static IEnumerable<Suspicion> OfNumbers(RawColumn column, RawColumn target)
    {
        if (
            column.IsNumeric
            && Math.Abs(Association.Correlation(column.Numbers, target.Numbers)) is var linear
            && linear >= Copy
        )
            yield return Named(column, "target_copy", $"is the target `{target.Name}` in another unit", linear);
        else if (
            column.IsNumeric
            && Math.Abs(Association.RankCorrelation(column.Numbers, target.Numbers)) is var ranks
            && ranks >= TellingRank
        )
            yield return Named(
                column,
                "single_feature_leak",
                $"alone orders `{target.Name}` all but perfectly (rank correlation {ranks.ToString("0.0000", CultureInfo.InvariantCulture)})",
                ranks
            );
        else if (
            column.Distinct * RowsALevel <= column.Known
            && Association.BetweenLevels(column.Levels, target.Numbers) is var between
            && between >= TellingRank
        )
            yield return Named(
                column,
                "single_feature_leak",
                $"alone explains {Share(between)} of the variance of `{target.Name}`",
                between
            );
        else if (
            column.Distinct >= FewestRanges
            && column.Distinct * RowsALevel <= column.Known
            && Association.Runs(column.Levels, target.Numbers) is var runs
            && runs <= column.Distinct + (AcrossRanges * column.Known)
        )
            yield return Named(
                column,
                "single_feature_leak",
                $"divides `{target.Name}` into ranges: each of its {column.Distinct:N0} values has one, and they do not overlap",
                (double)column.Distinct / runs
            );
    }

    /// <summary>Missing or not, as two levels; null when there are too few of either to say anything.</summary>
    private static int[]? Gaps(RawColumn column) =>
        column.Rows - column.Known < FewestGaps || column.Known < FewestGaps
            ? null
            : [.. column.Texts.Select(text => text is null ? 0 : 1)];

    private static Suspicion Named(RawColumn column, string code, string what, double strength) =>
        new(column.Name, code, $"`{column.Name}` {what}", Math.Round(strength, 5));

    private static string Share(double share) => share.ToString("0.0 %", CultureInfo.InvariantCulture);
}
