using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using ModelContextProtocol.Protocol;
using Trainable.Contracts;
using Trainable.Server.Agents;
using Trainable.Server.Agents.Models.External;
using Trainable.Server.Agents.Tools;
using Trainable.Server.Artifacts;
using Trainable.Server.Explorer;
using Trainable.Server.Platform;
using Trainable.Server.Sessions;
using Trainable.Server.Sessions.Tables;
using Trainable.Server.Storage;

namespace Trainable.Server.Mcp;

/// <summary>
/// What a client may read of a session in which it drives no stage: what the session's agents may, under the same level of
/// sharing. Whoever it is, a model reads it, so neither held rows nor what was measured on them are ever in it.
/// </summary>
internal sealed class SessionReader(
    IDbContextFactory<TrainableDb> databases,
    StageFiles files,
    AgentTables tables,
    TableExplorer explorer
)
{
    private const int TextBytes = 32 * 1024;
    private const int ScoredBytes = 4 << 20;

    /// <summary>The tools that only look.</summary>
    public static bool Reads(string tool) => tool is ReadFileTool.Name or ListFilesTool.Name or QueryDataTool.Name;

    public async Task<CallToolResult> CallAsync(
        string tool,
        Guid session,
        McpArguments arguments,
        CancellationToken cancellation
    )
    {
        var context = await ContextAsync(session, cancellation);
        var result = tool switch
        {
            ListFilesTool.Name => ListFilesTool.Render(files.List(context, arguments.Text("path") ?? ".")),
            ReadFileTool.Name => await ReadTextAsync(
                context,
                arguments.Required("path", "name a file, such as eda/report.md."),
                TextBytes,
                cancellation
            ),
            _ => await QueryAsync(context, arguments, cancellation),
        };
        var told = SharedResult.Of(tool, result, context.Share);
        return told.StartsWith("error:", StringComparison.Ordinal)
            ? McpAnswer.Error(told["error:".Length..].Trim())
            : McpAnswer.Text(told);
    }

    /// <summary>A session as a client sees it that drives nothing in it.</summary>
    /// <exception cref="UserFacingException">There is none.</exception>
    public async Task<StageContext> ContextAsync(Guid session, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var row =
            await db
                .Sessions.AsNoTracking()
                .Include(one => one.Experiment)
                .FirstOrDefaultAsync(one => one.Id == session, cancellation)
            ?? throw DrivenRuns.NoSession(session);
        var last = await db
            .StageRuns.AsNoTracking()
            .Where(run => run.SessionId == session && run.Kind == RunKinds.Stage)
            .OrderByDescending(run => run.StartedAt)
            .FirstOrDefaultAsync(cancellation);
        return SessionStarter.Describe(
            row,
            new StageRun
            {
                SessionId = session,
                Stage = last?.Stage ?? Stages.Eda,
                Status = RunStatuses.Done,
                // The level of sharing holds for whoever is no part of this server.
                Model = ExternalProvider.ModelId,
                Instructions = "",
                Options = last?.Options,
            }
        );
    }

    /// <summary>A text file, without what was measured on held rows.</summary>
    public async Task<string> ReadTextAsync(StageContext context, string path, int most, CancellationToken cancellation)
    {
        if (!HoldsScores(context, path))
            return await files.ReadTextAsync(context, path, most, cancellation);
        var whole = await files.ReadTextAsync(context, path, ScoredBytes, cancellation);
        try
        {
            if (JsonNode.Parse(whole) is JsonObject metadata)
            {
                metadata.Remove("test_metrics");
                var text = metadata.ToJsonString(new JsonSerializerOptions { WriteIndented = true });
                return text.Length <= most ? text : $"{text[..most]}\n[cut]";
            }
        }
        catch (JsonException)
        {
            // It is not what the host writes, so the host put no score into it; but who knows what it is.
        }
        throw new UserFacingException($"'{path}' is no JSON object, so it is not shown.");
    }

    /// <summary>True of the one file into which the host writes what it measured.</summary>
    public static bool HoldsScores(StageContext context, string path) =>
        WorkspacePath.Parse(path.StartsWith('/') ? path : $"{context.ApiDirectory}/{path}")?.Relative
        == $"sessions/{context.SessionId}/{Stages.Train}/data/metadata.json";

    private async Task<string> QueryAsync(StageContext context, McpArguments arguments, CancellationToken cancellation)
    {
        var sql = arguments.Required("sql", "send one query as text.");
        var limit = QueryText.Rows(arguments.Text("limit"));
        if (context.Share == ShareLevels.Schema)
            return "error: not shown"; // Nothing is run whose result nobody may see.
        using var answer = await explorer.QueryAsync(
            tables.Of(context.DatasetId, context.SessionId),
            sql,
            limit,
            0,
            cancellation
        );
        return QueryText.Write(answer.RootElement);
    }
}
