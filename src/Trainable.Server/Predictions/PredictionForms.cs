using System.Text.Json;
using Trainable.Contracts;

namespace Trainable.Server.Predictions;

/// <summary>What a model's process said when it was ready, as far as it fits what the host knows.</summary>
internal static class PredictionForms
{
    private const int MostClasses = 10_000;
    private const int MostLevels = 200;
    private static readonly string[] Kinds = ["number", "whole", "truth", "date", "text"];

    /// <exception cref="Platform.UserFacingException">It said nothing of use (422).</exception>
    public static PredictionForm Of(JsonElement facts, PredictorTerms terms)
    {
        var classes =
            terms.ProblemType == ProblemTypes.Regression
                ? null
                : Texts(facts, "classes")
                    ?? throw PredictionRefusals.Unprocessable("The model does not say its classes. Train it anew.");
        if (classes?.Count > MostClasses)
            throw PredictionRefusals.Unprocessable(
                $"The model has over {MostClasses:N0} classes, too many to predict."
            );
        return new PredictionForm
        {
            ProblemType = terms.ProblemType,
            Target = terms.Target,
            Classes = classes,
            OfImages = terms.OfImages,
            PositiveClass = classes?.FirstOrDefault(one => one == terms.PositiveClass),
            HasProbabilities =
                classes is not null
                && facts.TryGetProperty("has_proba", out var has)
                && has.ValueKind is JsonValueKind.True,
            Columns =
            [
                .. (
                    facts.TryGetProperty("columns", out var told) && told.ValueKind is JsonValueKind.Array
                        ? told.EnumerateArray()
                        : default
                )
                    .Where(column =>
                        column.ValueKind is JsonValueKind.Object
                        && terms.Columns.Contains(Name(column), StringComparer.Ordinal)
                    )
                    .Select(Column),
            ],
        };
    }

    private static RawColumnFacts Column(JsonElement column) =>
        new()
        {
            Name = Name(column),
            Kind =
                column.TryGetProperty("kind", out var kind) && Kinds.Contains(kind.ToString())
                    ? kind.ToString()
                    : "text",
            Levels = Texts(column, "levels") is { Count: <= MostLevels } levels ? levels : null,
            Low = Number(column, "low"),
            High = Number(column, "high"),
            Typical =
                column.TryGetProperty("typical", out var typical)
                && typical.ValueKind is JsonValueKind.String or JsonValueKind.Number
                    ? typical.Clone()
                    : null,
            HasMissing =
                column.TryGetProperty("has_missing", out var missing) && missing.ValueKind is JsonValueKind.True,
        };

    private static string Name(JsonElement column) =>
        column.TryGetProperty("name", out var name) ? name.ToString() : "";

    private static List<string>? Texts(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var list) && list.ValueKind is JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(text => text.ToString())]
            : null;

    private static double? Number(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var number) && number.ValueKind is JsonValueKind.Number
            ? number.GetDouble()
            : null;
}
