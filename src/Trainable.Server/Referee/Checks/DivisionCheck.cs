using System.Globalization;
using System.Text.Json.Nodes;
using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Referee.Files;

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

    /// <param name="options">The group or time column, if one was named.</param>
    /// <param name="source">The working rows.</param>
    /// <param name="manifest">How many there are.</param>
    /// <param name="tables">Prep's splits, and what the pipeline gives for the working rows.</param>
    /// <param name="target">The target's column.</param>
    /// <param name="findings">Where the answer goes.</param>
    public static void Run(
        ExperimentOptions options,
        string source,
        DatasetManifest manifest,
        SplitTables tables,
        string target,
        Findings findings
    )
    {
        // Where both are named the host holds by time, and so is Prep to.
        if ((options.TimeColumn ?? options.GroupColumn) is not { Length: > 0 } column)
            return;
        var raw = RawRows.Sample(tables.Database, source, manifest.RowsWorking, manifest.Columns.Count);
        var place = raw.Columns.Index().Where(one => one.Item == column).Select(one => one.Index).FirstOrDefault(-1);
        if (place < 0)
            return;
        var features = tables.Columns["train"].Where(one => one.Name != target).ToList();
        var rows = tables.Database.Query(Fingerprint.Of(tables, "transformed", features), row => row.GetString(0));
        if (rows.Count != raw.Count)
            return; // A table so large that only a sample of it is read.
        var train = Prints(tables, "train", features);
        foreach (var later in tables.Columns.Keys.Where(split => split is "val" or "test"))
        {
            var other = Prints(tables, later, features);
            // A row that looks the same on both sides could have come from either.
            var left = Values(rows, raw.Values[place], print => train.Contains(print) && !other.Contains(print));
            var right = Values(rows, raw.Values[place], print => other.Contains(print) && !train.Contains(print));
            if (left.Count < Found * train.Count || right.Count < Found * other.Count)
                continue;
            if (options.TimeColumn is null)
                CheckGroups(column, later, left, right, findings);
            else
                CheckTime(column, later, left, right, findings);
        }
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

    private static HashSet<string> Prints(SplitTables tables, string split, List<(string, string)> features) =>
        tables
            .Database.Query(Fingerprint.Of(tables, split, features), row => row.GetString(0))
            .ToHashSet(StringComparer.Ordinal);

    private static List<string> Values(List<string> rows, string?[] values, Func<string, bool> isMeant) =>
        [.. rows.Zip(values).Where(row => row.Second is not null && isMeant(row.First)).Select(row => row.Second!)];

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
