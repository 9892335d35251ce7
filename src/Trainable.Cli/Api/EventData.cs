using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Trainable.Contracts;

namespace Trainable.Cli.Api;

/// <summary>The <c>data</c> of an event as its contract describes it.</summary>
internal static class EventData
{
    /// <summary>The contract, taken at its word: what it says is there must be there.</summary>
    private static readonly JsonSerializerOptions Strict = new(ContractJson.Default.Options)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <exception cref="JsonException">It has another shape.</exception>
    public static T Read<T>(StreamEvent item) =>
        item.Data.Deserialize((JsonTypeInfo<T>)Strict.GetTypeInfo(typeof(T)))
        ?? throw new JsonException($"{item.Type} holds no data.");

    /// <summary>What reading the data of an event of another shape than ours throws.</summary>
    public static bool IsUnreadable(Exception failure) =>
        failure is JsonException or InvalidOperationException or NotSupportedException;

    /// <summary>The state that a <c>state_change</c> names; null for other events.</summary>
    public static string? StateOf(StreamEvent item) =>
        item.Type == EventTypes.StateChange
        && item.Data is { ValueKind: JsonValueKind.Object }
        && item.Data.TryGetProperty("state", out var state)
        && state.ValueKind is JsonValueKind.String
            ? state.GetString()
            : null;

    /// <summary>A <c>question</c> whole; null when it has another shape than ours.</summary>
    public static QuestionItem? TryQuestion(StreamEvent item)
    {
        try
        {
            return Read<QuestionItem>(item);
        }
        catch (Exception unreadable) when (IsUnreadable(unreadable))
        {
            return null;
        }
    }

    /// <summary>What a <c>question</c> asks.</summary>
    public static string Question(StreamEvent item) =>
        item.Data.TryGetProperty("question", out var question) || item.Data.TryGetProperty("text", out question)
            ? question.GetString() ?? ""
            : "";
}
