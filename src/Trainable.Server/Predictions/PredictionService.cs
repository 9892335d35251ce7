using System.Text.Json;
using System.Text.Json.Nodes;
using Trainable.Contracts;

namespace Trainable.Server.Predictions;

/// <summary>How rows are to be predicted.</summary>
internal sealed record PredictionTerms(bool Explain, double? Threshold);

/// <summary>
/// Predicts rows that a person sends with a session's model. The target, should it be among the columns, never reaches the
/// model; what the model answers is checked before anybody sees it.
/// </summary>
internal sealed class PredictionService(Predictors predictors, TimeProvider time)
{
    /// <summary>Explaining takes hundreds of predictions a row.</summary>
    public const int MostExplained = 100;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public async Task<PredictionForm> FormAsync(Guid session, CancellationToken cancellation)
    {
        var (lease, _) = await predictors.BorrowAsync(session, cancellation);
        using (lease)
            return lease.Warm.Form;
    }

    /// <summary>Predicts every row; the result's own rows are the sink's to give.</summary>
    /// <exception cref="Platform.UserFacingException">There is no model, or the rows do not fit it.</exception>
    public async Task<PredictionResult> PredictAsync(
        Guid session,
        IRowSource source,
        PredictionTerms asked,
        IPredictionSink sink,
        CancellationToken cancellation
    )
    {
        var started = time.GetTimestamp();
        var (lease, terms) = await predictors.BorrowAsync(session, cancellation);
        using var held = lease;
        var form = lease.Warm.Form;
        CheckThreshold(asked.Threshold, form);
        var stream = $"{Guid.CreateVersion7():N}";
        var kept = Enumerable.Range(0, source.Names.Count).Where(index => source.Names[index] != terms.Target).ToList();
        long count = 0;
        long explained = 0;
        string? method = null;
        IReadOnlyList<string> filled = [];
        DataNovelty? novelty = null;
        foreach (var batch in source.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            var explain =
                asked.Explain && batch.Rows.Count > 0 ? (int)Math.Clamp(MostExplained - count, 0, batch.Rows.Count) : 0;
            var request = new JsonObject
            {
                ["do"] = "predict",
                ["names"] = new JsonArray([.. kept.Select(index => (JsonNode)source.Names[index])]),
                ["rows"] = new JsonArray([.. batch.Rows.Select(row => Without(row, kept))]),
                ["first"] = count + 1,
                ["explain"] = explain,
                ["stream"] = stream,
                ["last"] = batch.IsLast,
            };
            using var document = await lease.Warm.AskAsync(request, Patience, cancellation);
            var answer = new PredictorAnswer(document.RootElement, terms, form);
            if (answer.Problems is { Count: > 0 } problems)
                throw PredictionRefusals.Unprocessable(Sentence(problems, answer.MoreProblems));
            var rows = WithThreshold(answer.Rows(batch.Rows.Count, count + 1), asked.Threshold, form);
            sink.Add(batch.Rows, rows, form);
            count += rows.Count;
            explained += rows.Count(row => row.Explanation is not null);
            method ??= answer.Method;
            filled = answer.Filled;
            novelty = answer.Novelty() ?? novelty;
        }
        novelty ??= new DataNovelty
        {
            Rows = count,
            Enough = false,
            Columns = [],
        };
        return new PredictionResult
        {
            SessionId = session,
            ProblemType = form.ProblemType,
            Target = form.Target,
            Classes = form.Classes,
            PositiveClass = form.PositiveClass,
            Threshold = asked.Threshold,
            RowCount = count,
            Rows = [],
            ExplanationMethod = method,
            Notes =
            [
                .. PredictionNotes.OfColumns(source.Names, terms, filled),
                .. PredictionNotes.OfNovelty(novelty),
                .. asked.Explain && PredictionNotes.OfExplanations(explained, count) is { } few ? (string[])[few] : [],
            ],
            Novelty = novelty,
            Seconds = Math.Round(time.GetElapsedTime(started).TotalSeconds, 4),
        };
    }

    private static JsonArray Without(JsonArray row, List<int> kept) =>
        kept.Count == row.Count ? (JsonArray)row.DeepClone() : [.. kept.Select(index => row[index]?.DeepClone())];

    private static string Sentence(IReadOnlyList<string> problems, int more)
    {
        var told = string.Join(' ', problems.Take(5));
        var left = problems.Count - Math.Min(5, problems.Count) + more;
        return left > 0 ? $"{told} There are {left:N0} more of these." : told;
    }

    private static void CheckThreshold(double? threshold, PredictionForm form)
    {
        if (threshold is null)
            return;
        if (threshold is not (>= 0 and <= 1))
            throw PredictionRefusals.Unprocessable("The threshold is a probability, from 0 to 1.");
        if (form is not { Classes.Count: 2, HasProbabilities: true, PositiveClass: not null })
            throw PredictionRefusals.Unprocessable(
                "A threshold needs a model of two classes with probabilities and a positive class; leave it out."
            );
    }

    private static IReadOnlyList<PredictedRow> WithThreshold(
        IReadOnlyList<PredictedRow> rows,
        double? threshold,
        PredictionForm form
    )
    {
        if (threshold is not { } least)
            return rows;
        var positive = form.Classes![0] == form.PositiveClass ? 0 : 1;
        var labels = form
            .Classes.Select(label => JsonSerializer.SerializeToElement(label, ContractJson.Default.String))
            .ToList();
        return
        [
            .. rows.Select(row =>
                row with
                {
                    Prediction = labels[row.Probabilities![positive] >= least ? positive : 1 - positive],
                }
            ),
        ];
    }
}
