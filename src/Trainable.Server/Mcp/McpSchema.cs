using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;

namespace Trainable.Server.Mcp;

/// <summary>Describes a tool to clients.</summary>
internal static class McpSchema
{
    /// <summary>What a tool does besides answering; clients decide by it what needs a person's consent.</summary>
    public enum Effect
    {
        Reads,
        Adds,
        Ends,
    }

    public readonly record struct Parameter(string Name, string Description, bool Required = true)
    {
        /// <summary>JSON Schema's name of the type.</summary>
        public string Type { get; init; } = "string";

        public IReadOnlyList<string> Choices { get; init; } = [];

        public JsonObject ToSchema()
        {
            var schema = new JsonObject { ["type"] = Type, ["description"] = Description };
            if (Type == "array")
                schema["items"] = new JsonObject { ["type"] = "string" };
            if (Choices.Count > 0)
                schema["enum"] = new JsonArray([.. Choices.Select(choice => JsonValue.Create(choice))]);
            return schema;
        }
    }

    public static Tool Declare(
        string name,
        string title,
        string description,
        Effect effect,
        params IReadOnlyList<Parameter> parameters
    )
    {
        var properties = new JsonObject();
        foreach (var parameter in parameters)
            properties[parameter.Name] = parameter.ToSchema();
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = properties,
            ["required"] = new JsonArray([
                .. parameters.Where(one => one.Required).Select(one => JsonValue.Create(one.Name)),
            ]),
            ["additionalProperties"] = false,
        };
        return new Tool
        {
            Name = name,
            Title = title,
            Description = description,
            InputSchema = JsonSerializer.SerializeToElement(schema),
            Annotations = new ToolAnnotations
            {
                Title = title,
                ReadOnlyHint = effect == Effect.Reads,
                DestructiveHint = effect == Effect.Ends,
                OpenWorldHint = false,
            },
        };
    }
}
