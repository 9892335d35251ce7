using System.Text.Json.Nodes;
using Trainable.Contracts;
using Trainable.Server.Datasets;

namespace Trainable.Server.Referee.Checks;

/// <summary>Whether train and val are of one kind: a score on val means nothing when they are not.</summary>
internal static class SplitChecks
{
    /// <summary>Standard errors beyond which two random parts of one table practically never differ.</summary>
    private const double FarOut = 6;

    /// <summary>Of a standard deviation: a smaller difference is no matter, however sure.</summary>
    private const double Noticeable = 0.2;
    private const double RareAsThis = 1e-4;
    private const int TinyClass = 10;
    private const int MostColumns = 2_000;

    private sealed record Moments(double Mean, double Deviation, double Count, bool Varies);

    public static void Run(SplitTables tables, string target, string problemType, Findings findings)
    {
        CheckTarget(tables, target, problemType, findings);
        var features = tables.Columns["train"].Where(column => column.Name != target).ToList();
        if (features.Count > MostColumns)
            return;
        CheckDrift(tables, features, findings);
        NearCopies.CheckVal(tables, features, findings);
    }

    private static void CheckTarget(SplitTables tables, string target, string problemType, Findings findings)
    {
        if (problemType == ProblemTypes.Regression)
        {
            var goal = $"TRY_CAST({TableDatabase.Identifier(target)} AS DOUBLE)";
            var (train, val) = (Measure(tables, "train", [goal])[0], Measure(tables, "val", [goal])[0]);
            Compare("target_shift", [(target, train, val)], findings, $"`{target}` differs between train and val");
            return;
        }
        var (inTrain, inVal) = (Classes(tables, "train", target), Classes(tables, "val", target));
        double trainRows = inTrain.Values.Sum();
        double valRows = inVal.Values.Sum();
        var shifted = inTrain
            .Keys.Union(inVal.Keys, StringComparer.Ordinal)
            .Where(label =>
            {
                var (left, right) = (inTrain.GetValueOrDefault(label), inVal.GetValueOrDefault(label));
                var pooled = (left + right) / (trainRows + valRows);
                var error = Math.Sqrt(pooled * (1 - pooled) * ((1 / trainRows) + (1 / valRows)));
                return error > 0 && Math.Abs((left / trainRows) - (right / valRows)) > FarOut * error;
            })
            .ToList();
        if (shifted.Count > 0)
            findings.Warn(
                "target_shift",
                $"The share of {Findings.Names(shifted)} differs between train and val far beyond chance. Split at random, "
                    + "stratified by the target, unless time or groups forbid it.",
                new JsonObject { ["train"] = Counts(inTrain), ["val"] = Counts(inVal) }
            );
        var tiny = inTrain.Where(pair => pair.Value < TinyClass).Select(pair => pair.Key).ToList();
        if (tiny.Count > 0)
            findings.Warn(
                "tiny_classes",
                $"{Findings.Names(tiny)} {(tiny.Count == 1 ? "has" : "have")} fewer than {TinyClass} rows in train: nothing reliable can be learnt of so few.",
                Counts(inTrain)
            );
        var unseen = inVal.Keys.Except(inTrain.Keys, StringComparer.Ordinal).ToList();
        if (unseen.Count > 0)
            findings.Warn("unseen_classes", $"{Findings.Names(unseen)} occurs in val and never in train.");
        if (shifted.Count + tiny.Count + unseen.Count == 0)
            findings.Pass("target_alike", $"`{target}` is spread alike over train and val.");
    }

