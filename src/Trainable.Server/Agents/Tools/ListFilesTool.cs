using Microsoft.Extensions.AI;
using Trainable.Server.Platform;

namespace Trainable.Server.Agents.Tools;

/// <summary>Lists what lies in a directory of the session or of the working rows.</summary>
internal sealed class ListFilesTool(StageFiles files) : IAgentTool
{
    public const string Name = "list_files";
    private const int MaxEntries = 500;

    public AIFunctionDeclaration Declaration { get; } =
        ToolSchema.Declare(
            Name,
            "List a directory with sizes: a path below /data, or one relative to the stage's directory.",
            new ToolSchema.Parameter("path", "The directory; the stage's own when left out.", Required: false)
        );

    public Task<ToolResult> InvokeAsync(ToolCall call, ToolScope scope, CancellationToken cancellation)
    {
        try
        {
            var path = call.Text("path") ?? ".";
            return Task.FromResult(
                ToolResult.Plain(Name, Render(files.List(scope.Context, path))) with
                {
                    IsOurs = SkillShelf.PathOf(path) is not null,
                }
            );
        }
        catch (UserFacingException refused)
        {
            return Task.FromResult(ToolResult.Plain(Name, $"error: {refused.Message}"));
        }
    }

    /// <summary>The entries a line each, as many as a model may have.</summary>
    public static string Render(IReadOnlyList<string> entries)
    {
        var lines = entries.Take(MaxEntries).ToList();
        if (entries.Count > MaxEntries)
            lines.Add($"… and {entries.Count - MaxEntries:N0} more");
        return lines.Count == 0 ? "(empty)" : string.Join('\n', lines);
    }
}
