using System.Globalization;
using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Platform;
using Trainable.Server.Referee.Checks;
using Trainable.Server.Referee.Files;

namespace Trainable.Server.Referee.Scoring;

/// <summary>
/// Makes the sealed test set at the end of Prep: the accepted pipeline on the held rows' features, in a sandbox whose
/// words reach no agent, then the target put back by the host. What goes wrong here is for people, never for a model.
/// </summary>
internal sealed class TestSetSealer(HeldRows held, RefereeHarness harness, TrainableHome home)
{
    private const long Memory = 2L << 30;

    /// <summary>What a pipeline that passed on the working rows can only do to held rows if it tells the two apart.</summary>
    private static readonly HashSet<string> Inconsistent =
    [
        "row_inconsistent",
        "shuffle_inconsistent",
        "columns_missing",
        "columns_unexpected",
        "column_order",
        "target_in_output",
    ];

    public async Task<CheckReport> SealAsync(StageSubject subject, CancellationToken cancellation)
    {
        var findings = new Findings();
        var manifest = held.Manifest(subject);
        switch (manifest.Holdout.Mode)
        {
            case HoldoutModes.Host:
                await SealHostRowsAsync(subject, manifest, findings, cancellation);
                break;
            case HoldoutModes.Agent:
                await SealAgentFileAsync(subject, manifest, findings, cancellation);
                break;
            default:
                findings.Warn(
                    "holdout_none",
                    "No test rows are held (holdout=none), so the host measures no score. Whatever a model is said to reach is the "
                        + "agent's own word; make a new experiment with --holdout host to have it measured."
                );
                break;
        }
        return findings.Report(subject.Stage);
    }

    private async Task SealHostRowsAsync(
        StageSubject subject,
        DatasetManifest manifest,
        Findings findings,
        CancellationToken cancellation
    )
    {
        var terms = Terms(subject);
        var target = terms.Target;
        using var bench = await harness.BenchAsync(subject.SessionId, forHeldRows: true, cancellation);
        using var tables = TableDatabase.Open(
            new TableAccess([bench.In, home.HeldOf(subject.DatasetId)], bench.In, Memory),
            cancellation
        );
        var source = held.Held(manifest)!;
        var features = bench.Input(RawFeatures.FileName(source));
        var labels = RawFeatures.Split(tables, source, target, features);
        // The held rows by themselves may look like other types than those the pipeline learnt from.
        var working = $"working{Path.GetExtension(source)}";
        await bench.TakeAsync(home.Dataset(subject.DatasetId), manifest.WorkingFile!, working, cancellation);
        await bench.TakeAsync(held.Prep(subject), "data/prep_pipeline.pkl", "prep_pipeline.pkl", cancellation);
        await bench.TakeAsync(held.Prep(subject), "data/train.parquet", "train.parquet", cancellation);
        var result = await harness.RunAsync(
            "transform.py",
            [
                "--pipeline",
                $"{RefereeHarness.In}/prep_pipeline.pkl",
                "--features",
                $"{RefereeHarness.In}/{Path.GetFileName(features)}",
                "--working",
                $"{RefereeHarness.In}/{working}",
                "--reference",
                $"{RefereeHarness.In}/train.parquet",
                "--target",
                target,
            ],
            bench,
            cancellation
        );
        var transformed = await bench.CollectAsync("transformed.parquet", "transformed.parquet", cancellation);
        if (result.Error is not null || transformed is null || Rows(tables, transformed) != labels.Count)
        {
            findings.Fail(
                "held_transform",
                "The pipeline passed on the working rows but failed on the held rows. It meets something there that it has "
                    + "not seen: make it cope with unseen levels and missing values, then run Prep again."
            );
            return;
        }
        if (result.Problems.Any(problem => Inconsistent.Contains(problem.Code)))
        {
            findings.Fail(
                "held_inconsistent",
                "The pipeline treats the held rows otherwise than the working rows: what it gives for one of them depends on the rows "
                    + "beside it, or has other columns. Nothing was sealed. Write the pipeline so that each row stands for itself, then "
                    + "run Prep again."
            );
            return;
        }
        NearCopies.CheckHeld(
            tables,
            $"read_parquet({TableDatabase.Literal(transformed)})",
            $"read_parquet({TableDatabase.Literal(bench.Input("train.parquet"))})",
            findings
        );
        var train = TrainTarget(tables, bench, target);
        labels = WithoutGaps(tables, labels, train, terms);
        terms.LeftOut = [.. labels.Index().Where(label => label.Item is null).Select(label => label.Index)];
        held.Seal(subject, terms, Join(tables, bench, transformed, target, labels), train);
        findings.Pass(
            "test_set_sealed",
            string.Create(
                CultureInfo.InvariantCulture,
                $"The pipeline ran on the {labels.Count:N0} held rows; the test set is sealed."
            )
        );
        findings.Pass("holdout", manifest.Holdout.Reason);
    }

