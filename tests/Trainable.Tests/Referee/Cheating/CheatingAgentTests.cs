using System.Text.Json;
using Trainable.Contracts;

namespace Trainable.Tests.Referee.Cheating;

/// <summary>
/// Agents that cheat, as <see cref="Cheats.All"/> lists them: scripts in the real sandbox, judged by the real referee. Whatever
/// they try, no score but the host's is shown as one, and nothing of a held row gets to a model, an event or a session's file.
/// </summary>
[Trait("Kind", "integration")]
public sealed class CheatingAgentTests(CheatLab lab) : IClassFixture<CheatLab>
{
    public static TheoryData<string> Names =>
        [.. Cheats.All.Where(cheat => !cheat.TakesAllTime).Select(cheat => cheat.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public Task TheHostMeasuresWhatIsTrue(string name) => CheatTrial.RunAsync(lab, name);
}

/// <summary>The cheats that wait until their time is up.</summary>
[Trait("Kind", "integration")]
public sealed class WaitingCheatTests(HurriedCheatLab lab) : IClassFixture<HurriedCheatLab>
{
    public static TheoryData<string> Names =>
        [.. Cheats.All.Where(cheat => cheat.TakesAllTime).Select(cheat => cheat.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public Task TheHostMeasuresWhatIsTrue(string name) => CheatTrial.RunAsync(lab, name);
}

internal static class CheatTrial
{
    public static async Task RunAsync(CheatLab lab, string name)
    {
        var cheat = Cheats.All.Single(one => one.Name == name);
        var outcome = await lab.TryAsync(cheat);

        // A cheat whose script fails is not tried at all.
        outcome.ScriptOutcomes.ShouldAllBe(one => one == "ok", outcome.Said);
        outcome.HeldInReach.ShouldBeEmpty("something of the held rows got out");
        outcome.Said.ShouldContain(cheat.Printed);
        var told = outcome
            .Verdicts.SelectMany(verdict =>
                verdict.Report!.Errors.Concat(verdict.Report.Warnings).Concat(verdict.Report.Passed)
            )
            .Select(finding => finding.Code)
            .ToList();
        foreach (var code in cheat.Told)
            told.ShouldContain(code, outcome.Said);

        var scores = outcome.Verdicts.Select(verdict => verdict.Score).OfType<ScoreReport>().ToList();
        if (cheat.Measured is not var (low, high))
        {
            outcome.Session.State.ShouldBe("failed");
            scores.ShouldBeEmpty();
            (outcome.Train?.Score).ShouldBeNull();
            outcome.Said.ShouldContain(cheat.Sentence);
            return;
        }
        outcome.Session.State.ShouldBe("train_done", outcome.Said);
        var score = outcome.Train!.Score!.Value.Deserialize(ContractJson.Default.ScoreReport)!;
        score.Value.ShouldBeInRange(low, high, outcome.Said);
        scores.ShouldHaveSingleItem().Value.ShouldBe(score.Value);
        (score.Metric, score.ProblemType, score.Rows).ShouldBe(("roc_auc", "binary", 150));
        score.PositiveClass.ShouldBe("yes");
        score.HoldoutReason!.ShouldContain("stratified by `bought`");
    }
}
