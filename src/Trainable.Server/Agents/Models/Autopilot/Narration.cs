using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Trainable.Server.Agents.Models.Autopilot;

/// <summary>Fills the playbook's sentences with what steps found out.</summary>
internal static partial class Narration
{
    private const string FactsPrefix = "facts: ";

    /// <summary>
    /// The sentences whose every fact is known, joined by spaces; empty when none is. <c>{rows}</c> is a fact's value,
    /// <c>{rows|row|rows}</c> a number with the word that goes with it, and a sentence with <c>{no target}</c> is said only
    /// while that fact is unknown.
    /// </summary>
    public static string Say(IReadOnlyList<string> sentences, JsonObject facts)
    {
        var spoken = new StringBuilder();
        foreach (var sentence in sentences)
        {
            var complete = true;
            var text = Place()
                .Replace(
                    sentence,
                    match =>
                    {
                        var value = facts[match.Groups["name"].Value];
                        complete &= value is null == match.Groups["no"].Success;
                        return value is null ? "" : Show(value) + Word(value, match);
                    }
                );
            if (complete)
                spoken.Append(spoken.Length > 0 ? " " : "").Append(text);
        }
        return spoken.ToString();
    }

    /// <summary>Adds the facts of a step's output (its last <c>facts: {…}</c> line) to those known.</summary>
    public static void Learn(string output, JsonObject facts)
    {
        var start = output.LastIndexOf(FactsPrefix, StringComparison.Ordinal);
        if (start < 0 || (start > 0 && output[start - 1] != '\n'))
            return;
        start += FactsPrefix.Length;
        var end = output.IndexOf('\n', start);
        try
        {
            if (JsonNode.Parse(end < 0 ? output[start..] : output[start..end]) is not JsonObject learnt)
                return;
            foreach (var (name, value) in learnt.ToArray())
                facts[name] = value?.DeepClone();
        }
        catch (JsonException)
        {
            // A facts line that was cut or broken teaches nothing; the sentences that need it stay unsaid.
        }
    }

    private static string Show(JsonNode value) =>
        value.GetValueKind() switch
        {
            JsonValueKind.String => value.GetValue<string>(),
            JsonValueKind.True => "yes",
            JsonValueKind.False => "no",
            JsonValueKind.Number => Number(value.AsValue()),
            JsonValueKind.Array => string.Join(", ", value.AsArray().OfType<JsonNode>().Select(Show)),
            _ => value.ToJsonString(),
        };

    private static string Word(JsonNode value, Match match)
    {
        if (!match.Groups["one"].Success)
            return "";
        var isOne = value.GetValueKind() == JsonValueKind.Number && Show(value) == "1";
        return " " + match.Groups[isOne ? "one" : "many"].Value;
    }

    private static string Number(JsonValue value)
    {
        var real = double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture);
        if (double.IsInteger(real) && Math.Abs(real) < 1e15)
            return real.ToString("N0", CultureInfo.InvariantCulture);
        return Math.Abs(real) >= 1000
            ? real.ToString("N0", CultureInfo.InvariantCulture)
            : real.ToString("0.####", CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(
        @"\{(?<no>no )?(?<name>\w+)(\|(?<one>[^|}]+)\|(?<many>[^|}]+))?\}",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        2_000
    )]
    private static partial Regex Place();
}
