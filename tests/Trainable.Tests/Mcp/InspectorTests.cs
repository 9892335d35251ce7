using System.Text.Json;
using Trainable.Tests.App;
using Trainable.Tests.Cli;

namespace Trainable.Tests.Mcp;

/// <summary>A client that is none of ours: the MCP inspector's command line, over both transports and both generations of the protocol.</summary>
[Trait("Kind", "integration")]
public sealed class InspectorTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "mcp");

    private static string Program => Path.Combine(Folder, "node_modules", ".bin", "mcp-inspector");

    [Theory]
    [InlineData("legacy")]
    [InlineData("modern")]
    public async Task ItDrivesAStageOverHttp(string era)
    {
        Require();
        await using var app = await TrainableApp.StartAsync(configure: TrainableApp.WithoutPreloading);
        string[] server =
        [
            "--server-url",
            new Uri(app.Server.Url, "/mcp").AbsoluteUri,
            "--header",
            $"Authorization: Bearer {app.Server.Token}",
            "--protocol-era",
            era,
        ];
        using var tools = await AskAsync([.. server, "--method", "tools/list"]);
        tools.RootElement.GetProperty("tools").GetArrayLength().ShouldBe(13);

        // Each call is a process and a connection of its own: the server keeps nothing of a client.
        var made = await CallAsync(server, "create_experiment", $"data={Tables.Small}", "target=bought");
        var session = JsonDocument.Parse(made).RootElement.GetProperty("session_id").GetString()!;
        (await CallAsync(server, "start_stage", $"session_id={session}")).ShouldContain("json brief");
        (await CallAsync(server, "execute_code", $"session_id={session}", $"code={McpClients.Report}")).ShouldContain(
            "looked"
        );
        (await CallAsync(server, "finish_stage", $"session_id={session}")).ShouldContain("eda is done");
        using var report = await AskAsync([
            .. server,
            "--method",
            "resources/read",
            "--uri",
            $"trainable://sessions/{session}/reports/eda",
        ]);
        report.RootElement.GetRawText().ShouldContain("All is well.");
    }

    [Fact]
    public async Task ItListsTheToolsOverStdio()
    {
        Require();
        var home = Directory.CreateTempSubdirectory("trainable-mcp-").FullName;
        try
        {
            using var tools = await AskAsync([
                CommandProcess.Trainable,
                "mcp",
                "--home",
                home,
                "--method",
                "tools/list",
                "--connect-timeout",
                "60000",
            ]);
            tools.RootElement.GetRawText().ShouldContain("\"path\"");
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    private static void Require()
    {
        if (File.Exists(Program))
            return;
        const string missing = "The MCP inspector is missing: 'npm ci' in tests/mcp installs it.";
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(missing);
        Assert.Skip(missing);
    }

    private static async Task<string> CallAsync(string[] server, string tool, params string[] arguments)
    {
        using var answer = await AskAsync([
            .. server,
            "--method",
            "tools/call",
            "--tool-name",
            tool,
            .. arguments.SelectMany(argument => new[] { "--tool-arg", argument }),
        ]);
        return string.Join(
            '\n',
            answer.RootElement.GetProperty("content").EnumerateArray().Select(block => block.GetProperty("text"))
        );
    }

    private static async Task<JsonDocument> AskAsync(string[] arguments)
    {
        var ended = await CommandProcess.RunAsync(Program, ["--cli", .. arguments]);
        ended.Code.ShouldBe(0, $"{ended.Errors}\n{ended.Output}");
        return JsonDocument.Parse(ended.Output);
    }
}
