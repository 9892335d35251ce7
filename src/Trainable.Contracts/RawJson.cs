using System.Text.Json;
using System.Text.Json.Serialization;

namespace Trainable.Contracts;

/// <summary>JSON that passes through as the text it was stored as: neither parsed nor written anew.</summary>
[JsonConverter(typeof(Converter))]
public readonly record struct RawJson(string Text)
{
    public JsonElement Parse()
    {
        using var document = JsonDocument.Parse(Text);
        return document.RootElement.Clone();
    }

    internal sealed class Converter : JsonConverter<RawJson>
    {
        public override RawJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(JsonElement.ParseValue(ref reader).GetRawText());

        // What is stored was written by a JSON writer.
        public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options) =>
            writer.WriteRawValue(value.Text, skipInputValidation: true);
    }
}
