using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Trainable.Server.Agents.Tools;

/// <summary>Declares a tool whose parameters are all texts.</summary>
internal static class ToolSchema
{
    public readonly record struct Parameter(string Name, string Description, bool Required = true);

    public static AIFunctionDeclaration Declare(
        string name,
        string description,
        params IReadOnlyList<Parameter> parameters
    )
    {
        var properties = new JsonObject();
        foreach (var parameter in parameters)
            properties[parameter.Name] = new JsonObject
            {
                ["type"] = "string",
                ["description"] = parameter.Description,
            };
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = properties,
            ["required"] = new JsonArray([
                .. parameters.Where(one => one.Required).Select(one => JsonValue.Create(one.Name)),
            ]),
            ["additionalProperties"] = false,
        };
        return AIFunctionFactory.CreateDeclaration(name, description, JsonSerializer.SerializeToElement(schema));
    }
}
