using System.Text.Json;
using System.Text.Json.Nodes;
using Trainable.Cli;
using Trainable.Contracts;
using Trainable.Tests.Bundles;
using Trainable.Tests.Datasets;

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
        var ran = await RunAsync("run", "sample:iris", "--budget", "12s");
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

        await ChangePlanAsync(bundle, plan => plan["temperature"] = (double)(plan["temperature"] ?? 1) * 1.01);
        var changed = await RunAsync("verify", bundle);
        changed.Code.ShouldBe(ExitCodes.Failed);
        changed.Output.ShouldContain(
            "Not verified: the model refitted from its plan does not answer as the recorded one."
        );

        // As a run leaves it whose budget ended after the search.
        await ChangePlanAsync(bundle, plan => plan.Remove("row_share"));
        var early = await RunAsync("verify", bundle);
        early.Code.ShouldBe(ExitCodes.Failed);
        early.Output.ShouldContain("Not verified: The run was over before its plan was fitted on all working rows");

        File.CreateSymbolicLink(Path.Combine(bundle, "link"), "/etc/passwd");
        var linked = await RunAsync("verify", bundle);
        linked.Code.ShouldBe(ExitCodes.Failed);
        linked.Errors.ShouldContain("is a link. A bundle has none");
    }

    [Fact]
    public async Task AFolderOfImagesBecomesAModelThatTakesImages()
    {
        var images = Path.Combine(_folder, "squares");
        foreach (var (name, content) in ImageFolderTests.Squares(80))
        {
            Directory.CreateDirectory(Path.Combine(images, Path.GetDirectoryName(name)!));
            await File.WriteAllBytesAsync(Path.Combine(images, name), content, Cancellation);
        }
        var ran = await RunAsync("run", images, "--budget", "12s");
        ran.Code.ShouldBe(ExitCodes.Ok, ran.Errors + ran.Output);
        ran.Output.ShouldContain("80 images in 2 folders");
        ran.Output.ShouldContain("Measured by the host on 12 rows");

        var folder = Directory.CreateDirectory(Path.Combine(_folder, "new", "inner")).FullName;
        await File.WriteAllBytesAsync(
            Path.Combine(folder, "a, b.bmp"),
            Bitmaps.Square(901, reddish: true),
            Cancellation
        );
        await File.WriteAllBytesAsync(Path.Combine(folder, "c.bmp"), Bitmaps.Square(902, reddish: false), Cancellation);
        await File.WriteAllTextAsync(Path.Combine(folder, "notes.txt"), "no image", Cancellation);
        var many = await RunAsync("predict", "latest", Path.Combine(_folder, "new"));
        many.Code.ShouldBe(ExitCodes.Ok, many.Errors);
        var lines = many.Output.Split('\n');
        lines[0].ShouldStartWith("image,prediction,probability_");
        lines[1].ShouldStartWith("\"inner/a, b.bmp\",red,");
        lines[2].ShouldStartWith("inner/c.bmp,blue,");

        var one = await RunAsync("predict", "latest", Path.Combine(folder, "c.bmp"), "--explain");
        one.Code.ShouldBe(ExitCodes.Ok, one.Errors);
        one.Output.Split('\n')[1].ShouldStartWith("c.bmp,blue,");

        var bundle = Path.Combine(_folder, "bundle");
        (await RunAsync("export", "latest", bundle)).Code.ShouldBe(ExitCodes.Ok);
        File.ReadAllText(Path.Combine(bundle, "requirements.txt")).ShouldContain("\npillow==");
        await PythonAsync(bundle, "images/convert.py", folder, "--out", ".");
        var alone = await PythonAsync(bundle, "predict.py", "table.csv");
        var header = alone.Split('\n')[0].Split(',');
        alone.Split('\n')[2].Split(',')[Array.IndexOf(header, "prediction")].ShouldBe("blue");

        await File.WriteAllTextAsync(Path.Combine(folder, "c.bmp"), "no image", Cancellation);
        var broken = await RunAsync("predict", "latest", Path.Combine(_folder, "new"));
        broken.Code.ShouldBe(ExitCodes.Usage);
        broken.Errors.ShouldContain("inner/c.bmp cannot be read as an image");
        var none = await RunAsync("predict", "latest", Directory.CreateDirectory(Path.Combine(_folder, "no")).FullName);
        none.Errors.ShouldContain("holds no images");
    }

    /// <summary>Changes the plan and gives the manifest the hash of that plan: what a forger would do.</summary>
    private static async Task ChangePlanAsync(string bundle, Action<JsonObject> change)
    {
        const string name = "session/train/data/plan.json";
        var path = Path.Combine(bundle, name);
        var plan = JsonNode.Parse(await File.ReadAllTextAsync(path, Cancellation))!.AsObject();
        change(plan);
        await File.WriteAllTextAsync(path, plan.ToJsonString(), Cancellation);
        await UnpackedBundle.At(bundle).ForgeHashAsync(name);
    }

    private string Working() =>
        Directory
            .EnumerateFiles(Path.Combine(Home, "workspace", "datasets"), "*.csv", SearchOption.AllDirectories)
            .Single();

    private static async Task<string> PythonAsync(string folder, params string[] arguments)
    {
        var ended = await CommandProcess.RunAsync("/usr/bin/python3", arguments, directory: folder);
        ended.Code.ShouldBe(0, ended.Errors);
        return ended.Output;
    }

    private Task<Ended> RunAsync(params string[] arguments) =>
        CommandProcess.RunAsync(CommandProcess.Trainable, [.. arguments, "--home", Home]);
}
