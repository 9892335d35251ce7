using System.Text.Json.Nodes;
using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Platform;
using Trainable.Server.Referee.Files;
using Trainable.Server.Referee.Scoring;

namespace Trainable.Server.Referee.Checks;

/// <summary>What has to hold of Prep's outputs before its pipeline meets the held rows.</summary>
internal sealed class PrepChecks(HeldRows held, PipelineCheck pipeline, RefereeHarness harness, TrainableHome home)
{
    public async Task<CheckReport> CheckAsync(StageSubject subject, CancellationToken cancellation)
    {
        var findings = new Findings();
        var manifest = held.Manifest(subject);
        var directory = held.Prep(subject);
        using var tables = SplitTables.Open(
            await harness.BenchAsync(subject.SessionId, forHeldRows: false, cancellation),
            [home.Dataset(subject.DatasetId)],
            cancellation
        );
        string[] splits = manifest.Holdout.Mode == HoldoutModes.Agent ? ["train", "val", "test"] : ["train", "val"];
        var loaded = true;
        foreach (var split in splits)
            loaded &= await tables.LoadAsync(directory, split, findings, cancellation);
        string[] outputs = [.. splits.Select(split => $"data/{split}.parquet"), "data/prep_pipeline.pkl", "report.md"];
        StageFile.WarnOfEarlier(directory, outputs, subject.Since, findings);
        var metadata = CheckMetadata(directory, subject, findings);
        if (!loaded || metadata is null)
            return findings.Report(subject.Stage);

        findings.Pass("splits_readable", $"{string.Join(", ", splits)} can be read.");
        CheckSchemas(tables, splits, metadata.Target!, findings);
        if (!CheckTables(tables, splits, findings))
            return findings.Report(subject.Stage);
        IReadOnlySet<string> warned = new HashSet<string>(StringComparer.Ordinal);
        if (!findings.HasErrors)
            warned = await pipeline.CheckAsync(
                subject,
                manifest,
                tables,
                metadata.Target!,
                metadata.ProblemType!,
                findings,
                cancellation
            );
        FeatureChecks.Run(tables, metadata.Target!, metadata.ProblemType!, warned, findings);
        SplitChecks.Run(tables, metadata.Target!, metadata.ProblemType!, findings);
        return findings.Report(subject.Stage);
    }

    /// <summary>Rows, missing values and shared rows of splits with one schema; false when there is nothing more to look at.</summary>
    public static bool CheckTables(SplitTables tables, string[] splits, Findings findings)
    {
        CheckRowCounts(tables, splits, findings);
        if (findings.HasErrors)
            return false;
        foreach (var split in splits)
            CheckNulls(tables, split, findings);
        CheckSharedRows(tables, splits, findings);
        return true;
    }

    private static PrepMetadata? CheckMetadata(string directory, StageSubject subject, Findings findings)
    {
        if (PrepMetadata.Read(directory) is not { } metadata)
        {
            findings.Fail(
                "metadata_missing",
                "data/metadata.json is missing or no JSON object. The stage's text lists its keys."
            );
            return null;
        }
        if (metadata.Target is not { Length: > 0 } target)
            findings.Fail("target_unnamed", "metadata.json does not name `target_column`.");
        else if (subject.Options.Target is { Length: > 0 } chosen && chosen != target)
            findings.Fail(
                "target_differs",
                $"metadata.json names `{target}` as the target, but the user chose `{chosen}`."
            );
        if (!metadata.HasKnownProblem)
            findings.Fail("problem_type", "metadata.json's problem_type must be binary, multiclass or regression.");
        else if (subject.Options.ProblemType is { Length: > 0 } problem && problem != metadata.ProblemType)
            findings.Fail(
                "problem_differs",
                $"metadata.json says `{metadata.ProblemType}`, but the user chose `{problem}`."
            );
        if (metadata.Missing.Count > 0)
            findings.Warn("metadata_incomplete", $"metadata.json lacks {Findings.Names(metadata.Missing)}.");
        else
            findings.Pass("metadata_complete", "metadata.json has every key.");
        return metadata.Target is { Length: > 0 } && metadata.HasKnownProblem ? metadata : null;
    }

    private static void CheckSchemas(SplitTables tables, string[] splits, string target, Findings findings)
    {
        var train = tables.Columns["train"];
        if (!train.Any(column => column.Name == target))
            findings.Fail(
                "target_missing",
                $"train.parquet has no column `{target}`, which metadata.json names as the target."
            );
        foreach (var split in splits.Skip(1))
        {
            var differing = Differences(train, tables.Columns[split]);
            if (differing.Count > 0)
            {
                findings.Fail(
                    "schema_differs",
                    $"{split}.parquet and train.parquet differ in {Findings.Names(differing)}: same columns, order and types are needed."
                );
            }
        }
        if (!findings.HasErrors)
            findings.Pass("one_schema", $"All splits have the same {train.Count:N0} columns.");
    }

