using System.Text.Json.Nodes;
using Trainable.Server.Datasets;

namespace Trainable.Server.Referee.Checks;

/// <summary>Levels of text features whose share differs between train and val.</summary>
internal static class LevelDrift
{
    /// <summary>Of all rows: a smaller difference is no matter, however sure.</summary>
    private const double Noticeable = 0.1;
    private const int MostLevels = 200;

    private sealed record Level(string Name, double InTrain, double InVal);

    /// <param name="tables">Prep's splits.</param>
    /// <param name="features">Their columns, target apart.</param>
    /// <param name="farOut">Standard errors beyond which a difference is no chance.</param>
    /// <param name="findings">Where the answer goes.</param>
    /// <returns>Whether any differs.</returns>
    public static bool Run(
        SplitTables tables,
        List<(string Name, string Type)> features,
        double farOut,
        Findings findings
    )
    {
        double train = tables.Rows("train");
        double val = tables.Rows("val");
        var evidence = new JsonObject();
        foreach (var (column, _) in features.Where(column => column.Type == "VARCHAR"))
        {
            if (Widest(tables, column, train, val, farOut) is { } level)
                evidence[column] = new JsonObject
                {
                    ["level"] = ShownText.Cut(level.Name),
                    ["train_share"] = Math.Round(level.InTrain, 4),
                    ["val_share"] = Math.Round(level.InVal, 4),
                };
        }
        if (evidence.Count == 0)
            return false;
        var names = evidence.Select(pair => pair.Key).ToList();
        findings.Warn(
            "split_drift",
            $"Levels of {Findings.Names(names)} have other shares in train than in val, far beyond chance: the split is not random, "
                + "or something was done to one part only.",
            evidence
        );
        return true;
    }

    /// <summary>The level whose share differs most, of those that differ beyond chance; null when none does.</summary>
    private static Level? Widest(SplitTables tables, string column, double train, double val, double farOut)
    {
        var name = TableDatabase.Identifier(column);
        var levels = tables.Database.Query(
            $"SELECT coalesce(level, ''), count(*) FILTER (side = 0), count(*) FILTER (side = 1) FROM"
                + $" (SELECT {name} AS level, 0 AS side FROM {tables.Source("train")} UNION ALL"
                + $" SELECT {name}, 1 FROM {tables.Source("val")}) GROUP BY level LIMIT {MostLevels + 1}",
            row => new Level(row.GetString(0), row.GetInt64(1) / train, row.GetInt64(2) / val)
        );
        return levels.Count > MostLevels
            ? null
            : levels
                .Where(level =>
                {
                    var pooled = ((level.InTrain * train) + (level.InVal * val)) / (train + val);
                    var error = Math.Sqrt(pooled * (1 - pooled) * ((1 / train) + (1 / val)));
                    return Difference(level) > Math.Max(Noticeable, farOut * error);
                })
                .MaxBy(Difference);
    }

    private static double Difference(Level level) => Math.Abs(level.InTrain - level.InVal);
}
