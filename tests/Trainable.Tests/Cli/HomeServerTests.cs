using System.Text.Json;
using Trainable.Cli;
using Trainable.Cli.Serving;
using Trainable.Server.Platform;

namespace Trainable.Tests.Cli;

/// <summary>Who serves a home, with the real server and real processes.</summary>
[Trait("Kind", "integration")]
public sealed class HomeServerTests : IDisposable
{
    private readonly TrainableHome _home = new(Directory.CreateTempSubdirectory("trainable-home-").FullName);

    public void Dispose() => Directory.Delete(_home.Root, recursive: true);

    [Fact]
    public async Task ASecondCommandBecomesTheClientOfTheFirst()
    {
        await using var owner = await StartAsync();
        var pid = HomeLock.ReadOwner(_home)!.Pid;
        pid.ShouldBe(owner.Id);

        await using var second = await OpenAsync("run");
        second.Own.ShouldBeNull();
        second.Owner!.Pid.ShouldBe(pid);
        (await second.Api.ListExperimentsAsync(10, TestContext.Current.CancellationToken)).ShouldBeEmpty();

        var list = await RunAsync("ls", "--json");
        list.ShouldBe(new Ended(ExitCodes.Ok, "[]\n", ""));
    }

    [Fact]
    public async Task UpSaysWhoServesTheHomeAlready()
    {
        await using var owner = await StartAsync();
        var again = await RunAsync("up", "--no-open");
        again.Code.ShouldBe(ExitCodes.Ok);
        again.Output.ShouldContain($"is served already, by process {owner.Id}");
        again.Output.ShouldContain("?token=");
    }

    [Fact]
    public async Task AServerThatNobodyAsksLoadsNothingOfPostgresOrS3()
    {
        // The first start makes the home, the second is what most are.
        await using (var first = await StartAsync())
        {
            await first.InterruptAsync();
            await first.EndAsync();
        }
        await using var owner = await StartAsync();
        var atRest = await LoadedAsync(owner);
        atRest.ShouldContain("Trainable.Server.dll");
        atRest.ShouldNotContain("Npgsql.dll");
        atRest.ShouldNotContain("AWSSDK");
        atRest.ShouldNotContain("EntityFrameworkCore.Sqlite.dll");

        await RunAsync("ls");
        (await LoadedAsync(owner)).ShouldContain("EntityFrameworkCore.Sqlite.dll");
    }

    [Fact]
    public async Task WhenTheOwnerIsKilledAClientTakesItsPlace()
    {
        await using var owner = await StartAsync();
        await using var client = await OpenAsync("run");
        await owner.KillAsync();

        await client.RecoverAsync(TestContext.Current.CancellationToken);
        client.Own.ShouldNotBeNull();
        client.Owner.ShouldBeNull();
        (await client.Api.ListExperimentsAsync(10, TestContext.Current.CancellationToken)).ShouldBeEmpty();
        HomeLock.ReadOwner(_home)!.Pid.ShouldBe(Environment.ProcessId);
    }

    [Fact]
    public async Task AnInterruptEndsUpInGoodOrder()
    {
        await using var owner = await StartAsync();
        await owner.InterruptAsync();
        var ended = await owner.EndAsync();
        ended.Code.ShouldBe(ExitCodes.Ok, ended.Errors);
        ended.Errors.ShouldBeEmpty();
        File.Exists(_home.Lock).ShouldBeFalse();
    }

    [Fact]
    public async Task APortInUseIsOneSentence()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;
        var ended = await RunAsync("up", "--no-open", "--port", port.ToString());
        ended.Code.ShouldBe(ExitCodes.Failed);
        ended.Errors.ShouldStartWith($"Port {port} is in use");
        ended.Errors.Trim().Split('\n').Length.ShouldBe(1);
        File.Exists(_home.Lock).ShouldBeFalse();
    }

    [Fact]
    public async Task TheServersLogStaysOutOfTheTerminal()
    {
        var list = await RunAsync("ls", "--json");
        list.Errors.ShouldBeEmpty();
        JsonDocument.Parse(list.Output).RootElement.GetArrayLength().ShouldBe(0);
        File.Exists(Path.Combine(_home.Logs, "server.log")).ShouldBeTrue();
    }

    private Task<HomeServer> OpenAsync(string command) =>
        HomeServer.OpenAsync(_home.Root, 0, command, TimeProvider.System, TestContext.Current.CancellationToken);

    private Task<Ended> RunAsync(params string[] arguments) =>
        CommandProcess.RunAsync(CommandProcess.Trainable, [.. arguments, "--home", _home.Root]);

    private static Task<string> LoadedAsync(CommandProcess process) =>
        File.ReadAllTextAsync($"/proc/{process.Id}/maps", TestContext.Current.CancellationToken);

    /// <summary>Starts <c>trainable up</c> and waits until it has said where it is.</summary>
    private async Task<CommandProcess> StartAsync()
    {
        var process = CommandProcess.Start(
            CommandProcess.Trainable,
            ["up", "--no-open", "--port", "0", "--home", _home.Root]
        );
        (await process.ReadLineAsync()).ShouldNotBeNull().ShouldStartWith("Trainable is at");
        return process;
    }
}
