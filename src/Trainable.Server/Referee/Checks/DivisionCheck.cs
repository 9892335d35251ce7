using System.Globalization;
using System.Text.Json.Nodes;
using Trainable.Contracts;
using Trainable.Server.Datasets;

namespace Trainable.Server.Referee.Checks;

/// <summary>
/// Whether Prep divided as it was told to: no group of the group column on both sides, and by the time column the later rows
/// in val. Which raw row became which prepared one is found by running the pipeline, not by asking.
/// </summary>
internal static class DivisionCheck
{
    /// <summary>Of the raw rows: with fewer found on one side alone nothing is said.</summary>
    private const double Found = 0.3;

    /// <summary>Of the later side's rows that may lie before the middle of the earlier ones; half do in a random split.</summary>
    private const double Early = 0.1;

    /// <param name="division">What was told.</param>
    /// <param name="values">The column's text in the working rows.</param>
    /// <param name="origins">Which of them Prep's splits have.</param>
    /// <param name="findings">Where the answer goes.</param>
    public static void Run(Division division, IReadOnlyList<string?> values, RowOrigins origins, Findings findings)
    {
        foreach (var later in origins.Splits.Keys.Where(split => split is "val" or "test"))
        {
            // A row that looks the same on both sides could have come from either.
            var left = Values("train", later);
            var right = Values(later, "train");
            if (
                left.Count < Found * origins.Splits["train"].Length
                || right.Count < Found * origins.Splits[later].Length
            )
                continue;
            if (division.ByTime)
                CheckTime(division.Column, later, left, right, findings);
            else
                CheckGroups(division.Column, later, left, right, findings);
        }

        List<string> Values(string split, string other) =>
            [.. origins.Only(split, other).Select(row => values[row]).OfType<string>()];
    }

    private static void CheckGroups(
        string column,
        string later,
        List<string> left,
        List<string> right,
        Findings findings
    )
    {
        var groups = right.ToHashSet(StringComparer.Ordinal);
        var all = groups.Count;
        groups.IntersectWith(left);
        if (groups.Count == 0)
        {
            findings.Pass("group_split", $"No group of `{column}` has rows both in train and in {later}.");
            return;
        }
        Say(
            "group_split",
            later,
            $"{groups.Count:N0} of the {all:N0} groups of `{column}` in {later} have rows in train too, so {later} says nothing about "
                + "groups never seen. Keep all rows of a group on one side.",
            new JsonObject { ["groups"] = all, ["shared"] = groups.Count },
            findings
        );
    }

    private static void CheckTime(string column, string later, List<string> left, List<string> right, Findings findings)
    {
        if (Times(left) is not { } before || Times(right) is not { } after)
            return;
        var middle = before[before.Length / 2];
        var early = after.Count(time => time < middle);
        if (early <= Early * after.Length)
        {
            findings.Pass("time_split", $"By `{column}` {later} is later than train.");
            return;
        }
        Say(
            "time_split",
            later,
            $"{early:N0} of {later}'s {after.Length:N0} rows are, by `{column}`, earlier than half of train, so {later} says nothing "
                + $"about the time to come. Put the latest rows in {later}.",
            new JsonObject { ["rows"] = after.Length, ["early"] = early },
            findings
        );
    }

    /// <summary>Val only misleads the agent; a test set that it drew itself would mislead everybody.</summary>
    private static void Say(string code, string later, string sentence, JsonObject evidence, Findings findings)
    {
        if (later == "test")
            findings.Fail(code, sentence, evidence);
        else
            findings.Warn(code, sentence, evidence);
    }

    /// <summary>Numbers, or dates as ticks, in order; null where they are neither.</summary>
    private static double[]? Times(List<string> texts)
    {
        var times = texts.Select(text => WrittenNumber.Read(text) ?? Date(text)).OfType<double>().Order().ToArray();
        return times.Length > 0 && times.Length >= 0.9 * texts.Count ? times : null;
    }

    private static double? Date(string text) =>
        DateTime.TryParse(
            text,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var date
        )
            ? date.Ticks
            : null;
}

/// <summary>How Prep was told to divide the rows: whole groups of a column, or its latest for val.</summary>
internal sealed record Division(string Column, bool ByTime)
{
    /// <summary>Where both are named the host holds by time, and so is Prep to; null where neither was.</summary>
    public static Division? Of(ExperimentOptions options) =>
        (options.TimeColumn ?? options.GroupColumn) is { Length: > 0 } column
            ? new Division(column, ByTime: options.TimeColumn is not null)
            : null;
}
