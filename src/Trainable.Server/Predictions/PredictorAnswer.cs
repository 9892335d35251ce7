using System.Text.Json;
using Trainable.Contracts;

namespace Trainable.Server.Predictions;

/// <summary>
/// What a model's process answered, checked: it runs beside the model, which can write what it likes in place of it. Every
/// row has a prediction, a class is one that the model said it has, numbers are finite.
/// </summary>
internal sealed class PredictorAnswer(JsonElement root, PredictorTerms terms, PredictionForm form)
{
    private const double Tolerance = 1e-3;

    /// <summary>What is wrong with the rows; empty when they were predicted.</summary>
    public IReadOnlyList<string> Problems =>
        Array(root, "problems") is { } problems ? [.. problems.Select(one => Text(one, "message"))] : [];

    public int MoreProblems =>
        root.TryGetProperty("more_problems", out var more) && more.TryGetInt32(out var count) ? count : 0;

    /// <summary>Columns that were not sent and on which nothing depends.</summary>
    public IReadOnlyList<string> Filled =>
        Array(root, "filled") is { } filled
            ?
            [
                .. filled
                    .Select(one => one.ToString())
                    .Where(name => terms.Columns.Contains(name, StringComparer.Ordinal)),
            ]
            : [];

    public string? Method => root.TryGetProperty("method", out var method) ? method.GetString() : null;

    /// <exception cref="Platform.UserFacingException">It is not what the model may answer (422).</exception>
    public IReadOnlyList<PredictedRow> Rows(int count, long first)
    {
        if (count == 0)
            return [];
        var predictions = Required("prediction", count);
        var chances = form.HasProbabilities ? Required("probabilities", count) : null;
        var explanations = Array(root, "explanations") ?? [];
        var explained = Array(root, "explained") ?? [];
        return
        [
            .. predictions.Select(
                (prediction, index) =>
                    new PredictedRow
                    {
                        Row = first + index,
                        Prediction = Prediction(prediction),
                        Probabilities = chances is null ? null : Chances(chances[index]),
                        Explanation =
                            index < explanations.Count
                                ? Explanation(explanations[index], index < explained.Count ? explained[index] : default)
                                : null,
                    }
            ),
        ];
    }

    public DataNovelty? Novelty()
    {
        if (!root.TryGetProperty("novelty", out var novelty) || novelty.ValueKind is not JsonValueKind.Object)
            return null;
        return new DataNovelty
        {
            Rows = Count(novelty, "rows"),
            Enough = novelty.TryGetProperty("enough", out var enough) && enough.ValueKind is JsonValueKind.True,
            Columns = [.. (Array(novelty, "columns") ?? []).Where(IsColumn).Select(Column)],
        };
    }

    private static ColumnNovelty Column(JsonElement column) =>
        new()
        {
            Column = Text(column, "column"),
            Drifted = column.TryGetProperty("drifted", out var drifted) && drifted.ValueKind is JsonValueKind.True,
            Psi = Number(column, "psi"),
            Ks = Number(column, "ks"),
            Unseen = [.. (Array(column, "unseen") ?? []).Take(5).Select(text => Shorten(text.ToString()))],
            UnseenRows = Count(column, "unseen_rows"),
            OutsideRows = Count(column, "outside_rows"),
        };

    private RowExplanation? Explanation(JsonElement explanation, JsonElement about)
    {
        var columns = Array(explanation, "columns") ?? [];
        return new RowExplanation
        {
            Class = about.ValueKind is JsonValueKind.String ? Label(about).GetString() : null,
            Base = Number(explanation, "base") ?? throw Strange(),
            Value = Number(explanation, "value") ?? throw Strange(),
            Columns =
            [
                .. columns
                    .Where(IsColumn)
                    .Select(column => new ColumnEffect(
                        Text(column, "column"),
                        Number(column, "effect") ?? throw Strange(),
                        Number(column, "noise") ?? 0
                    )),
            ],
        };
    }

    private JsonElement Prediction(JsonElement prediction) =>
        form.Classes is not null ? Label(prediction)
        : prediction.ValueKind is JsonValueKind.Number ? prediction.Clone()
        : throw Strange();

    private JsonElement Label(JsonElement label) =>
        label.ValueKind is JsonValueKind.String && form.Classes!.Contains(label.GetString()!, StringComparer.Ordinal)
            ? label.Clone()
            : throw Strange();

    private IReadOnlyList<double> Chances(JsonElement row)
    {
        if (row.ValueKind is not JsonValueKind.Array || row.GetArrayLength() != form.Classes!.Count)
            throw Strange();
        return
        [
            .. row.EnumerateArray()
                .Select(chance =>
                    chance.ValueKind is JsonValueKind.Number && chance.GetDouble() is >= -Tolerance and <= 1 + Tolerance
                        ? Math.Clamp(chance.GetDouble(), 0, 1)
                        : throw Strange()
                ),
        ];
    }

    private List<JsonElement> Required(string name, int count) =>
        Array(root, name) is { } list && list.Count == count ? list : throw Strange();

    private bool IsColumn(JsonElement item) =>
        item.ValueKind is JsonValueKind.Object && terms.Columns.Contains(Text(item, "column"), StringComparer.Ordinal);

    private static List<JsonElement>? Array(JsonElement owner, string name) =>
        owner.ValueKind is JsonValueKind.Object
        && owner.TryGetProperty(name, out var list)
        && list.ValueKind is JsonValueKind.Array
            ? [.. list.EnumerateArray()]
            : null;

    private static string Text(JsonElement owner, string name) =>
        owner.ValueKind is JsonValueKind.Object
        && owner.TryGetProperty(name, out var text)
        && text.ValueKind is JsonValueKind.String
            ? text.GetString()!
            : "";

    private static double? Number(JsonElement owner, string name) =>
        owner.ValueKind is JsonValueKind.Object
        && owner.TryGetProperty(name, out var number)
        && number.ValueKind is JsonValueKind.Number
        && double.IsFinite(number.GetDouble())
            ? number.GetDouble()
            : null;

    private static long Count(JsonElement owner, string name) =>
        Number(owner, name) is { } number and >= 0 and < long.MaxValue ? (long)number : 0;

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..59] + "…";

    private static Platform.UserFacingException Strange() =>
        PredictionRefusals.Unprocessable(
            "The model gave something that is no prediction for these rows. Train it anew."
        );
}
