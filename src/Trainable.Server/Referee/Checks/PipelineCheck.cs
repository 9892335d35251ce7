using System.Text.Json.Nodes;
using Trainable.Server.Datasets;
using Trainable.Server.Referee.Files;
using Trainable.Server.Referee.Scoring;

namespace Trainable.Server.Referee.Checks;

/// <summary>
/// The pipeline contract on the working rows: it runs on raw features, one row in gives one row out whatever stands beside
/// it, and what it gives for the validation rows is what <c>val.parquet</c> holds.
/// </summary>
internal sealed class PipelineCheck(HeldRows held, SuspicionCheck suspicion, RefereeHarness harness)
{
    private static readonly IReadOnlySet<string> None = new HashSet<string>(StringComparer.Ordinal);

    /// <returns>Raw columns that were warned of.</returns>
    public async Task<IReadOnlySet<string>> CheckAsync(
        StageSubject subject,
        DatasetManifest manifest,
        SplitTables tables,
        string target,
        string problem,
        Findings findings,
        CancellationToken cancellation
    )
    {
        var bench = tables.Bench;
        if (!await bench.TakeAsync(held.Prep(subject), "data/prep_pipeline.pkl", "prep_pipeline.pkl", cancellation))
        {
            findings.Fail(
                "pipeline_missing",
                "data/prep_pipeline.pkl is missing. Save the fitted pipeline with trainable.save()."
            );
            return None;
        }
        if (manifest.WorkingFile is null)
        {
            findings.Warn(
                "pipeline_unchecked",
                "The dataset is no single table, so the pipeline was not run on its raw rows."
            );
            return None;
        }
        if (!manifest.Columns.Any(column => column.Name == target))
        {
            findings.Fail(
                "target_not_raw",
                $"`{target}` is no column of the raw data; the target stays raw in every split."
            );
            return None;
        }
        var source = held.Working(manifest);
        var features = bench.Input(RawFeatures.FileName(source));
        var answers = RawFeatures.Split(tables.Database, source, target, features);
        TargetCheck.Run(tables, answers, target, problem, findings);
        var suspicions = suspicion.Find(subject, manifest, tables.Database, target, problem);
        var result = await harness.RunAsync(
            "transform.py",
            [
                "--pipeline",
                $"{RefereeHarness.In}/prep_pipeline.pkl",
                "--features",
                $"{RefereeHarness.In}/{Path.GetFileName(features)}",
                "--reference",
                $"{RefereeHarness.In}/train.parquet",
                "--target",
                target,
                .. SuspicionCheck.Probe(bench, suspicions),
            ],
            bench,
            cancellation
        );
        if (result.Error is { } error)
        {
            findings.Fail("pipeline_fails", $"prep_pipeline.pkl fails on the raw working rows: {error}");
            return None;
        }
        foreach (var (code, message) in result.Problems)
            findings.Fail($"pipeline_{code}", message);
        if (await bench.CollectAsync("transformed.parquet", "transformed.parquet", cancellation) is null)
            findings.Fail("pipeline_no_output", "prep_pipeline.pkl ran but left no table.");
        if (findings.HasErrors)
            return None;
        findings.Pass(
            "pipeline_runs",
            "The pipeline runs on raw rows; a row's output does not depend on the rows beside it."
        );
        CheckValRows(tables, target, findings);
        if (RowOrigins.Find(tables, answers, target, problem) is { } origins)
        {
            if (
                Division.Of(subject.Options) is { } division
                && RawRows.Column(tables.Database, source, division.Column) is { } values
            )
                DivisionCheck.Run(division, values, origins, findings);
            if (!findings.HasErrors)
                origins.Keep(held.Origins(subject.DatasetId, subject.SessionId));
        }
        return SuspicionCheck.Report(suspicions, result.Result, findings);
    }

    private static void CheckValRows(SplitTables tables, string target, Findings findings)
    {
        var features = tables.Columns["val"].Where(column => column.Name != target).ToList();
        var missing = tables.Database.Scalar<long>(
            $"SELECT count(*) FROM ({Fingerprint.Of(tables, "val", features)} EXCEPT ALL {Fingerprint.Of(tables, "transformed", features)})"
        );
        var rows = tables.Rows("val");
        if (missing == 0)
        {
            findings.Pass("val_reproduced", $"The pipeline gives each of val's {rows:N0} rows again.");
            return;
        }
        findings.Fail(
            "val_not_reproduced",
            $"{missing:N0} of val's {rows:N0} rows are not what the pipeline gives for the raw rows. Write val.parquet from "
                + "pipeline.transform(), and fit and drop nothing on it.",
            new JsonObject { ["rows"] = rows, ["missing"] = missing }
        );
    }
}