    private static List<string> Differences(
        IReadOnlyList<(string Name, string Type)> left,
        IReadOnlyList<(string Name, string Type)> right
    )
    {
        var differing = left.Zip(right)
            .Where(pair => pair.First != pair.Second)
            .Select(pair => pair.First.Name)
            .ToList();
        differing.AddRange(left.Skip(right.Count).Select(column => column.Name));
        differing.AddRange(right.Skip(left.Count).Select(column => column.Name));
        return differing;
    }

    private static void CheckRowCounts(SplitTables tables, string[] splits, Findings findings)
    {
        var rows = splits.ToDictionary(split => split, tables.Rows, StringComparer.Ordinal);
        foreach (var split in splits.Where(split => rows[split] == 0))
            findings.Fail("split_empty", $"{split}.parquet has no rows.");
        double working = rows["train"] + rows["val"];
        var trainShare = rows["train"] / working;
        var evidence = new JsonObject { ["train"] = rows["train"], ["val"] = rows["val"] };
        if (trainShare is < 0.60 or > 0.90)
            findings.Warn("split_ratio", $"train has {trainShare:P0} of the rows; about 82 % is expected.", evidence);
        else if (rows["val"] / working < 0.05)
            findings.Warn(
                "val_small",
                $"val has {rows["val"] / working:P1} of the rows; its scores will be noisy.",
                evidence
            );
        else
            findings.Pass("split_ratio", $"train has {trainShare:P0} of the working rows.");
    }

    private static void CheckNulls(SplitTables tables, string split, Findings findings)
    {
        var columns = tables.Columns[split];
        var counts = string.Join(
            ", ",
            columns.Select(column =>
            {
                var name = TableDatabase.Identifier(column.Name);
                var isMissing = column.Type is "DOUBLE" or "FLOAT"
                    ? $"{name} IS NULL OR isnan({name})"
                    : $"{name} IS NULL";
                return $"count(*) FILTER (WHERE {isMissing})";
            })
        );
        var nulls = tables.Database.Query(
            $"SELECT {counts} FROM {tables.Source(split)}",
            row =>
                columns
                    .Select((column, index) => (column.Name, Count: row.GetInt64(index)))
                    .Where(one => one.Count > 0)
                    .ToList()
        )[0];
        if (nulls.Count == 0)
        {
            findings.Pass("no_nulls", $"{split}.parquet has no missing values.");
            return;
        }
        var evidence = new JsonObject();
        foreach (var (name, count) in nulls.Take(50))
            evidence[name] = count;
        findings.Fail(
            "nulls",
            $"{split}.parquet has {nulls.Sum(one => one.Count):N0} missing values in {Findings.Names([.. nulls.Select(one => one.Name)])}. "
                + "Impute them inside the pipeline.",
            evidence
        );
    }

    /// <summary>
    /// Rows that train shares with another split, features and target alike. After ids are dropped, different people can look
    /// the same, so a few shared rows are a warning; many, or any in a test set the agent drew, are copies.
    /// </summary>
    private static void CheckSharedRows(SplitTables tables, string[] splits, Findings findings)
    {
        foreach (var split in splits.Skip(1))
        {
            var rows = tables.Rows(split);
            var shared = tables.Database.Scalar<long>(
                $"SELECT count(*) FROM (SELECT * FROM {tables.Source(split)}) AS other SEMI JOIN"
                    + $" (SELECT DISTINCT * FROM {tables.Source("train")}) AS train USING"
                    + $" ({string.Join(", ", tables.Columns["train"].Select(column => TableDatabase.Identifier(column.Name)))})"
            );
            var evidence = new JsonObject { ["rows"] = rows, ["shared"] = shared };
            if (shared == 0)
                findings.Pass("no_shared_rows", $"train and {split} share no row.");
            else if (split == "test" && shared > 0.01 * rows)
                findings.Fail(
                    "shared_rows",
                    $"{shared:N0} of test's {rows:N0} rows stand in train as well. Split before you copy.",
                    evidence
                );
            else
                findings.Warn(
                    "shared_rows",
                    $"{shared:N0} of {split}'s {rows:N0} rows look exactly like a row of train.",
                    evidence
                );
        }
    }
}
