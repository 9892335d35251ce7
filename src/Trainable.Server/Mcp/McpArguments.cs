using System.Globalization;
using System.Text.Json;
using Trainable.Server.Platform;

namespace Trainable.Server.Mcp;

/// <summary>A call's arguments, read one by one; what does not fit is told in a sentence that names the argument.</summary>
internal sealed class McpArguments(IDictionary<string, JsonElement>? given)
{
    public string? Text(string name) =>
        Find(name) switch
        {
            null => null,
            { ValueKind: JsonValueKind.String } text => text.GetString() is { Length: > 0 } said ? said : null,
            { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
            _ => throw Wrong(name, "a text"),
        };

    public string Required(string name, string what) =>
        Text(name) is { } text && !string.IsNullOrWhiteSpace(text)
            ? text
            : throw new UserFacingException($"The argument '{name}' is missing: {what}");

    public Guid Id(string name, string what)
    {
        var text = Required(name, what);
        return Guid.TryParse(text, out var id) ? id : throw Wrong(name, $"an id; {what}");
    }

    /// <summary>A number, which some clients send as a text.</summary>
    public double? Number(string name, double least, double most)
    {
        if (Text(name) is not { } text)
            return null;
        return
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && number >= least
            && number <= most
            ? number
            : throw Wrong(name, string.Create(CultureInfo.InvariantCulture, $"a number between {least} and {most}"));
    }

    public bool? Flag(string name) =>
        Find(name) switch
        {
            null => null,
            { ValueKind: JsonValueKind.True } => true,
            { ValueKind: JsonValueKind.False } => false,
            { ValueKind: JsonValueKind.String } text when bool.TryParse(text.GetString(), out var said) => said,
            _ => throw Wrong(name, "true or false"),
        };

    /// <summary>A list of texts.</summary>
    public IReadOnlyList<string> Texts(string name) =>
        Find(name) switch
        {
            null => [],
            { ValueKind: JsonValueKind.Array } list when list.EnumerateArray().All(IsText) =>
            [
                .. list.EnumerateArray().Select(one => one.GetString()!),
            ],
            { ValueKind: JsonValueKind.String } one => [one.GetString()!],
            _ => throw Wrong(name, "a list of texts"),
        };

    /// <summary>Everything but what is named, as a tool of the agents' takes it.</summary>
    public Dictionary<string, object?> Without(params IReadOnlyList<string> names) =>
        (given ?? new Dictionary<string, JsonElement>())
            .Where(pair => !names.Contains(pair.Key, StringComparer.Ordinal))
            .ToDictionary(pair => pair.Key, pair => (object?)pair.Value.Clone(), StringComparer.Ordinal);

    private JsonElement? Find(string name) =>
        given is not null && given.TryGetValue(name, out var value) && value.ValueKind is not JsonValueKind.Null
            ? value
            : null;

    private static bool IsText(JsonElement one) => one.ValueKind is JsonValueKind.String;

    private static UserFacingException Wrong(string name, string wanted) =>
        new($"The argument '{name}' does not fit: it is {wanted}.");
}
