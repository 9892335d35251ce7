using Microsoft.Extensions.AI;
using Trainable.Server.Platform;

namespace Trainable.Server.Agents.Tools;

/// <summary>Reads a text file of the session or of the working rows.</summary>
internal sealed class ReadFileTool(StageFiles files) : IAgentTool
{
    public const string Name = "read_file";
    private const int MaxBytes = 32 * 1024;

    public AIFunctionDeclaration Declaration { get; } =
        ToolSchema.Declare(
            Name,
            "Read a text file: a path below /data or of a skill, or one relative to the stage's directory. Long files are cut.",
            new ToolSchema.Parameter("path", "Such as report.md, ../eda/report.md or /data/datasets/….")
        );

    public async Task<ToolResult> InvokeAsync(ToolCall call, ToolScope scope, CancellationToken cancellation)
    {
        if (call.Text("path") is not { Length: > 0 } path)
            return ToolResult.Plain(Name, "error: the argument 'path' is missing.");
        try
        {
            return ToolResult.Plain(Name, await files.ReadTextAsync(scope.Context, path, MaxBytes, cancellation)) with
            {
                IsOurs = SkillShelf.PathOf(path) is not null,
            };
        }
        catch (UserFacingException refused)
        {
            return ToolResult.Plain(Name, $"error: {refused.Message}") with
            {
                IsOurs = SkillShelf.PathOf(path) is not null,
            };
        }
    }
}
