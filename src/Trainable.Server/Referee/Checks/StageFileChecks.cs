using System.Text.Json;
using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Datasets.Drift;
using Trainable.Server.Platform.Linux;
using Trainable.Server.Referee.Files;
using Trainable.Server.Referee.Scoring;

namespace Trainable.Server.Referee.Checks;

/// <summary>What EDA has to leave behind, and what a new version of the dataset has in other words than the one before.</summary>
internal sealed class EdaChecks(HeldRows held, DatasetStore datasets)
{
    private const int MostDriftsTold = 20;

    public CheckReport Check(StageSubject subject)
    {
        var findings = new Findings();
        var directory = held.StageDirectory(subject, Stages.Eda);
        if (StageFile.Size(directory, "report.md") is > 0)
            findings.Pass("report", "report.md is there.");
        else
            findings.Fail("report_missing", "report.md is missing or empty. Write down what you found.");
        StageFile.WarnOfEarlier(directory, ["report.md"], subject.Since, findings);
        if (datasets.ReadDrift(subject.DatasetId) is { } drift)
            Compare(drift, findings);
        return findings.Report(subject.Stage);
    }

    /// <summary>Working rows alone are compared, so that an agent may read what comes of it.</summary>
    private static void Compare(DatasetDrift drift, Findings findings)
    {
        var changed = drift.Changed.ToList();
        foreach (var column in changed.Take(MostDriftsTold))
            findings.Warn(
                "drift",
                $"`{column.Column}` differs much from version {drift.From} of the dataset: its stability index is {column.Psi:0.00}, over {DriftLevels.Much:0.00}."
            );
        if (drift.Removed.Count > 0)
            findings.Warn(
                "columns_removed",
                $"Version {drift.From} of the dataset had {drift.Removed.Count} columns more: {string.Join(", ", drift.Removed.Take(MostDriftsTold).Select(name => $"`{name}`"))}."
            );
        if (changed.Count == 0 && drift.Removed.Count == 0)
            findings.Pass("drift", $"No column differs much from version {drift.From} of the dataset.");
    }
}

/// <summary>What Train has to leave behind: a model that loads and predicts, before it meets the held rows.</summary>
internal sealed class TrainChecks(HeldRows held, RefereeHarness harness)
{
    public async Task<CheckReport> CheckAsync(StageSubject subject, CancellationToken cancellation)
    {
        var findings = new Findings();
        var directory = held.StageDirectory(subject, Stages.Train);
        CheckPapers(directory, findings);
        StageFile.WarnOfEarlier(directory, ["models/model.pkl", "report.md"], subject.Since, findings);
        using var tables = SplitTables.Open(
            await harness.BenchAsync(subject.SessionId, forHeldRows: false, cancellation),
            [],
            cancellation
        );
        if (!await tables.Bench.TakeAsync(directory, "models/model.pkl", "model.pkl", cancellation))
        {
            findings.Fail("model_missing", "models/model.pkl is missing. Save the final model with trainable.save().");
            return findings.Report(subject.Stage);
        }
        if (PrepMetadata.Read(held.Prep(subject)) is not { Target: { } target, ProblemType: { } problem })
        {
            findings.Fail("prep_metadata", "Prep's metadata.json is gone. Run Prep again.");
            return findings.Report(subject.Stage);
        }
        if (
            await tables.LoadAsync(held.Prep(subject), "train", findings, cancellation)
            && await tables.LoadAsync(held.Prep(subject), "val", findings, cancellation)
        )
            await CheckPredictionsAsync(tables, target, problem, findings, cancellation);
        return findings.Report(subject.Stage);
    }

    private async Task CheckPredictionsAsync(
        SplitTables tables,
        string target,
        string problem,
        Findings findings,
        CancellationToken cancellation
    )
    {
        tables.Database.Execute(
            $"COPY (SELECT * EXCLUDE ({TableDatabase.Identifier(target)}) FROM {tables.Source("val")})"
                + $" TO {TableDatabase.Literal(tables.Bench.Input("features.parquet"))} (FORMAT parquet)"
        );
        var result = await harness.RunAsync(
            "predict.py",
            [
                "--model",
                $"{RefereeHarness.In}/model.pkl",
                "--features",
                $"{RefereeHarness.In}/features.parquet",
                "--problem-type",
                problem,
            ],
            tables.Bench,
            cancellation
        );
        if (result.Error is { } error)
        {
            findings.Fail("model_fails", $"models/model.pkl fails on val's features: {error}");
            return;
        }
        foreach (var (code, message) in result.Problems)
            findings.Fail($"model_{code}", message);
        if (problem != ProblemTypes.Regression && result.Classes is { } classes)
            CheckClasses(tables, target, classes, findings);
        if (!findings.HasErrors)
            findings.Pass("model_predicts", "The model loads by itself and predicts val's rows.");
    }

