using Microsoft.Extensions.AI;
using Trainable.Contracts;
using Trainable.Server.Agents.Budgets;
using Trainable.Server.Agents.Recordings;

namespace Trainable.Server.Agents.Tools;

/// <summary>A tool a model may call. Defined once; used by the agent loop, over MCP and in tests.</summary>
internal interface IAgentTool
{
    AIFunctionDeclaration Declaration { get; }

    /// <summary>False in runs that have no use for it.</summary>
    bool IsOffered(StageContext context) => true;

    /// <summary>True when a call that a dead process left open is simply made again: it finds what was there.</summary>
    bool IsResumable => false;

    /// <summary>
    /// Runs one call. What goes wrong in a way the model can act on is a result; only cancellation and lost sessions throw.
    /// </summary>
    Task<ToolResult> InvokeAsync(ToolCall call, ToolScope scope, CancellationToken cancellation);
}

internal sealed record ToolCall(string Id, IReadOnlyDictionary<string, object?> Arguments)
{
    /// <summary>An argument of several lines, or a list of texts, as some models send it.</summary>
    public IEnumerable<string> Lines(string name)
    {
        var lines = Arguments.GetValueOrDefault(name)
            is System.Text.Json.JsonElement { ValueKind: System.Text.Json.JsonValueKind.Array } list
            ? list.EnumerateArray().Select(one => one.ToString())
            : (Text(name) ?? "").Split('\n');
        return lines.Select(line => line.Trim()).Where(line => line.Length > 0);
    }

    /// <summary>A text argument; null when it is missing or no text.</summary>
    public string? Text(string name) =>
        Arguments.TryGetValue(name, out var value)
            ? value switch
            {
                string text => text,
                System.Text.Json.JsonElement { ValueKind: System.Text.Json.JsonValueKind.String } json =>
                    json.GetString(),
                _ => null,
            }
            : null;
}

/// <summary>In whose name and until when a call runs.</summary>
internal sealed record ToolScope(StageContext Context, RunJournal Journal)
{
    /// <summary>What the run has left; a step gets no more time than this.</summary>
    public required StageBudget Budget { get; init; }

    /// <summary>What the run runs again; null for one with a model of its own.</summary>
    public Recording? Recording { get; init; }

    /// <summary>Ids of the calls that had begun when a process died.</summary>
    public IReadOnlySet<string> Begun { get; init; } = new HashSet<string>();
}

/// <summary>What the model is told, and the event the person sees.</summary>
internal sealed record ToolResult(string ForModel, ToolEnded Event)
{
    /// <summary>The stage's outputs have been accepted: the loop ends.</summary>
    public CheckReport? Accepted { get; init; }

    /// <summary>It holds nothing of any dataset, so that any model may see it.</summary>
    public bool IsOurs { get; init; }

    public static ToolResult Plain(string tool, string text) => new(text, new ToolEnded(tool, text));
}
