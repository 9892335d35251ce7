using System.Text.Json.Nodes;
using Trainable.Server.Referee.Checks;

namespace Trainable.Server.Bundles;

/// <summary>Which working rows went where.</summary>
internal static class SplitIndices
{
    /// <param name="subject">The session.</param>
    /// <param name="origins">What the host found of its splits; null where there was too much of it, or where Prep ran before it looked.</param>
    public static JsonObject Of(BundleSubject subject, RowOrigins? origins)
    {
        var data = subject.Dataset;
        var splits = new JsonObject
        {
            ["file"] = $"data/{data.WorkingFile}",
            ["counted"] = "rows from 0, without the header; -1 is a row of the split that is none of the file's",
            ["rows_working"] = data.RowsWorking,
            ["rows_held"] = data.RowsHeld,
            ["holdout"] = new JsonObject
            {
                ["mode"] = data.Holdout.Mode,
                ["strategy"] = data.Holdout.Strategy,
                ["column"] = data.Holdout.Column,
                ["fraction"] = data.Holdout.Fraction,
                ["seed"] = data.Holdout.Seed,
            },
            ["seed"] = subject.Train.Options.Seed,
        };
        if (origins is null)
            splits["note"] = "The positions were not kept; the preparation's scripts say how it split the rows.";
        foreach (var (name, rows) in origins?.Splits ?? new Dictionary<string, int[]>())
            splits[name] = new JsonArray([.. rows.Select(row => (JsonNode)row)]);
        return splits;
    }
}
