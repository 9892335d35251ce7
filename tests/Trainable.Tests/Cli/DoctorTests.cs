using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Trainable.Cli;
using Trainable.Server.Platform;

namespace Trainable.Tests.Cli;

/// <summary><c>trainable doctor</c> as a process, with things there and things missing.</summary>
public sealed class DoctorTests : IDisposable
{
    private readonly TrainableHome _home = new(Directory.CreateTempSubdirectory("trainable-doctor-").FullName);

    public void Dispose() => Directory.Delete(_home.Root, recursive: true);

    [Fact]
    public async Task WhereEverythingIsThereALineRunsInASandbox()
    {
        var (code, findings) = await ExamineAsync();
        if (findings.Any(finding => finding.Status == "missing"))
            Assert.Skip("Something that the doctor looks for is not installed here.");
        code.ShouldBe(ExitCodes.Ok);
        findings.Single(finding => finding.Name == "trial").Sentence.ShouldContain("a line ran in");
        findings.Single(finding => finding.Name == "packages").Sentence.ShouldContain("pandas 1.");
        findings.ShouldAllBe(finding => finding.Status == "ok" || finding.Status == "warning");
        Directory.EnumerateFileSystemEntries(_home.Scratch).ShouldBeEmpty();
        File.Exists(_home.Database).ShouldBeFalse();
    }

    [Fact]
    public async Task APythonThatIsNotThereHasToBeInstalled()
    {
        await File.WriteAllTextAsync(
            _home.PythonConfig,
            """{"executable":"/nowhere/python3","prefixes":[]}""",
            TestContext.Current.CancellationToken
        );
        var (code, findings) = await ExamineAsync();
        code.ShouldBe(ExitCodes.Missing);
        var python = findings.Single(finding => finding.Name == "python");
        python.Status.ShouldBe("missing");
        python.Todo.ShouldBe("./trainable setup");
        findings.ShouldNotContain(finding => finding.Name == "trial");
    }

    [Fact]
    public async Task PackagesThatAPythonLacksAreNamed()
    {
        var venv = Path.Combine(_home.Root, "venv");
        (await CommandProcess.RunAsync("/usr/bin/python3", ["-m", "venv", "--without-pip", venv])).Code.ShouldBe(0);
        await File.WriteAllTextAsync(
            _home.PythonConfig,
            $$"""{"executable":"{{venv}}/bin/python","prefixes":["{{venv}}"]}""",
            TestContext.Current.CancellationToken
        );
        var (code, findings) = await ExamineAsync();
        code.ShouldBe(ExitCodes.Missing);
        findings.Single(finding => finding.Name == "packages").Sentence.ShouldContain("pandas, sklearn, matplotlib");
    }

    [Fact]
    public async Task ASettingThatMakesNoSenseIsBroken()
    {
        var (code, findings) = await ExamineAsync(("TRAINABLE_SANDBOX_MEMORY", "1M"));
        code.ShouldBe(ExitCodes.Failed);
        findings.Single(finding => finding.Status == "broken").Sentence.ShouldContain("TRAINABLE_SANDBOX_MEMORY");
    }

    [Fact]
    public async Task AHomeThatCannotBeWrittenToIsBroken()
    {
        var ended = await CommandProcess.RunAsync(CommandProcess.Trainable, ["doctor", "--home", "/dev/null/home"]);
        ended.Code.ShouldBe(ExitCodes.Failed, ended.Errors);
        ended.Output.ShouldContain("✗ home           /dev/null/home cannot be written to");
        ended.Output.ShouldContain("--home DIR");
    }

    [Fact]
    public async Task AKeyIsNeverShownAndItsProviderIsTried()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        var ended = await CommandProcess.RunAsync(
            CommandProcess.Trainable,
            ["doctor", "--json", "--home", "/dev/null/home"],
            new Dictionary<string, string>
            {
                ["ANTHROPIC_API_KEY"] = "sk-very-secret",
                ["ANTHROPIC_BASE_URL"] = $"http://user:password@127.0.0.1:{port}",
                ["OPENAI_API_KEY"] = "sk-secret-too",
                ["OPENAI_BASE_URL"] = $"http://127.0.0.1:{port}/v1",
                ["OLLAMA_HOST"] = $"127.0.0.1:{port}",
                ["HTTPS_PROXY"] = "",
                ["https_proxy"] = "",
            }
        );
        ended.Output.ShouldContain("ANTHROPIC_API_KEY is set. OPENAI_API_KEY is set.");
        ended.Output.Split($"127.0.0.1:{port} cannot be reached").Length.ShouldBe(4, "three providers were tried");
        ended.Output.ShouldNotContain("secret");
        ended.Output.ShouldNotContain("password");
    }

    private async Task<(int Code, IReadOnlyList<Line> Findings)> ExamineAsync(
        params (string Name, string Value)[] variables
    )
    {
        var ended = await CommandProcess.RunAsync(
            CommandProcess.Trainable,
            ["doctor", "--json", "--home", _home.Root],
            variables.ToDictionary(one => one.Name, one => one.Value)
        );
        ended.Errors.ShouldBeEmpty();
        using var json = JsonDocument.Parse(ended.Output);
        json.RootElement.GetProperty("ok").GetBoolean().ShouldBe(ended.Code == ExitCodes.Ok);
        return (
            ended.Code,
            [
                .. json
                    .RootElement.GetProperty("findings")
                    .EnumerateArray()
                    .Select(finding => new Line(
                        finding.GetProperty("name").GetString()!,
                        finding.GetProperty("status").GetString()!,
                        finding.GetProperty("sentence").GetString()!,
                        finding.GetProperty("todo").GetString()
                    )),
            ]
        );
    }

    private sealed record Line(string Name, string Status, string Sentence, string? Todo);
}
