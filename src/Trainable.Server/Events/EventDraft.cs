using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Trainable.Contracts;

namespace Trainable.Server.Events;

/// <summary>An event before it has a sequence number: its type and its <c>data</c> as UTF-8 JSON on one line.</summary>
internal readonly record struct EventDraft(string Type, ReadOnlyMemory<byte> Data)
{
    /// <summary>JSON for JSON readers: text stays as it is written but for what JSON itself has to escape.</summary>
    public static readonly JsonWriterOptions Plainly = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static EventDraft Create<T>(string type, T data, JsonTypeInfo<T> json)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, Plainly))
            JsonSerializer.Serialize(writer, data, json);
        return new EventDraft(type, buffer.WrittenMemory);
    }

    public static EventDraft StateChange(string state, string? stage = null, string? reason = null) =>
        Create(
            EventTypes.StateChange,
            new StateChanged(state) { Stage = stage, Reason = reason },
            ContractJson.Default.StateChanged
        );
}

/// <summary>How an event shows in the session's messages: the reference's table, as a function.</summary>
internal static class MessageProjection
{
    public readonly record struct Row(string Role, string Content, string Metadata);

    /// <summary>The message an event is kept as; null for events that live in the log or in rows of their own.</summary>
    public static Row? From(EventDraft draft)
    {
        var role = draft.Type switch
        {
            EventTypes.UserMessage => "user",
            EventTypes.AgentMessage or EventTypes.ReportReady or EventTypes.Question => "assistant",
            EventTypes.ToolStart or EventTypes.ToolEnd => "tool",
            EventTypes.StateChange
            or EventTypes.FilesReady
            or EventTypes.ValidationResult
            or EventTypes.AgentError
            or EventTypes.AgentAborted
            or EventTypes.MetadataReady
            or EventTypes.BudgetWarning
            or EventTypes.Notice => "system",
            _ => null,
        };
        if (role is null)
            return null;
        using var data = JsonDocument.Parse(draft.Data);
        var content = Text(data.RootElement, "text") ?? Text(data.RootElement, "content") ?? "";
        return new Row(role, content, Metadata(draft.Type, data.RootElement));
    }

    private static string? Text(JsonElement data, string name) =>
        data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string Metadata(string type, JsonElement data)
    {
        if (type == EventTypes.UserMessage)
            return "{}";
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, EventDraft.Plainly))
        {
            writer.WriteStartObject();
            writer.WriteString("event_type", type);
            foreach (var property in data.EnumerateObject())
            {
                if (property.Name is not ("text" or "content"))
                    property.WriteTo(writer);
            }
            writer.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
