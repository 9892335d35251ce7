using System.Text.Json;
using Trainable.Server.Datasets;

namespace Trainable.Server.Referee.Comparisons;

/// <summary>Where two JSON documents first differ.</summary>
internal static class JsonDifference
{
    /// <summary>Numbers this close, in proportion, are one: sums in another order differ by less.</summary>
    private const double Tolerance = 1e-9;

    /// <summary>
    /// The place as a JSON pointer with both values; "" where all values are the same, and null where one text is no JSON.
    /// </summary>
    public static string? Find(string original, string replay)
    {
        try
        {
            using var ours = JsonDocument.Parse(original);
            using var theirs = JsonDocument.Parse(replay);
            return Compare(ours.RootElement, theirs.RootElement, "") ?? "";
        }
        catch (JsonException)
        {
            return null; // NaN, or a file that only looks like JSON: it is compared as text.
        }
    }

    private static string? Compare(JsonElement ours, JsonElement theirs, string at)
    {
        if (ours.ValueKind != theirs.ValueKind)
            return Say(at, ours, theirs);
        switch (ours.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in ours.EnumerateObject())
                {
                    var place = $"{at}/{property.Name}";
                    if (!theirs.TryGetProperty(property.Name, out var other))
                        return $"{Shown(place)} is not there";
                    if (Compare(property.Value, other, place) is { } inside)
                        return inside;
                }
                foreach (var property in theirs.EnumerateObject())
                {
                    if (!ours.TryGetProperty(property.Name, out _))
                        return $"{Shown($"{at}/{property.Name}")} is new";
                }
                return null;
            case JsonValueKind.Array:
                if (ours.GetArrayLength() != theirs.GetArrayLength())
                    return $"{Shown(at)} has {theirs.GetArrayLength()} items, where the original has {ours.GetArrayLength()}";
                for (var index = 0; index < ours.GetArrayLength(); index++)
                {
                    if (Compare(ours[index], theirs[index], $"{at}/{index}") is { } inside)
                        return inside;
                }
                return null;
            case JsonValueKind.Number:
                return IsNear(ours, theirs) ? null : Say(at, ours, theirs);
            default:
                return ours.GetRawText() == theirs.GetRawText() ? null : Say(at, ours, theirs);
        }
    }

    private static bool IsNear(JsonElement ours, JsonElement theirs)
    {
        if (ours.GetRawText() == theirs.GetRawText())
            return true;
        var (one, other) = (ours.GetDouble(), theirs.GetDouble());
        return Math.Abs(one - other) <= Tolerance * Math.Max(Math.Abs(one), Math.Abs(other));
    }

    private static string Say(string at, JsonElement ours, JsonElement theirs) =>
        $"{Shown(at)} is {ShownText.Cut(theirs.GetRawText())}, where the original has {ShownText.Cut(ours.GetRawText())}";

    private static string Shown(string at) => at.Length == 0 ? "the whole" : ShownText.Cut(at, 200);
}
