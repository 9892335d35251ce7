using System.Net;
using System.Net.Http.Headers;
using System.Text;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Trainable.Tests.App;

namespace Trainable.Tests.Mcp;

/// <summary>What the MCP server at <c>/mcp</c> says to those who connect.</summary>
public sealed class McpProtocolTests
{
    private const string Ping = """{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}""";

    [Fact]
    public async Task EveryToolSaysWhatItIsForAndWhatItTakes()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        await using var client = await McpClients.OverHttpAsync(app);
        client.ServerInfo!.Name.ShouldBe("trainable");
        client.ServerInstructions!.ShouldContain("start_stage");
        var tools = await client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken);
        tools
            .Select(tool => tool.Name)
            .ShouldBe(
                [
                    "list_experiments",
                    "create_experiment",
                    "create_session",
                    "get_session",
                    "start_stage",
                    "wait",
                    "stop_stage",
                    "execute_code",
                    "read_file",
                    "list_files",
                    "ask_user",
                    "query_data",
                    "finish_stage",
                ],
                ignoreOrder: true
            );
        foreach (var tool in tools)
        {
            tool.Description.Length.ShouldBeGreaterThan(20, tool.Name);
            tool.JsonSchema.GetProperty("type").GetString().ShouldBe("object");
            foreach (var parameter in tool.JsonSchema.GetProperty("properties").EnumerateObject())
                parameter.Value.GetProperty("description").GetString().ShouldNotBeNullOrWhiteSpace(tool.Name);
        }
        tools
            .Single(tool => tool.Name == "execute_code")
            .JsonSchema.GetProperty("required")
            .GetRawText()
            .ShouldBe("""["session_id","code"]""");
    }

    [Fact]
    public async Task AMistakeIsAnsweredInASentence()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        await using var client = await McpClients.OverHttpAsync(app);
        await Refused(client, "There is no session", "get_session", ("session_id", Guid.CreateVersion7()));
        await Refused(client, "'session_id' does not fit", "get_session", ("session_id", "the last one"));
        await Refused(client, "'session_id' is missing", "start_stage");
        await Refused(client, "either 'data'", "create_experiment", ("name", "nothing"));
        await Refused(client, "no sample 'tulips'", "create_experiment", ("sample", "tulips"));
        await Refused(
            client,
            "metric 'luck' cannot be measured",
            "create_experiment",
            ("data", "a,b\n1,2\n"),
            ("metric", "luck")
        );
        var session = await client.CreateAsync();
        await Refused(client, "requires 'prep_done'", "start_stage", ("session_id", session), ("stage", "train"));
        await Refused(client, "no stage 'deploy'", "start_stage", ("session_id", session), ("stage", "deploy"));
        await Refused(client, "a number between", "start_stage", ("session_id", session), ("steps", 0));
        await Refused(
            client,
            "outside this session",
            "read_file",
            ("session_id", session),
            ("path", "../../../../etc/passwd")
        );
        (
            await Should.ThrowAsync<McpProtocolException>(async () => await client.CallAsync("fly"))
        ).Message.ShouldContain("There is no tool 'fly'. Tools: ");
    }

    [Fact]
    public async Task ResourcesAreReportsFilesAndTables()
    {
        await using var app = await TrainableApp.StartAsync(
            new ScriptedModels(
                ScriptedModels.Run(
                    """
                    # Draw
                    import os, base64
                    os.makedirs('figures', exist_ok=True)
                    open('figures/dot.png', 'wb').write(b'\x89PNG\r\n\x1a\n\x00')
                    open('report.md', 'w').write('# Findings')
                    """
                ),
                ScriptedModels.Finish()
            )
        );
        await using var client = await McpClients.OverHttpAsync(app);
        var cancellation = TestContext.Current.CancellationToken;
        var session = await client.CreateAsync();
        await app.StartStageAsync(session, "eda");
        await app.FollowToStateAsync(session, "eda_done");

        var templates = await client.ListResourceTemplatesAsync(cancellationToken: cancellation);
        templates.Select(template => template.Name).ShouldBe(["session", "report", "file", "tables", "table"]);
        var listed = await client.ListResourcesAsync(cancellationToken: cancellation);
        listed.Select(resource => resource.Uri).ShouldContain($"trainable://sessions/{session}/reports/eda");
        (await ReadAsync("reports/eda")).ShouldBeOfType<TextResourceContents>().Text.ShouldBe("# Findings");
        var figure = (await ReadAsync("files/eda/figures/dot.png")).ShouldBeOfType<BlobResourceContents>();
        figure.MimeType.ShouldBe("image/png");
        figure.DecodedData.Length.ShouldBe(9);
        var tables = (await ReadAsync("tables")).ShouldBeOfType<TextResourceContents>().Text;
        tables.ShouldContain("\"name\":\"working\"");
        tables.ShouldNotContain("\"raw\"");
        var rows = (await ReadAsync("tables/working")).ShouldBeOfType<TextResourceContents>().Text.Split('\n');
        rows[0].ShouldBe("size\tcolour\tbought");
        rows[^1].ShouldBe("(17 rows)");
        foreach (
            var uri in new[] { "reports/deploy", "files/../../held", "files/none.txt", "tables/raw", "tables/test" }
        )
            await Should.ThrowAsync<McpProtocolException>(() => ReadAsync(uri), uri);

        async Task<ResourceContents> ReadAsync(string below) =>
            (
                await client.ReadResourceAsync(
                    $"trainable://sessions/{session}/{below}",
                    cancellationToken: cancellation
                )
            ).Contents.Single();
    }

    [Fact]
    public async Task ItStandsBehindTheTokenGate()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        await Should.ThrowAsync<HttpRequestException>(() => McpClients.OverHttpAsync(app, "guess"));
        using var stranger = new HttpClient { BaseAddress = app.Server.Url };
        using var bare = Request();
        (await stranger.SendAsync(bare, TestContext.Current.CancellationToken)).StatusCode.ShouldBe(
            HttpStatusCode.Unauthorized
        );
        using var foreign = Request();
        foreign.Headers.Add("Origin", "https://elsewhere.example");
        (await app.Http.SendAsync(foreign, TestContext.Current.CancellationToken)).StatusCode.ShouldBe(
            HttpStatusCode.Forbidden
        );
        using var rebound = Request();
        rebound.Headers.Host = "elsewhere.example";
        (await app.Http.SendAsync(rebound, TestContext.Current.CancellationToken)).StatusCode.ShouldBe(
            HttpStatusCode.MisdirectedRequest
        );
        using var known = Request();
        (await app.Http.SendAsync(known, TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task AnOlderClientLearnsThatThereIsNoStreamToListenTo()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        var answer = await app.Http.GetAsync("/mcp", TestContext.Current.CancellationToken);
        answer.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        answer.Content.Headers.Allow.ShouldBe(["POST"]);
    }

    private static HttpRequestMessage Request()
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/mcp")
        {
            Content = new StringContent(Ping, Encoding.UTF8, "application/json"),
        };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        return request;
    }

    private static async Task Refused(
        McpClient client,
        string sentence,
        string tool,
        params (string Name, object? Value)[] arguments
    )
    {
        var result = await client.CallAsync(tool, arguments);
        result.IsError.GetValueOrDefault().ShouldBeTrue(McpClients.Text(result));
        McpClients.Text(result).ShouldContain(sentence);
        result.Content.Count.ShouldBe(1);
    }
}
