using System.Text.Json.Nodes;
using Trainable.Contracts;
using Trainable.Server.Datasets;

namespace Trainable.Server.Referee.Checks;

/// <summary>Features that say nothing, or too much.</summary>
internal static class FeatureChecks
{
    private const double Perfect = 0.999;

    /// <summary>Beyond this many columns only constants are looked for, in one pass.</summary>
    private const int MostLeakColumns = 2_000;

    private const int MostLevels = 50;

    /// <param name="tables">Prep's splits.</param>
    /// <param name="target">The target's column.</param>
    /// <param name="problemType">What kind of problem it is.</param>
    /// <param name="known">Columns that have been warned of already.</param>
    /// <param name="findings">Where the answer goes.</param>
    public static void Run(
        SplitTables tables,
        string target,
        string problemType,
        IReadOnlySet<string> known,
        Findings findings
    )
    {
        var features = tables.Columns["train"].Where(column => column.Name != target).ToList();
        CheckConstants(tables, features, findings);
        features.RemoveAll(column => known.Contains(column.Name));
        if (features.Count > MostLeakColumns)
            return;
        var leaks =
            problemType == ProblemTypes.Regression
                ? Correlated(tables, features, target)
                : Telling(tables, features, target);
        if (leaks.Count == 0)
        {
            findings.Pass("no_single_feature_leak", "No single feature gives the target away.");
            return;
        }
        var evidence = new JsonObject();
        foreach (var (name, strength) in leaks)
            evidence[name] = strength;
        findings.Warn(
            "single_feature_leak",
            $"{Findings.Names([.. leaks.Select(leak => leak.Name)])} alone all but determines `{target}`. Drop it, unless it is "
                + "known at the time of prediction.",
            evidence
        );
    }

    private static void CheckConstants(SplitTables tables, List<(string Name, string Type)> features, Findings findings)
    {
        if (features.Count == 0)
        {
            findings.Fail("no_features", "train.parquet has no feature columns.");
            return;
        }
        var ranges = string.Join(
            ", ",
            features.Select(column =>
                $"min({TableDatabase.Identifier(column.Name)}) IS NOT DISTINCT FROM max({TableDatabase.Identifier(column.Name)})"
            )
        );
        var constant = tables.Database.Query(
            $"SELECT {ranges} FROM {tables.Source("train")}",
            row => features.Where((_, index) => row.GetBoolean(index)).Select(column => column.Name).ToList()
        )[0];
        if (constant.Count > 0)
            findings.Warn("constant_columns", $"{Findings.Names(constant)} hold one value only in train.");
        else
            findings.Pass("no_constants", "Every feature varies in train.");
    }

    /// <summary>Numeric features whose correlation with a numeric target is all but perfect.</summary>
    private static List<(string Name, double Strength)> Correlated(
        SplitTables tables,
        List<(string Name, string Type)> features,
        string target
    )
    {
        var numeric = features.Where(IsNumeric).ToList();
        var goal = $"TRY_CAST({TableDatabase.Identifier(target)} AS DOUBLE)";
        return Ask(tables, numeric, name => $"abs(corr({name}::DOUBLE, {goal}))");
    }

    /// <summary>Features with few levels of which each all but fixes the class, though no class is that common by itself.</summary>
    private static List<(string Name, double Strength)> Telling(
        SplitTables tables,
        List<(string Name, string Type)> features,
        string target
    )
    {
        var goal = TableDatabase.Identifier(target);
        var rows = tables.Rows("train");
        var commonest = tables.Database.Scalar<long>(
            $"SELECT max(n) FROM (SELECT count(*) AS n FROM {tables.Source("train")} GROUP BY {goal})"
        );
        if (commonest >= Perfect * rows)
            return [];
        var telling = new List<(string, double)>();
        foreach (var (column, _) in features)
        {
            var name = TableDatabase.Identifier(column);
            var levels = tables.Database.Scalar<long>(
                $"SELECT approx_count_distinct({name}) FROM {tables.Source("train")}"
            );
            if (levels > MostLevels)
                continue;
            var right = tables.Database.Scalar<double>(
                $"SELECT sum(best)::DOUBLE FROM (SELECT max(n) AS best FROM (SELECT {name} AS level, {goal} AS class,"
                    + $" count(*) AS n FROM {tables.Source("train")} GROUP BY ALL) GROUP BY level)"
            );
            if (right / rows >= Perfect)
                telling.Add((column, Math.Round(right / rows, 4)));
        }
        return telling;
    }

    private static List<(string Name, double Strength)> Ask(
        SplitTables tables,
        List<(string Name, string Type)> features,
        Func<string, string> measure
    )
    {
        if (features.Count == 0)
            return [];
        var measures = string.Join(", ", features.Select(column => measure(TableDatabase.Identifier(column.Name))));
        return tables.Database.Query(
            $"SELECT {measures} FROM {tables.Source("train")}",
            row =>
                features
                    .Select((column, index) => (column.Name, Strength: row.IsDBNull(index) ? 0 : row.GetDouble(index)))
                    .Where(one => one.Strength >= Perfect)
                    .Select(one => (one.Name, Math.Round(one.Strength, 5)))
                    .ToList()
        )[0];
    }

    public static bool IsNumeric((string Name, string Type) column) =>
        column.Type
            is "DOUBLE"
                or "FLOAT"
                or "BIGINT"
                or "INTEGER"
                or "SMALLINT"
                or "TINYINT"
                or "BOOLEAN"
                or "UBIGINT"
                or "UINTEGER"
                or "USMALLINT"
                or "UTINYINT";
}
