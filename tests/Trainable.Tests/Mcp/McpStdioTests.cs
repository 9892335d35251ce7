using Trainable.Server.Platform;
using Trainable.Tests.App;
using Trainable.Tests.Cli;

namespace Trainable.Tests.Mcp;

/// <summary><c>trainable mcp</c> as a client starts it.</summary>
[Trait("Kind", "integration")]
public sealed class McpStdioTests : IDisposable
{
    private readonly TrainableHome _home = new(Directory.CreateTempSubdirectory("trainable-mcp-").FullName);

    public void Dispose() => Directory.Delete(_home.Root, recursive: true);

    [Fact]
    public async Task ItServesTheHomeItselfAndReadsPathsWhereItRuns()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_home.Root, "project")).FullName;
        await File.WriteAllTextAsync(
            Path.Combine(folder, "shop.csv"),
            Tables.Small,
            TestContext.Current.CancellationToken
        );
        Guid session;
        await using (var client = await McpClients.OverStdioAsync(_home.Root, folder))
        {
            var tools = await client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken);
            tools
                .Single(tool => tool.Name == "create_experiment")
                .JsonSchema.GetProperty("properties")
                .TryGetProperty("path", out _)
                .ShouldBeTrue();
            var missing = await client.CallAsync("create_experiment", ("path", "none.csv"));
            missing.IsError!.Value.ShouldBeTrue();
            McpClients.Text(missing).ShouldContain("no file or folder 'none.csv'");
            var made = await client.CallAsync("create_experiment", ("path", "shop.csv"), ("target", "bought"));
            session = McpClients.Structured(made).GetProperty("session_id").GetGuid();
            McpClients.Structured(made).GetProperty("name").GetString().ShouldBe("shop");
            (await client.WorkAsync(session, "eda", McpClients.Report)).ShouldContain("eda is done");
            HomeLock.ReadOwner(_home)!.Command.ShouldBe("mcp");
            var report = await client.ReadResourceAsync(
                $"trainable://sessions/{session}/reports/eda",
                cancellationToken: TestContext.Current.CancellationToken
            );
            report.Contents.Count.ShouldBe(1);
        }
        // The client has left, and the server with it; the home is anyone's again.
        var shown = await CommandProcess.RunAsync(
            CommandProcess.Trainable,
            ["show", session.ToString(), "--home", _home.Root]
        );
        shown.Code.ShouldBe(0, shown.Errors);
        shown.Output.ShouldContain("shop");
    }

    [Fact]
    public async Task ItIsAClientOfTheServerThatRunsAndOutlivesIt()
    {
        var up = CommandProcess.Start(
            CommandProcess.Trainable,
            ["up", "--no-open", "--port", "0", "--home", _home.Root]
        );
        await using var owner = up;
        await owner.ReadUntilAsync("Ctrl-C stops it");
        await using var client = await McpClients.OverStdioAsync(_home.Root);
        var session = await client.CreateAsync();
        await client.SayAsync("start_stage", ("session_id", session));
        HomeLock.ReadOwner(_home)!.Pid.ShouldBe(owner.Id);
        await owner.KillAsync();

        // A call that may have been made is not made twice; what only looks is asked again.
        var lost = await client.CallAsync("execute_code", ("session_id", session), ("code", McpClients.Report));
        McpClients.Text(lost).ShouldContain("The server went away");
        (await client.SayAsync("wait", ("session_id", session))).ShouldContain("json brief");
        (await client.SayAsync("execute_code", ("session_id", session), ("code", McpClients.Report))).ShouldContain(
            "looked"
        );
        (await client.SayAsync("finish_stage", ("session_id", session))).ShouldStartWith("accepted");
    }

    [Fact]
    public async Task NothingButTheProtocolIsOnStandardOutput()
    {
        await using var bridge = CommandProcess.Start(
            CommandProcess.Trainable,
            ["mcp", "--home", _home.Root],
            keepInput: true
        );
        await bridge.WriteLineAsync(
            """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}"""
        );
        (await bridge.ReadLineAsync())!.ShouldStartWith("{");
        await bridge.WriteLineAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""");
        await bridge.WriteLineAsync(
            """{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"list_experiments","arguments":{}}}"""
        );
        (await bridge.ReadLineAsync())!.ShouldContain("\"id\":2");
        bridge.CloseInput();
        var ended = await bridge.EndAsync();
        ended.Code.ShouldBe(0, ended.Errors);
        ended.Output.ShouldBeEmpty();
        ended.Errors.ShouldBeEmpty();
    }
}
