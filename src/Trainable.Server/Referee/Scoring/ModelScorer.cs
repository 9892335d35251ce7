using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Platform;
using Trainable.Server.Referee.Evaluations;
using Trainable.Server.Referee.Files;

namespace Trainable.Server.Referee.Scoring;

/// <summary>What the host measured of one model: the score, and everything behind it.</summary>
internal sealed record Measured(ScoreReport Score, Evaluation Evaluation);

/// <summary>
/// Measures a trained model on the sealed test set. The model gets features in a sandbox whose words reach no agent and
/// returns predictions; the target never leaves the host, which computes everything else itself.
/// </summary>
internal sealed class ModelScorer(HeldRows held, RefereeHarness harness, Evaluator evaluator, TrainableHome home)
{
    private const long Memory = 2L << 30;
    private const string Metadata = "data/metadata.json";
    private const string TestMetrics = "test_metrics";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <param name="subject">The session's Train.</param>
    /// <param name="runId">The run that made the model.</param>
    /// <param name="testSetWasOpen">Whether an earlier score on the same rows had been shown.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>Null when no rows are held.</returns>
    /// <exception cref="UserFacingException">The model cannot be measured; the sentence is for people, never for a model.</exception>
    public async Task<Measured?> ScoreAsync(
        StageSubject subject,
        Guid runId,
        bool testSetWasOpen,
        CancellationToken cancellation
    )
    {
        var manifest = held.Manifest(subject);
        var sealedTest = held.SealedTest(subject.DatasetId, subject.SessionId);
        if (manifest.Holdout.Mode == HoldoutModes.None || !File.Exists(sealedTest))
            return null;
        var terms =
            held.ReadTerms(subject)
            ?? throw new UserFacingException(
                "What Prep sealed is gone, so the model cannot be measured. Run Prep again."
            );
        using var bench = await harness.BenchAsync(subject.SessionId, forHeldRows: true, cancellation);
        using var tables = TableDatabase.Open(
            new TableAccess([bench.In, home.HeldOf(subject.DatasetId)], bench.In, Memory),
            cancellation
        );
        var predictions = await PredictAsync(subject, sealedTest, terms, bench, tables, cancellation);
        var train = held.SealedTrain(subject.DatasetId, subject.SessionId);
        var truth = HeldTruth.Read(
            tables,
            new ScoringFiles(sealedTest, train, terms.Target),
            terms.ProblemType,
            subject.Options.PositiveClass
        );
        var pairs = Read(tables, truth, predictions.File, predictions.Classes);
        var report = Measure(pairs, subject, terms.ProblemType, manifest.Holdout, testSetWasOpen);
        var evaluation = await evaluator.EvaluateAsync(
            new MeasuredModel(subject, terms, truth, pairs, report),
            runId,
            bench,
            tables,
            cancellation
        );
        // A run that was stopped meanwhile writes nothing more: another may be at work there.
        cancellation.ThrowIfCancellationRequested();
        WriteBack(subject, report);
        return new Measured(report, evaluation);
    }

    private static HeldPredictions Read(
        TableDatabase tables,
        HeldTruth truth,
        string file,
        IReadOnlyList<string>? classes
    )
    {
        try
        {
            return HeldPredictionsReader.Read(tables, truth, HeldPredictionsReader.Source(file), classes);
        }
        catch (DuckDB.NET.Data.DuckDBException)
        {
            // The model ran beside the harness and can have written what it likes in place of its predictions.
            throw new UserFacingException("The file of the model's predictions cannot be read, so it has no score.");
        }
    }

    /// <summary>What the subject's model answers to the features of a sealed test set.</summary>
    /// <exception cref="UserFacingException">It gives no answers that could be used.</exception>
    public async Task<(string File, IReadOnlyList<string>? Classes)> PredictAsync(
        StageSubject subject,
        string sealedTest,
        SealedTerms terms,
        Workbench bench,
        TableDatabase tables,
        CancellationToken cancellation
    )
    {
        tables.Execute(
            $"COPY (SELECT * EXCLUDE ({TableDatabase.Identifier(terms.Target)}) FROM read_parquet({TableDatabase.Literal(sealedTest)}))"
                + $" TO {TableDatabase.Literal(bench.Input("features.parquet"))} (FORMAT parquet)"
        );
        await bench.TakeAsync(
            held.StageDirectory(subject, Stages.Train),
            "models/model.pkl",
            "model.pkl",
            cancellation
        );
        var result = await harness.RunAsync(
            "predict.py",
            [
                "--model",
                $"{RefereeHarness.In}/model.pkl",
                "--features",
                $"{RefereeHarness.In}/features.parquet",
                "--problem-type",
                terms.ProblemType,
            ],
            bench,
            cancellation
        );
        var file = await bench.CollectAsync("predictions.parquet", "predictions.parquet", cancellation);
        if (result.Error is not null || file is null)
            throw new UserFacingException("The model could not predict the held rows, so it has no score.");
        if (result.Problems.Select(problem => Flaw(problem.Code)).Distinct().ToList() is { Count: > 0 } flaws)
            throw new UserFacingException(
                $"What the model gave for the held rows cannot be measured: {string.Join("; ", flaws)}."
            );
        return (file, result.HasProbabilities ? result.Classes : null);
    }

