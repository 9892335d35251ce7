using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using Trainable.Server.Agents.Models.External;

namespace Trainable.Server.Mcp;

/// <summary>What a tool answers.</summary>
internal static class McpAnswer
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static CallToolResult Text(params IEnumerable<string> parts) => new() { Content = Blocks(parts) };

    /// <summary>A result that is one sentence: what went wrong, and what to do.</summary>
    public static CallToolResult Error(string sentence) => new() { Content = Blocks([sentence]), IsError = true };

    /// <summary>An object, as text for models and structured for programs.</summary>
    public static CallToolResult Json(JsonObject content) =>
        new()
        {
            Content = Blocks([content.ToJsonString(Readable)]),
            StructuredContent = JsonSerializer.SerializeToElement(content),
        };

    /// <summary>What a run says of a call.</summary>
    public static CallToolResult Of(Said said) =>
        new()
        {
            Content = Blocks(said.Parts),
            IsError = said.Parts is [var first, ..] && first.StartsWith("error:", StringComparison.Ordinal),
        };

    private static List<ContentBlock> Blocks(IEnumerable<string> parts) =>
        [.. parts.Select(part => new TextContentBlock { Text = part })];
}