    /// <summary>A model of other labels than the target's, such as codes of them, would be wrong on every row.</summary>
    private static void CheckClasses(
        SplitTables tables,
        string target,
        IReadOnlyList<string> classes,
        Findings findings
    )
    {
        var name = TableDatabase.Identifier(target);
        var raw = tables.Database.Query(
            $"SELECT DISTINCT {name}::VARCHAR FROM {tables.Source("train")} WHERE {name} IS NOT NULL",
            row => row.GetString(0)
        );
        var words = new TargetLabels(raw);
        var known = raw.Select(words.Of).ToHashSet(StringComparer.Ordinal);
        var strange = classes.Where(label => !known.Contains(words.Of(label))).ToList();
        if (strange.Count > 0)
            findings.Fail(
                "model_classes_differ",
                $"The model's classes_ hold {Findings.Names(strange)}, which `{target}` never is in train. classes_ and predict() "
                    + "must have the raw target's values; decode them inside the model."
            );
        var said = classes.Select(words.Of).ToHashSet(StringComparer.Ordinal);
        if (known.Where(label => !said.Contains(label)).Order(StringComparer.Ordinal).ToList() is { Count: > 0 } unsaid)
            findings.Warn("model_classes_missing", $"The model can never predict {Findings.Names(unsaid)}.");
    }

    private static void CheckPapers(string directory, Findings findings)
    {
        if (StageFile.Size(directory, "report.md") is not > 0)
            findings.Warn("report_missing", "report.md is missing or empty.");
        if (PrepMetadata.ReadJson(directory, "data/metadata.json") is not { } metadata)
        {
            findings.Warn("metadata_missing", "data/metadata.json is missing or no JSON object.");
            return;
        }
        if (!metadata.TryGetProperty("val_metrics", out var claims) || claims.ValueKind != JsonValueKind.Object)
        {
            findings.Warn("val_metrics_missing", "metadata.json has no val_metrics.");
            return;
        }
        var suspicious = claims
            .EnumerateObject()
            .Where(claim => claim.Value.ValueKind == JsonValueKind.Number && claim.Value.GetDouble() is 0.0 or 1.0)
            .Select(claim => claim.Name)
            .ToList();
        if (suspicious.Count > 0)
            findings.Warn(
                "suspicious_metric",
                $"{Findings.Names(suspicious)} is exactly 0 or 1 on val. Look for a leak."
            );
    }
}

/// <summary>Facts of files below a stage's directory, read without following links.</summary>
internal static class StageFile
{
    /// <returns>Null when there is no such regular file.</returns>
    public static long? Size(string directory, string path)
    {
        using var root = BeneathRoot.TryOpen(directory);
        using var handle = root?.OpenFile(path).Handle;
        return handle is null ? null : RandomAccess.GetLength(handle);
    }

    /// <summary>
    /// Names outputs that an earlier run of the stage left and this one did not write. They may be meant to stand, as where a
    /// report alone was to be mended; but who reads the result has to know. It is the files' own word: an agent can date them.
    /// </summary>
    public static void WarnOfEarlier(string directory, string[] paths, DateTime? since, Findings findings)
    {
        if (since is not { } start)
            return;
        using var root = BeneathRoot.TryOpen(directory);
        var earlier = paths.Where(path => IsEarlier(root, path, start)).ToArray();
        if (earlier.Length > 0)
            findings.Warn("earlier_output", $"This run did not write {Findings.Names(earlier)}: an earlier one did.");
    }

    private static bool IsEarlier(BeneathRoot? root, string path, DateTime start)
    {
        if (root?.OpenFile(path) is not { Handle: { } handle, Status: var status })
            return false;
        handle.Dispose();
        return status.Modified.UtcDateTime < start;
    }
}
