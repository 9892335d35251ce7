using System.Text.Json;
using System.Text.Json.Nodes;
using Trainable.Cli;
using Trainable.Contracts;
using Trainable.Tests.Bundles;

namespace Trainable.Tests.Cli;

/// <summary>What a person does with a model once autopilot has made it: predict, export, verify.</summary>
[Trait("Kind", "integration")]
public sealed class UseTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trainable-use-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Home => Path.Combine(_folder, "home");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task AnAutopilotsModelPredictsIsExportedAndVerifiedFromItsPlan()
    {
        var ran = await RunAsync("run", "sample:iris");
        ran.Code.ShouldBe(ExitCodes.Ok, ran.Errors + ran.Output);

        var table = Path.Combine(_folder, "new.csv");
        var header = await File.ReadAllTextAsync(Working(), Cancellation);
        var names = header.Split('\n')[0].Split(',')[..^1];
        await File.WriteAllTextAsync(
            table,
            $"{string.Join(',', names)}\n5.1,3.5,1.4,0.2\n6.7,3.0,5.2,2.3\n",
            Cancellation
        );
        var printed = await RunAsync("predict", "latest", table, "--explain");
        printed.Code.ShouldBe(ExitCodes.Ok, printed.Errors);
        var lines = printed.Output.Split('\n');
        lines[0].ShouldContain(",prediction,probability_");
        lines[1].ShouldContain(",setosa,");
        lines[2].ShouldContain(",virginica,");
        lines[2].ShouldContain("petal");
        var json = await RunAsync("predict", "latest", table, "--json");
        JsonSerializer.Deserialize(json.Output, ContractJson.Default.PredictionResult)!.RowCount.ShouldBe(2);
        await File.WriteAllTextAsync(table, "a\n1\n", Cancellation);
        var wrong = await RunAsync("predict", "latest", table);
        wrong.Code.ShouldBe(ExitCodes.Usage);
        wrong.Errors.ShouldContain($"The column '{names[2]}' is missing; a number is expected in it.");

        var bundle = Path.Combine(_folder, "bundle");
        var exported = await RunAsync("export", "latest", bundle);
        exported.Code.ShouldBe(ExitCodes.Ok, exported.Errors);
        exported.Output.ShouldContain(bundle);
        var verified = await RunAsync("verify", bundle);
        verified.Code.ShouldBe(ExitCodes.Ok, verified.Output + verified.Errors);
        verified.Output.ShouldContain("Verified: the hashes fit, and the model refitted from its plan");

        await ChangePlanAsync(bundle);
        var changed = await RunAsync("verify", bundle);
        changed.Code.ShouldBe(ExitCodes.Failed);
        changed.Output.ShouldContain(
            "Not verified: the model refitted from its plan does not answer as the recorded one."
        );

        File.CreateSymbolicLink(Path.Combine(bundle, "link"), "/etc/passwd");
        var linked = await RunAsync("verify", bundle);
        linked.Code.ShouldBe(ExitCodes.Failed);
        linked.Errors.ShouldContain("is a link. A bundle has none");
    }

    /// <summary>Gives the plan another weight and the manifest the hash of that plan: what a forger would do.</summary>
    private static async Task ChangePlanAsync(string bundle)
    {
        const string name = "session/train/data/plan.json";
        var path = Path.Combine(bundle, name);
        var plan = JsonNode.Parse(await File.ReadAllTextAsync(path, Cancellation))!;
        plan["temperature"] = (plan["temperature"]?.GetValue<double>() ?? 1) * 1.01;
        await File.WriteAllTextAsync(path, plan.ToJsonString(), Cancellation);
        await UnpackedBundle.At(bundle).ForgeHashAsync(name);
    }

    private string Working() =>
        Directory
            .EnumerateFiles(Path.Combine(Home, "workspace", "datasets"), "*.csv", SearchOption.AllDirectories)
            .Single();

    private Task<Ended> RunAsync(params string[] arguments) =>
        CommandProcess.RunAsync(CommandProcess.Trainable, [.. arguments, "--home", Home]);
}
