using System.Text.Json;
using System.Text.Json.Nodes;

namespace Trainable.Server.Agents.Tools;

/// <summary>A call's arguments as the JSON an event carries, whatever client they came from.</summary>
internal static class ToolInput
{
    public static JsonElement ToJson(IReadOnlyDictionary<string, object?> arguments)
    {
        var json = new JsonObject();
        foreach (var (name, value) in arguments)
        {
            json[name] = value switch
            {
                null => null,
                string text => JsonValue.Create(text),
                JsonElement element => JsonNode.Parse(element.GetRawText()),
                JsonNode node => node.DeepClone(),
                _ => JsonSerializer.SerializeToNode(value, value.GetType()),
            };
        }
        return JsonSerializer.SerializeToElement(json);
    }
}