    private static void CheckDrift(SplitTables tables, List<(string Name, string Type)> features, Findings findings)
    {
        var hasLevelDrift = LevelDrift.Run(tables, features, FarOut, findings);
        var numeric = features.Where(FeatureChecks.IsNumeric).ToList();
        if (numeric.Count == 0)
            return;
        var expressions = numeric.Select(column => $"{TableDatabase.Identifier(column.Name)}::DOUBLE").ToList();
        var (train, val) = (Measure(tables, "train", expressions), Measure(tables, "val", expressions));
        var pairs = numeric.Select((column, index) => (column.Name, train[index], val[index])).ToList();
        if (!Compare("split_drift", pairs, findings, "Features differ between train and val") && !hasLevelDrift)
            findings.Pass("splits_alike", "Train's and val's features are of one kind.");
        // A column that varies in train and never in val: how likely is that by chance?
        var only = pairs
            .Where(pair => pair.Item2.Varies && !pair.Item3.Varies)
            .Where(pair => Math.Pow(CommonestShare(tables, pair.Name), pair.Item3.Count) < RareAsThis)
            .Select(pair => pair.Name)
            .ToList();
        if (only.Count > 0)
            findings.Warn(
                "train_only_columns",
                $"{Findings.Names(only)} {(only.Count == 1 ? "varies" : "vary")} in train but not in val: the model learns from what is not there when it is used."
            );
    }

    private static bool Compare(
        string code,
        IReadOnlyList<(string Name, Moments Train, Moments Val)> columns,
        Findings findings,
        string what
    )
    {
        var evidence = new JsonObject();
        foreach (var (name, train, val) in columns)
        {
            var deviation = Math.Sqrt((Math.Pow(train.Deviation, 2) + Math.Pow(val.Deviation, 2)) / 2);
            var difference = Math.Abs(train.Mean - val.Mean);
            var error = deviation * Math.Sqrt((1 / train.Count) + (1 / val.Count));
            if (deviation > 0 && difference > FarOut * error && difference > Noticeable * deviation)
                evidence[name] = new JsonObject
                {
                    ["train_mean"] = Math.Round(train.Mean, 6),
                    ["val_mean"] = Math.Round(val.Mean, 6),
                };
        }
        if (evidence.Count == 0)
            return false;
        var names = evidence.Select(pair => pair.Key).ToList();
        findings.Warn(
            code,
            $"{what} far beyond chance ({Findings.Names(names)}): the split is not random, or something was fitted on one part only.",
            evidence
        );
        return true;
    }

    private static List<Moments> Measure(SplitTables tables, string split, IReadOnlyList<string> expressions)
    {
        var measures = string.Join(
            ", ",
            expressions.Select(one =>
                $"avg({one}), stddev_samp({one}), count({one}), min({one}) IS DISTINCT FROM max({one})"
            )
        );
        return tables.Database.Query(
            $"SELECT {measures} FROM {tables.Source(split)}",
            row =>
                expressions
                    .Select(
                        (_, index) =>
                            new Moments(
                                Number(row, index * 4),
                                Number(row, (index * 4) + 1),
                                row.GetInt64((index * 4) + 2),
                                row.GetBoolean((index * 4) + 3)
                            )
                    )
                    .ToList()
        )[0];
    }

    private static double Number(System.Data.Common.DbDataReader row, int ordinal) =>
        row.IsDBNull(ordinal) || !double.IsFinite(row.GetDouble(ordinal)) ? 0 : row.GetDouble(ordinal);

    private static double CommonestShare(SplitTables tables, string column)
    {
        var name = TableDatabase.Identifier(column);
        return tables.Database.Scalar<double>(
            $"SELECT max(n)::DOUBLE / sum(n)::DOUBLE FROM (SELECT count(*) AS n FROM {tables.Source("train")} GROUP BY {name})"
        );
    }

    private static Dictionary<string, long> Classes(SplitTables tables, string split, string target) =>
        tables
            .Database.Query(
                $"SELECT {TableDatabase.Identifier(target)}::VARCHAR AS label, count(*) FROM {tables.Source(split)} GROUP BY ALL",
                row => (Label: row.IsDBNull(0) ? "" : row.GetString(0), Rows: row.GetInt64(1))
            )
            .ToDictionary(pair => pair.Label, pair => pair.Rows, StringComparer.Ordinal);

    private static JsonObject Counts(Dictionary<string, long> classes)
    {
        var counts = new JsonObject();
        foreach (var (label, rows) in classes.OrderByDescending(pair => pair.Value).Take(50))
            counts[ShownText.Cut(label)] = rows;
        return counts;
    }
}