    /// <summary>A label such as <c>?</c> that train does not have is no class: its row has no target.</summary>
    private static List<string?> WithoutGaps(
        TableDatabase tables,
        List<string?> labels,
        string train,
        SealedTerms terms
    )
    {
        var known = tables
            .Query(
                $"SELECT DISTINCT {TableDatabase.Identifier(terms.Target)}::VARCHAR FROM read_parquet({TableDatabase.Literal(train)})",
                row => row.IsDBNull(0) ? "" : row.GetString(0)
            )
            .ToHashSet(StringComparer.Ordinal);
        return
        [
            .. labels.Select(label =>
                label is null || known.Contains(label) || !TargetLabels.IsGap(label) ? label : null
            ),
        ];
    }

    /// <summary>Features and the raw target side by side; a row whose target is missing cannot be scored and is left out.</summary>
    private static string Join(
        TableDatabase tables,
        Workbench bench,
        string transformed,
        string target,
        List<string?> labels
    )
    {
        var targets = bench.Input("labels.jsonl");
        File.WriteAllLines(
            targets,
            labels.Select(label =>
                label is null ? "{\"t\":null}" : $"{{\"t\":{System.Text.Json.JsonSerializer.Serialize(label)}}}"
            )
        );
        var joined = bench.Input("test.parquet");
        tables.Execute(
            $"COPY (SELECT features.*, labels.t AS {TableDatabase.Identifier(target)}"
                + $" FROM read_parquet({TableDatabase.Literal(transformed)}) AS features"
                + $" POSITIONAL JOIN read_json({TableDatabase.Literal(targets)}, format = 'newline_delimited',"
                + $" columns = {{t: 'VARCHAR'}}) AS labels WHERE labels.t IS NOT NULL) TO {TableDatabase.Literal(joined)} (FORMAT parquet)"
        );
        return joined;
    }

    /// <summary>Takes the agent's own test split out of the workspace, for good.</summary>
    private async Task SealAgentFileAsync(
        StageSubject subject,
        DatasetManifest manifest,
        Findings findings,
        CancellationToken cancellation
    )
    {
        using var bench = new Workbench(home);
        if (!await bench.TakeAsync(held.Prep(subject), "data/test.parquet", "test.parquet", cancellation))
        {
            findings.Fail(
                "split_missing",
                "Prep wrote no data/test.parquet; with holdout=agent it makes all three splits."
            );
            return;
        }
        await bench.TakeAsync(held.Prep(subject), "data/train.parquet", "train.parquet", cancellation);
        using var tables = TableDatabase.Open(new TableAccess([bench.In], bench.In, Memory), cancellation);
        var terms = Terms(subject);
        var (test, rest) = (Rows(tables, bench.Input("test.parquet")), Rows(tables, bench.Input("train.parquet")));
        held.Seal(subject, terms, bench.Input("test.parquet"), TrainTarget(tables, bench, terms.Target));
        HostWrites.Delete(held.Prep(subject), "data/test.parquet");
        findings.Pass(
            "test_set_sealed",
            string.Create(
                CultureInfo.InvariantCulture,
                $"The agent's test split of {test:N0} rows (train has {rest:N0}) was taken out of the workspace and sealed."
            )
        );
        findings.Warn(
            "holdout_agent",
            $"{manifest.Holdout.Reason} The agent drew the test rows itself, so it may have seen them while preparing."
        );
    }

    private SealedTerms Terms(StageSubject subject) =>
        PrepMetadata.Read(held.Prep(subject)) is { Target: { } target, ProblemType: { } problem }
            ? new SealedTerms(target, problem)
            : throw new UserFacingException("Prep's metadata.json is gone, so nothing can be sealed. Run Prep again.");

    /// <summary>Train's target alone, as a table of one column.</summary>
    private static string TrainTarget(TableDatabase tables, Workbench bench, string target)
    {
        var file = bench.Input("train_target.parquet");
        tables.Execute(
            $"COPY (SELECT {TableDatabase.Identifier(target)} FROM read_parquet("
                + $"{TableDatabase.Literal(bench.Input("train.parquet"))})) TO {TableDatabase.Literal(file)} (FORMAT parquet)"
        );
        return file;
    }

    private static long Rows(TableDatabase tables, string file)
    {
        try
        {
            return tables.Scalar<long>($"SELECT count(*) FROM read_parquet({TableDatabase.Literal(file)})");
        }
        catch (DuckDB.NET.Data.DuckDBException)
        {
            return -1; // Not Parquet at all: the caller reports that the pipeline failed on these rows.
        }
    }
}
