using System.Text.Json;
using Trainable.Cli;
using Trainable.Contracts;

namespace Trainable.Tests.Cli;

/// <summary><c>trainable models</c> as a process.</summary>
public sealed class ModelsCommandTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("trainable-models-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task WithoutAKeyAutopilotIsTheDefaultAndTheRestSaysWhatToSet()
    {
        var table = await RunAsync("models");
        table.Code.ShouldBe(ExitCodes.Ok, table.Errors);
        table.Output.ShouldMatch(@"(?m)^✓ autopilot .* default$");
        table.Output.ShouldMatch(@"(?m)^○ claude-");
        table.Output.ShouldContain("ANTHROPIC_API_KEY");
    }

    [Fact]
    public async Task TheSameAsJson()
    {
        var json = await RunAsync("models", "--json");
        var models = JsonSerializer.Deserialize(json.Output, ContractJson.Default.ModelItemArray).ShouldNotBeNull();
        models.Single(model => model.Default).Id.ShouldBe("autopilot");
        models.ShouldContain(model => !model.Available && model.Reason != null);
    }

    private Task<Ended> RunAsync(params string[] arguments) =>
        CommandProcess.RunAsync(CommandProcess.Trainable, [.. arguments, "--home", _home]);
}
