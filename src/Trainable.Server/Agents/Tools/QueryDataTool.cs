using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Trainable.Server.Datasets;
using Trainable.Server.Explorer;
using Trainable.Server.Platform;
using Trainable.Server.Sandboxes;

namespace Trainable.Server.Agents.Tools;

/// <summary>
/// SQL over what the agent may see: the working rows and the session's own files. It runs in the session's sandbox, where
/// nothing else is, so no query can reach a held row however it is written.
/// </summary>
internal sealed class QueryDataTool(
    SessionSandboxes sandboxes,
    WorkspaceTables workspace,
    DatasetStore datasets,
    ExplorerOptions options,
    SandboxOptions sandboxOptions,
    TrainableHome home
) : IAgentTool
{
    public const string Name = "query_data";

    public AIFunctionDeclaration Declaration { get; } =
        ToolSchema.Declare(
            Name,
            "Query tables with one SQL statement (DuckDB's dialect) that reads: SELECT, WITH, FROM, VALUES, DESCRIBE, SUMMARIZE. "
                + "Tables: working (the dataset's rows), train, val and all_data (once Prep wrote them), and every CSV and Parquet file "
                + "of the session by its path, such as eda_outliers for eda/data/outliers.csv. An unknown name is answered with the "
                + "names there are. Cheaper than a script for a look at the data; what a later step needs, compute in a script.",
            new ToolSchema.Parameter(
                "sql",
                "Such as: SELECT city, count(*) AS n FROM working GROUP BY city ORDER BY n DESC"
            ),
            new ToolSchema.Parameter(
                "limit",
                $"Rows to show, {QueryText.UsualRows} unless said, at most {QueryText.MostRows}.",
                Required: false
            )
        );

    public async Task<ToolResult> InvokeAsync(ToolCall call, ToolScope scope, CancellationToken cancellation)
    {
        if (call.Text("sql") is not { } sql || string.IsNullOrWhiteSpace(sql))
            return ToolResult.Plain(Name, "error: the argument 'sql' is missing. Send one query as text.");
        try
        {
            return ToolResult.Plain(
                Name,
                await QueryAsync(sql, QueryText.Rows(call.Text("limit")), scope, cancellation)
            );
        }
        catch (UserFacingException refused)
        {
            return ToolResult.Plain(Name, $"error: {refused.Message}");
        }
    }

    private async Task<string> QueryAsync(string sql, int limit, ToolScope scope, CancellationToken cancellation)
    {
        var context = scope.Context;
        var working = datasets.ReadManifest(context.DatasetId)?.WorkingFile;
        var tables = WorkspaceTables.WithUnion(workspace.Of(context.DatasetId, context.SessionId, working));
        var request = new JsonObject
        {
            ["do"] = "query",
            ["sql"] = sql,
            ["limit"] = limit,
            ["cell"] = QueryText.CellCharacters,
            ["tables"] = new JsonArray([.. tables.Select(table => table.ToJson(ToPath))]),
            ["memory"] = options.MemoryBytes,
            ["scratch"] = "/tmp",
        };
        var left = scope.Budget.Left;
        var limits = sandboxOptions.StepLimits with { WallClock = left < options.Timeout ? left : options.Timeout };
        using var lease = await sandboxes.BorrowAsync(context.SessionId, context.DatasetId, cancellation);
        using var answer = await ExplorerProgram.AskAsync(
            lease.Warm,
            request,
            context.SandboxDirectory,
            limits,
            cancellation
        );
        return QueryText.Write(answer.RootElement);
    }

    /// <summary>Where nothing is isolated, the sandbox's paths do not exist and the host's take their place.</summary>
    private string ToPath(string path) =>
        sandboxOptions.Mode is SandboxMode.Unsafe && path.StartsWith("/data/", StringComparison.Ordinal)
            ? home.Workspace + path["/data".Length..]
            : path;
}
