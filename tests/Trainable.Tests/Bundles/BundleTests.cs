using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Trainable.Contracts;
using Trainable.Tests.App;
using Trainable.Tests.Cli;
using Trainable.Tests.Predictions;

namespace Trainable.Tests.Bundles;

/// <summary>A session can be taken away whole, and what was taken away can be checked by anyone.</summary>
[Trait("Kind", "integration")]
public sealed class BundleTests(PredictionLab lab) : IClassFixture<PredictionLab>
{
    private const string Python = "/usr/bin/python3";

    /// <summary>Another model in place of the bundle's, by the same SDK.</summary>
    private const string OtherModel = """
        import sys
        sys.path.append(sys.argv[1])
        import numpy as np
        from trainable import save
        class Other:
            classes_ = np.array(['no', 'yes'])
            def predict_proba(self, X):
                yes = 1 / (1 + np.exp(-(X['age'].to_numpy() - 50.01) / 6))
                return np.column_stack([1 - yes, yes])
            def predict(self, X):
                return self.classes_[self.predict_proba(X).argmax(axis=1)]
        save(Other(), sys.argv[2])
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ABundleHoldsAllThatMadeTheModelAndNoHeldRow()
    {
        using var bundle = await UnpackedBundle.ExportAsync(lab.App, lab.Session);
        string[] expected =
        [
            "Dockerfile",
            "MODEL_CARD.md",
            "bundle.json",
            "checks.json",
            "data/data.csv",
            "evaluation.json",
            "metrics.json",
            "predict.py",
            "predictions.parquet",
            "requirements.txt",
            "schema.json",
            "session.ipynb",
            "session/prep/data/prep_pipeline.pkl",
            "session/prep/data/train.parquet",
            "session/train/models/model.pkl",
            "splits.json",
        ];
        expected.ShouldBeSubsetOf(bundle.Files);
        bundle.Files.ShouldNotContain(file => file.EndsWith("test.parquet"));
        var manifest = JsonSerializer.Deserialize(
            await bundle.ReadAsync("bundle.json"),
            ContractJson.Default.BundleManifest
        )!;
        manifest.Target.ShouldBe("bought");
        manifest.Verify.ShouldBe("scripts");
        manifest
            .Scripts.Select(script => (script.Stage, script.Outcome))
            .ShouldBe([("eda", "ok"), ("prep", "ok"), ("train", "ok")]);
        manifest.Data.RowsHeld.ShouldBeGreaterThan(0);
        manifest.Data.Working.Sha256.ShouldBe(manifest.Files.Single(file => file.Path == "data/data.csv").Sha256);
        manifest.Packages["pandas"].ShouldNotBeEmpty();
        var requirements = await bundle.ReadAsync("requirements.txt");
        requirements.ShouldContain($"pandas=={manifest.Packages["pandas"]}\n");
        requirements.ShouldNotContain("pillow");
        var rows = (await bundle.ReadAsync("data/data.csv")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        rows.Length.ShouldBe((int)manifest.Data.RowsWorking + 1);
        var splits = JsonNode.Parse(await bundle.ReadAsync("splits.json"))!;
        var positions = new[] { "train", "val" }.SelectMany(split => splits[split]!.AsArray().GetValues<int>());
        positions.Order().ShouldBe(Enumerable.Range(0, rows.Length - 1));
        var card = await bundle.ReadAsync("MODEL_CARD.md");
        card.ShouldContain("## Intended use");
        card.ShouldContain("95 % interval");
        card.ShouldContain("## Limits");
    }

    [Fact]
    public async Task TheNotebookIsOneThatJupyterReads()
    {
        using var bundle = await UnpackedBundle.ExportAsync(lab.App, lab.Session);
        using var notebook = JsonDocument.Parse(await bundle.ReadAsync("session.ipynb"));
        notebook.RootElement.GetProperty("nbformat").GetInt32().ShouldBe(4);
        var cells = notebook.RootElement.GetProperty("cells").EnumerateArray().ToList();
        cells.Select(cell => cell.GetProperty("id").GetString()).ShouldBeUnique();
        var code = cells.Where(cell => cell.GetProperty("cell_type").GetString() == "code").ToList();
        code.Count.ShouldBe(3);
        code.ShouldAllBe(cell =>
            cell.GetProperty("outputs").ValueKind == JsonValueKind.Array
            && cell.GetProperty("execution_count").ValueKind == JsonValueKind.Number
        );
        string.Concat(code[1].GetProperty("source").EnumerateArray().Select(line => line.GetString()))
            .ShouldBe(PredictionLab.Prep);
        var checkedBy = await CommandProcess.RunAsync(
            Python,
            [
                "-c",
                "import nbformat, sys; nbformat.validate(nbformat.read(sys.argv[1], as_version=4))",
                bundle.PathOf("session.ipynb"),
            ]
        );
        Assert.SkipWhen(checkedBy.Errors.Contains("No module named 'nbformat'"), "python3-nbformat is not installed.");
        checkedBy.Code.ShouldBe(0, checkedBy.Errors);
    }

    [Fact]
    public async Task TheBundlePredictsByItself()
    {
        using var bundle = await UnpackedBundle.ExportAsync(lab.App, lab.Session, "?data=false");
        var table = bundle.PathOf("new.csv");
        await File.WriteAllTextAsync(table, "city,age,noise,bought\nOslo,70,1,no\nLima,20,,yes\n", Cancellation);
        var ended = await CommandProcess.RunAsync(
            Python,
            [bundle.PathOf("predict.py"), table, "-o", bundle.PathOf("out.csv")]
        );
        ended.Code.ShouldBe(0, ended.Errors);
        using var answer = await lab.PostCsvAsync(await File.ReadAllTextAsync(table, Cancellation), "text/csv");
        var ours = (await answer.Content.ReadAsStringAsync(Cancellation)).Split('\n');
        var theirs = (await bundle.ReadAsync("out.csv")).Split('\n');
        theirs[0].ShouldBe(ours[0]);
        theirs[1].Split(',')[4].ShouldBe("yes");
        double.Parse(theirs[1].Split(',')[6], System.Globalization.CultureInfo.InvariantCulture)
            .ShouldBe(double.Parse(ours[1].Split(',')[6], System.Globalization.CultureInfo.InvariantCulture), 1e-12);
        await File.WriteAllTextAsync(table, "city,age\nOslo,forty\n", Cancellation);
        var wrong = await CommandProcess.RunAsync(Python, [bundle.PathOf("predict.py"), table]);
        wrong.Code.ShouldBe(1);
        wrong.Errors.ShouldContain("Row 1: 'age' is 'forty', where a number is expected.");
        wrong.Errors.ShouldContain("The column 'noise' is missing");
    }

    [Fact]
    public async Task AModelThatItsScriptsMakeAgainIsVerifiedAndOneThatWasChangedIsNot()
    {
        using var bundle = await UnpackedBundle.ExportAsync(lab.App, lab.Session);
        var verdict = await bundle.VerifyAsync(lab.App);
        verdict.Verified.ShouldBeTrue(verdict.Sentence);
        verdict.MaxDifference.ShouldBe(0);
        verdict.Sentence.ShouldContain("made again by its scripts");

        const string model = "session/train/models/model.pkl";
        var script = bundle.PathOf("../other.py");
        await File.WriteAllTextAsync(script, OtherModel, Cancellation);
        var made = await CommandProcess.RunAsync(Python, [script, bundle.Folder, bundle.PathOf(model)]);
        File.Delete(script);
        made.Code.ShouldBe(0, made.Errors);
        var changed = await bundle.VerifyAsync(lab.App);
        changed.Verified.ShouldBeFalse();
        changed.Checks.ShouldContain(check =>
            check.Result == "failed" && check.Sentence.Contains($"{model} is not the file")
        );

        await bundle.ForgeHashAsync(model);
        var forged = await bundle.VerifyAsync(lab.App);
        forged.Verified.ShouldBeFalse();
        forged.Sentence.ShouldContain("does not answer as it did when it was exported");
        forged.MaxDifference!.Value.ShouldBeGreaterThan(1e-4);
    }

    [Fact]
    public async Task ScriptsThatNowFailAndBundlesWithoutRowsAreNotVerified()
    {
        using var bare = await UnpackedBundle.ExportAsync(lab.App, lab.Session, "?data=false");
        bare.Files.ShouldNotContain(file => file.EndsWith(".parquet") && file.StartsWith("session/"));
        bare.Files.ShouldNotContain("data/data.csv");
        var without = await bare.VerifyAsync(lab.App);
        without.Verified.ShouldBeFalse();
        without.Sentence.ShouldContain("exported without its rows");

        using var bundle = await UnpackedBundle.ExportAsync(lab.App, lab.Session);
        var script = bundle.Files.Single(file => file.StartsWith("session/train/scripts/"));
        await File.AppendAllTextAsync(bundle.PathOf(script), "raise SystemExit('changed')\n", Cancellation);
        await bundle.ForgeHashAsync(script);
        var verdict = await bundle.VerifyAsync(lab.App);
        verdict.Verified.ShouldBeFalse();
        verdict.Sentence.ShouldContain("ran then and fails now");
    }

    [Theory]
    [InlineData("../outside.txt", "climbs out")]
    [InlineData("/etc/passwd", "absolute path")]
    [InlineData("link", "holds a link")]
    [InlineData("twice", "twice")]
    [InlineData("a", "contradict each other")]
    [InlineData("nothing", "no bundle.json")]
    public async Task AHostileArchiveIsRefused(string entry, string sentence)
    {
        await using var zip = new MemoryStream();
        await using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            var first = archive.CreateEntry(entry);
            if (entry == "link")
                first.ExternalAttributes = unchecked((int)0xA1FF0000);
            await using (var content = await first.OpenAsync(Cancellation))
                await content.WriteAsync("/etc/passwd"u8.ToArray(), Cancellation);
            if (entry == "twice")
                archive.CreateEntry(entry);
            if (entry == "a")
                archive.CreateEntry("a/b");
        }
        using var answer = await UnpackedBundle.PostAsync(lab.App, zip.ToArray());
        ((int)answer.StatusCode).ShouldBeOneOf(400, 422);
        (await TrainableApp.DetailAsync(answer)).ShouldContain(sentence);
    }

    [Fact]
    public async Task WhatIsNoZipIsRefused()
    {
        using var answer = await UnpackedBundle.PostAsync(lab.App, Encoding.UTF8.GetBytes("no zip at all"));
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await TrainableApp.DetailAsync(answer)).ShouldContain("is no zip archive");
        using var unknown = await lab.App.Http.GetAsync($"/api/sessions/{Guid.NewGuid()}/bundle", Cancellation);
        unknown.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }
}
