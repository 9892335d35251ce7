using Microsoft.Extensions.Logging.Abstractions;
using Trainable.Server.Referee.Files;
using Trainable.Server.Sandboxes;

namespace Trainable.Tests.Sandboxes.Attacks;

/// <summary>A delivered model is a pickle: loading it runs its code, and so does asking it to predict.</summary>
internal static class ModelAttacks
{
    public static async Task RunAsync(AttackLab lab)
    {
        await using var session = await lab.OpenAsync();
        (await lab.TryAsync(session, "hostile_model.py", limits: null, "model.pkl")).ShouldHave(StepOutcome.Ok);
        const string features = "import pandas; pandas.DataFrame({'a': [1.0, 2.0]}).to_parquet('features.parquet')";
        (await session.RunAsync(features)).ShouldHave(StepOutcome.Ok);

        await using var harness = new RefereeHarness(
            lab.Lab.Runtime,
            lab.Lab.Options,
            lab.Lab.Home,
            TimeProvider.System,
            NullLogger<RefereeHarness>.Instance
        );
        using var bench = await harness.BenchAsync(
            Guid.CreateVersion7(),
            forHeldRows: true,
            TestContext.Current.CancellationToken
        );
        foreach (var name in new[] { "model.pkl", "features.parquet" })
            (await bench.TakeAsync(session.Directory, name, name, CancellationToken.None)).ShouldBeTrue();
        var result = await harness.RunAsync(
            "predict.py",
            ["--model", $"{RefereeHarness.In}/model.pkl", "--features", $"{RefereeHarness.In}/features.parquet"],
            bench,
            TestContext.Current.CancellationToken
        );

        var findings = Path.Combine(bench.Out, "findings.jsonl");
        lab.AddRows(File.Exists(findings) ? await File.ReadAllTextAsync(findings) : "");
        lab.Rows.Count.ShouldBeGreaterThan(4, $"the model did not attack: {result}");
    }
}