    /// <summary>
    /// The host's own words for what the harness found. The model ran beside the harness and can have written its answer, held
    /// rows and all: of that only the code counts.
    /// </summary>
    private static string Flaw(string code) =>
        code switch
        {
            "prediction_shape" or "row_count" => "there is not one prediction for each row",
            "prediction_type" => "predictions are of a type that cannot be read",
            "prediction_null" => "predictions are missing or infinite",
            "prediction_unknown" => "predictions are not in classes_",
            "classes_missing" or "classes_type" or "classes_null" or "classes_duplicate" =>
                "classes_ is no list of distinct labels",
            "proba_failed" or "proba_shape" or "proba_range" or "proba_sum" =>
                "probabilities are no shares of 1, one for each class",
            _ => "the harness found it at fault",
        };

    private ScoreReport Measure(
        HeldPredictions pairs,
        StageSubject subject,
        string problemType,
        HoldoutSummary holdout,
        bool testSetWasOpen
    )
    {
        var notes = new List<string>();
        var names = MetricNames.Of(problemType, pairs.HasProbabilities);
        var chosen = MetricNames.Parse(subject.Options.Metric, problemType);
        if (subject.Options.Metric is { Length: > 0 } asked && (chosen is null || !names.Contains(chosen)))
        {
            notes.Add($"The metric '{asked}' cannot be measured for this model; the default stands in.");
            chosen = null;
        }
        var main = chosen ?? MetricNames.Default(problemType, pairs.HasProbabilities);
        var (model, constant) = pairs.Find(main);
        var intervals = Resampling.Bootstrap(pairs.Rows, subject.Options.Seed, model, constant);
        var once = Enumerable.Repeat(1, pairs.Rows).ToArray();
        var metrics = names
            .Select(name => (Name: name, Value: pairs.Find(name).Model(once)))
            .Where(pair => double.IsFinite(pair.Value))
            .ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal);
        if (!double.IsFinite(intervals[0].Value))
            throw new UserFacingException($"{main} is not defined on the held rows: they hold one class only.");
        return new ScoreReport
        {
            ProblemType = problemType,
            Metric = main,
            HigherIsBetter = MetricNames.HigherIsBetter(main),
            Value = intervals[0].Value,
            Low = intervals[0].Low,
            High = intervals[0].High,
            StandardError = intervals[0].StandardError,
            Baseline = intervals[1].Value,
            BaselineLow = intervals[1].Low,
            BaselineHigh = intervals[1].High,
            Metrics = metrics,
            Rows = pairs.Rows,
            Holdout = holdout.Mode,
            HoldoutReason = holdout.Reason,
            TestSetWasOpen = testSetWasOpen,
            PositiveClass = pairs is HeldPredictions.Classes { Labels.Count: 2 } two ? two.Labels[two.Positive] : null,
            Claimed = Claims(subject),
            Notes = notes,
        };
    }

    private JsonElement? Claims(StageSubject subject) =>
        PrepMetadata.ReadJson(held.StageDirectory(subject, Stages.Train), Metadata) is { } root
        && root.TryGetProperty("val_metrics", out var claims)
            ? claims
            : null;

    /// <summary>Adds <c>test_metrics</c> to the agent's metadata.json; what the agent may have written there is replaced.</summary>
    private void WriteBack(StageSubject subject, ScoreReport report)
    {
        var metrics = new JsonObject();
        foreach (var (name, value) in report.Metrics)
            metrics[name] = value;
        // A file that cannot be written so stays without: the API has the score.
        TryRewrite(subject, metadata => metadata[TestMetrics] = metrics);
    }

    /// <summary>
    /// Takes the measured scores out of the session's files before an agent works in it again: no score on held rows may
    /// reach a model. They stay with the run that earned them. A file of which that cannot be done goes whole.
    /// </summary>
    public void HideScores(StageSubject subject)
    {
        var directory = held.StageDirectory(subject, Stages.Train);
        if (!TryRewrite(subject, metadata => metadata.Remove(TestMetrics)) && Directory.Exists(directory))
            HostWrites.Delete(directory, Metadata);
    }

    /// <summary>Changes metadata.json; the file stays its owner's. False when it is none that this system would write.</summary>
    private bool TryRewrite(StageSubject subject, Action<JsonObject> change)
    {
        var directory = held.StageDirectory(subject, Stages.Train);
        if (PrepMetadata.ReadJson(directory, Metadata) is not { } root)
            return false;
        try
        {
            var metadata = JsonNode.Parse(root.GetRawText())!.AsObject();
            change(metadata);
            var text = metadata.ToJsonString(Indented);
            // Written anew it may be longer than what is read again.
            if (Encoding.UTF8.GetByteCount(text) > PrepMetadata.MaxBytes)
                return false;
            HostWrites.Replace(directory, Metadata, text);
            return true;
        }
        catch (Exception strange)
            when (strange is ArgumentException or InvalidOperationException or JsonException or UserFacingException)
        {
            return false; // A key twice, half a character: JSON that only some readers take.
        }
    }
}
