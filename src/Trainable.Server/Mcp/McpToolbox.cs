using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Trainable.Server.Agents.Tools;
using Trainable.Server.Events;
using Trainable.Server.Mcp.Tools;
using Trainable.Server.Platform;

namespace Trainable.Server.Mcp;

/// <summary>The tools that clients are offered, and how a call's failure is told: as a result, in one sentence.</summary>
internal sealed partial class McpToolbox(
    IEnumerable<IMcpTool> tools,
    IEnumerable<IAgentTool> agentTools,
    DrivenRuns driven,
    SessionReader reader,
    ILogger<McpToolbox> logger
)
{
    private readonly IReadOnlyList<IMcpTool> _tools =
    [
        .. tools,
        .. agentTools.Select(tool => new AgentMcpTool(tool, driven, reader)),
    ];

    public ListToolsResult List() => new() { Tools = [.. _tools.Select(tool => tool.Declaration)] };

    public async Task<CallToolResult> CallAsync(
        RequestContext<CallToolRequestParams> request,
        Uri studio,
        CancellationToken cancellation
    )
    {
        var wanted = request.Params!;
        if (_tools.FirstOrDefault(one => one.Declaration.Name == wanted.Name) is not { } tool)
            throw new McpProtocolException(
                $"There is no tool '{wanted.Name}'. Tools: {string.Join(", ", _tools.Select(one => one.Declaration.Name))}.",
                McpErrorCode.InvalidParams
            );
        try
        {
            return await tool.CallAsync(
                new McpCall(new McpArguments(wanted.Arguments), studio, Report(request, cancellation)),
                cancellation
            );
        }
        catch (UserFacingException told)
        {
            return McpAnswer.Error(told.Message);
        }
        catch (LostSessionException)
        {
            return McpAnswer.Error("The session was deleted, or another run has taken it over.");
        }
        catch (Exception failure) when (failure is not OperationCanceledException and not McpException)
        {
            var trace = Guid.CreateVersion7().ToString("N");
            LogFailed(failure, wanted.Name, trace);
            return McpAnswer.Error($"'{wanted.Name}' failed inside the server; its log says why under {trace}.");
        }
    }

    private static Func<ProgressNotificationValue, Task>? Report(
        RequestContext<CallToolRequestParams> request,
        CancellationToken cancellation
    ) =>
        request.Params?.ProgressToken is { } token
            ? value => request.Server.NotifyProgressAsync(token, value, cancellationToken: cancellation)
            : null;

    [LoggerMessage(Level = LogLevel.Error, Message = "Tool {Tool} failed for an MCP client ({Trace})")]
    private partial void LogFailed(Exception failure, string tool, string trace);
}
