using System.Text.Json.Nodes;
using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Referee.Files;

namespace Trainable.Server.Referee.Checks;

/// <summary>
/// The target stays raw in every split. What Prep turned into other labels or another unit could not be compared with the
/// held rows, whose target the host keeps as it stands in the upload.
/// </summary>
internal static class TargetCheck
{
    /// <summary>A float32 target keeps about seven digits.</summary>
    private const double Relative = 1e-6;

    /// <param name="tables">Prep's splits.</param>
    /// <param name="raw">The working rows' target as text, null where it is missing.</param>
    /// <param name="target">Its column.</param>
    /// <param name="problem">What kind of problem Prep says it is.</param>
    /// <param name="findings">Where the answer goes.</param>
    public static void Run(
        SplitTables tables,
        IReadOnlyList<string?> raw,
        string target,
        string problem,
        Findings findings
    )
    {
        var known = raw.OfType<string>().ToList();
        var isRaw =
            problem == ProblemTypes.Regression
                ? CheckNumbers(tables, known, target, findings)
                : CheckLabels(tables, known, target, findings);
        if (isRaw)
            findings.Pass("target_raw", $"`{target}` has the raw data's values in every split.");
    }

    private static bool CheckLabels(SplitTables tables, List<string> raw, string target, Findings findings)
    {
        var labels = new TargetLabels(raw);
        var known = raw.Select(labels.Of).ToHashSet(StringComparer.Ordinal);
        var isRaw = true;
        foreach (var split in tables.Columns.Keys)
        {
            var strange = Values(tables, split, target)
                .Distinct(StringComparer.Ordinal)
                .Where(label => !known.Contains(labels.Of(label)))
                .Order(StringComparer.Ordinal)
                .ToList();
            if (strange.Count == 0)
                continue;
            isRaw = false;
            findings.Fail(
                "target_changed",
                $"{split}.parquet's `{target}` holds {Findings.Names(strange)}, which the raw column does not. Keep the target "
                    + "as it is in the raw data; an encoding of it belongs inside the model."
            );
        }
        return isRaw;
    }

    private static bool CheckNumbers(SplitTables tables, List<string> raw, string target, Findings findings)
    {
        var known = raw.Select(WrittenNumber.Read).OfType<double>().Order().ToArray();
        if (known.Length == 0)
        {
            findings.Fail(
                "target_not_numeric",
                $"The raw column `{target}` holds no numbers, so this is no regression."
            );
            return false;
        }
        var isRaw = true;
        foreach (var split in tables.Columns.Keys)
        {
            var values = Values(tables, split, target).Select(WrittenNumber.Read).ToList();
            var changed = values.Count(value => value is not { } number || !Holds(known, number));
            if (changed == 0)
                continue;
            isRaw = false;
            findings.Fail(
                "target_changed",
                $"{changed:N0} of {split}.parquet's {values.Count:N0} values of `{target}` are no values of the raw column. Keep "
                    + "its own numbers (`1,234` is 1234 and `12%` is 12); a transformation of them belongs inside the model.",
                new JsonObject { ["rows"] = values.Count, ["changed"] = changed }
            );
        }
        return isRaw;
    }

    /// <summary>Whether an ordered array has a number, give or take what a float loses.</summary>
    private static bool Holds(double[] ordered, double number)
    {
        var place = Array.BinarySearch(ordered, number);
        if (place >= 0)
            return true;
        var above = ~place;
        return (above < ordered.Length && IsClose(ordered[above], number))
            || (above > 0 && IsClose(ordered[above - 1], number));
    }

    private static bool IsClose(double left, double right) =>
        Math.Abs(left - right) <= Relative * Math.Max(Math.Abs(left), Math.Abs(right));

    private static List<string> Values(SplitTables tables, string split, string target) =>
        tables.Database.Query(
            $"SELECT {TableDatabase.Identifier(target)}::VARCHAR FROM {tables.Source(split)}"
                + $" WHERE {TableDatabase.Identifier(target)} IS NOT NULL",
            row => row.GetString(0)
        );
}
