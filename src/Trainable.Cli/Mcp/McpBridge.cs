using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Trainable.Cli.Api;
using Trainable.Cli.Data;
using Trainable.Cli.Serving;
using Trainable.Server.Mcp;
using Trainable.Server.Mcp.Tools;
using Trainable.Server.Platform;

namespace Trainable.Cli.Mcp;

/// <summary>
/// The MCP server that a client starts: it hands everything on to the home's server. One thing it does itself: it reads the file
/// or folder of which an experiment is to be made, for a path means something only where the client runs.
/// </summary>
internal static class McpBridge
{
    private const string PathName = "path";

    public static McpServer Create(Task<HomeServer> opening, McpUpstream upstream)
    {
        var options = new McpServerOptions
        {
            ServerInfo = McpRegistration.Info,
            ServerInstructions = McpRegistration.Instructions,
            Handlers = new McpServerHandlers
            {
                ListToolsHandler = async (request, stop) =>
                    WithPath(
                        await upstream.AskAsync(
                            client => client.ListToolsAsync(request.Params ?? new(), stop).AsTask(),
                            isRepeatable: true,
                            stop
                        )
                    ),
                CallToolHandler = async (request, stop) => await CallAsync(opening, upstream, request, stop),
                ListResourcesHandler = async (request, stop) =>
                    await upstream.AskAsync(
                        client => client.ListResourcesAsync(request.Params ?? new(), stop).AsTask(),
                        isRepeatable: true,
                        stop
                    ),
                ListResourceTemplatesHandler = async (request, stop) =>
                    await upstream.AskAsync(
                        client => client.ListResourceTemplatesAsync(request.Params ?? new(), stop).AsTask(),
                        isRepeatable: true,
                        stop
                    ),
                ReadResourceHandler = async (request, stop) =>
                    await upstream.AskAsync(
                        client => client.ReadResourceAsync(request.Params!, stop).AsTask(),
                        isRepeatable: true,
                        stop
                    ),
            },
        };
        return McpServer.Create(new StdioServerTransport(options), options);
    }

    private static async Task<CallToolResult> CallAsync(
        Task<HomeServer> opening,
        McpUpstream upstream,
        RequestContext<CallToolRequestParams> request,
        CancellationToken cancellation
    )
    {
        var call = request.Params!;
        try
        {
            if (call.Name == CreateExperimentTool.Name && call.Arguments?.ContainsKey(PathName) == true)
                return await UploadAsync(await opening, new McpArguments(call.Arguments), cancellation);
            var progress = call.ProgressToken is { } token ? new Forwarded(request.Server, token) : null;
            return await upstream.AskAsync(
                client =>
                    client
                        .CallToolAsync(
                            call.Name,
                            call.Arguments?.ToDictionary(
                                pair => pair.Key,
                                pair => (object?)pair.Value,
                                StringComparer.Ordinal
                            ),
                            progress,
                            cancellationToken: cancellation
                        )
                        .AsTask(),
                isRepeatable: false,
                cancellation
            );
        }
        catch (Exception told) when (told is CommandException or ApiException or UserFacingException)
        {
            return McpAnswer.Error(told.Message);
        }
        catch (McpException told) when (told is not McpProtocolException)
        {
            return McpAnswer.Error(told.Message);
        }
    }

    private static async Task<CallToolResult> UploadAsync(
        HomeServer server,
        McpArguments arguments,
        CancellationToken cancellation
    )
    {
        if (arguments.Text("data") is not null || arguments.Text("sample") is not null)
            throw new UserFacingException("Give one of 'path', 'data' and 'sample'.");
        using var data = DataSource.FromPath(arguments.Required(PathName, "name a file or folder."));
        var upload = new ExperimentUpload
        {
            Name = arguments.Text("name") ?? data.Name,
            Instructions = arguments.Text("instructions") ?? "",
            Options = CreateExperimentTool.Options(arguments),
            Files = data.Files,
        };
        var created = await server.AskAsync(api => api.CreateExperimentAsync(upload, cancellation), cancellation);
        var page = new Uri(server.Api.Url, $"/sessions/{created.SessionId}").AbsoluteUri;
        return McpAnswer.Json(CreateExperimentTool.Describe(created, manifest: null, page));
    }

    private static ListToolsResult WithPath(ListToolsResult listed)
    {
        foreach (var tool in listed.Tools.Where(tool => tool.Name == CreateExperimentTool.Name))
        {
            var schema = JsonNode.Parse(tool.InputSchema.GetRawText())!.AsObject();
            schema["properties"]!
                .AsObject()
                .Insert(
                    0,
                    PathName,
                    new McpSchema.Parameter(
                        PathName,
                        $"A file (CSV, JSON lines, Parquet, zip) or a folder, absolute or from {Environment.CurrentDirectory}."
                    ).ToSchema()
                );
            tool.InputSchema = JsonSerializer.SerializeToElement(schema);
            tool.Description = tool.Description?.Replace(
                "give 'data'",
                "give 'path' (a file or folder where this client runs), 'data'",
                StringComparison.Ordinal
            );
        }
        return listed;
    }

    /// <summary>Says the server's progress on to the client, under the client's own token.</summary>
    private sealed class Forwarded(McpServer client, ProgressToken token) : IProgress<ProgressNotificationValue>
    {
        public void Report(ProgressNotificationValue value) =>
            // Nobody waits for it: a client that is gone is found out by the next answer.
            _ = client
                .NotifyProgressAsync(token, value)
                .ContinueWith(static sent => _ = sent.Exception, TaskScheduler.Default);
    }
}
