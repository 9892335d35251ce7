using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Referee.Files;
using Trainable.Server.Referee.Scoring;

namespace Trainable.Server.Referee.Evaluations;

/// <summary>One measured model: what was predicted, and what an evaluation of it needs to know.</summary>
internal sealed record MeasuredModel(
    StageSubject Subject,
    SealedTerms Terms,
    HeldTruth Truth,
    HeldPredictions Predictions,
    ScoreReport Score
);

/// <summary>Looks at a measured model from every side that a person would ask about.</summary>
internal sealed class Evaluator(HeldRows held, PermutationImportance importance)
{
    private const string LeftOut = "left_out.json";

    /// <param name="model">What was measured.</param>
    /// <param name="runId">The Train run that made it.</param>
    /// <param name="bench">Has the model as <c>model.pkl</c> and the prepared features as <c>features.parquet</c>.</param>
    /// <param name="tables">Sees the bench and the held rows.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<Evaluation> EvaluateAsync(
        MeasuredModel model,
        Guid runId,
        Workbench bench,
        TableDatabase tables,
        CancellationToken cancellation
    )
    {
        var notes = new List<string>();
        var manifest = held.Manifest(model.Subject);
        var source = held.Held(manifest) ?? held.SealedTest(model.Subject.DatasetId, model.Subject.SessionId);
        var raw = RawRows.Read(tables, source, model.Terms.LeftOut.ToHashSet(), model.Truth.Rows);
        if (raw is null)
            notes.Add(
                "Slices and the values of rows were left out: the held table is too large, or of an earlier Prep."
            );
        var input = await PrepareAsync(model, manifest, bench, tables, cancellation);
        var (columns, note) = await importance.MeasureAsync(
            input,
            model.Truth,
            model.Score.Metric,
            model.Terms.ProblemType,
            bench,
            tables,
            cancellation
        );
        if (note is not null)
            notes.Add(note);
        return new Evaluation
        {
            SessionId = model.Subject.SessionId,
            RunId = runId,
            ProblemType = model.Terms.ProblemType,
            Target = model.Terms.Target,
            Metric = model.Score.Metric,
            Rows = model.Predictions.Rows,
            Metrics = Metrics(model),
            Classification = model.Predictions is HeldPredictions.Classes classes
                ? ClassificationParts.Of(classes)
                : null,
            Regression = model.Predictions is HeldPredictions.Numbers numbers ? RegressionParts.Of(numbers) : null,
            Slices = raw is null
                ? []
                : WeakSlices.Of(
                    model.Predictions,
                    raw,
                    model.Terms.Target,
                    model.Score.Metric,
                    model.Subject.Options.Seed
                ),
            Worst = WorstRows.Of(model.Predictions, raw, model.Terms.Target),
            Importance = columns,
            Notes = notes,
        };
    }

    /// <summary>Every metric with its interval; the score has the same numbers of the main one.</summary>
    private static List<MeasuredMetric> Metrics(MeasuredModel model)
    {
        var names = MetricNames.Of(model.Terms.ProblemType, model.Predictions.HasProbabilities);
        var pairs = names.Select(name => (Name: name, Metric: model.Predictions.Find(name))).ToList();
        var intervals = Resampling.Bootstrap(
            model.Predictions.Rows,
            model.Subject.Options.Seed,
            [.. pairs.Select(pair => pair.Metric.Model)]
        );
        var once = Enumerable.Repeat(1, model.Predictions.Rows).ToArray();
        return
        [
            .. pairs
                .Zip(
                    intervals,
                    (pair, interval) =>
                        new MeasuredMetric(
                            pair.Name,
                            MetricNames.HigherIsBetter(pair.Name),
                            interval.Value,
                            interval.Low,
                            interval.High,
                            pair.Metric.Constant(once)
                        )
                )
                .Where(metric => double.IsFinite(metric.Value) && double.IsFinite(metric.Baseline)),
        ];
    }

    /// <summary>Raw features through the pipeline where the host holds raw rows, else the prepared features as they are.</summary>
    private async Task<ImportanceInput> PrepareAsync(
        MeasuredModel model,
        DatasetManifest manifest,
        Workbench bench,
        TableDatabase tables,
        CancellationToken cancellation
    )
    {
        var seed = model.Subject.Options.Seed;
        List<string> arguments = ["--model", $"{RefereeHarness.In}/model.pkl"];
        if (
            held.Held(manifest) is not { } source
            || !await bench.TakeAsync(
                held.Prep(model.Subject),
                "data/prep_pipeline.pkl",
                "prep_pipeline.pkl",
                cancellation
            )
        )
            return new ImportanceInput([.. arguments, "--features", $"{RefereeHarness.In}/features.parquet"], seed);
        var features = $"raw_{RawFeatures.FileName(source)}";
        RawFeatures.Split(tables, source, model.Terms.Target, bench.Input(features));
        var working = $"working{Path.GetExtension(source)}";
        await bench.TakeAsync(held.WorkingDirectory(manifest), manifest.WorkingFile!, working, cancellation);
        await File.WriteAllTextAsync(bench.Input(LeftOut), $"[{string.Join(',', model.Terms.LeftOut)}]", cancellation);
        arguments.AddRange([
            "--pipeline",
            $"{RefereeHarness.In}/prep_pipeline.pkl",
            "--features",
            $"{RefereeHarness.In}/{features}",
            "--working",
            $"{RefereeHarness.In}/{working}",
            "--left-out",
            $"{RefereeHarness.In}/{LeftOut}",
        ]);
        return new ImportanceInput(arguments, seed);
    }
}
