using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Trainable.Contracts;

namespace Trainable.Server.Referee.Checks;

/// <summary>What a measured score says of the claims that came before it. For people: no model gets a word of it.</summary>
internal static class ScoreChecks
{
    private const double Perfect = 0.9995;

    /// <summary>Of a constant's error: what a perfect model has left. For RMSE it is an R² of 0.9996.</summary>
    private const double NoErrorLeft = 0.02;

    /// <summary>Standard errors of the difference of two estimates by which a claim may be wrong by chance.</summary>
    private const double Tolerated = 3;

    public static CheckReport Judge(ScoreReport score)
    {
        var findings = new Findings();
        CheckPerfection(score, findings);
        CheckClaim(score, findings);
        return findings.Report(Stages.Train);
    }

    private static void CheckPerfection(ScoreReport score, Findings findings)
    {
        var isPerfect = score.HigherIsBetter
            ? score.Value >= Perfect && score.Baseline < Perfect
            : score.Value <= NoErrorLeft * score.Baseline;
        if (isPerfect)
            findings.Warn(
                "suspicious_perfection",
                $"{score.Metric} {Said(score.Value)} on {score.Rows:N0} held rows is all but perfect. Real problems rarely are: look at "
                    + "the most important columns and ask whether each is known at the time of prediction.",
                new JsonObject { ["measured"] = score.Value, ["constant"] = score.Baseline }
            );
    }

    private static void CheckClaim(ScoreReport score, Findings findings)
    {
        if (
            score.Claimed is not { ValueKind: JsonValueKind.Object } claims
            || !claims.TryGetProperty(score.Metric, out var claim)
            || claim.ValueKind != JsonValueKind.Number
        )
            return;
        var claimed = claim.GetDouble();
        if (!double.IsFinite(claimed))
            return; // A number that JSON can write and a double cannot hold.
        var excess = score.HigherIsBetter ? claimed - score.Value : score.Value - claimed;
        // The claim is an estimate too, from about as many rows of val.
        var chance = Tolerated * Math.Sqrt(2) * score.StandardError;
        if (excess > chance)
            findings.Warn(
                "claim_differs",
                $"The agent claims {score.Metric} {Said(claimed)}; the host measured {Said(score.Value)}, worse beyond chance.",
                new JsonObject
                {
                    ["claimed"] = claimed,
                    ["measured"] = score.Value,
                    ["standard_error"] = score.StandardError,
                }
            );
        else
            findings.Pass("claim_holds", $"The agent's {score.Metric} on val agrees with what the host measured.");
    }

    /// <summary>Four decimals for shares; an error in the target's own unit may be any size.</summary>
    private static string Said(double value) =>
        value.ToString(Math.Abs(value) is > 1e-3 and < 1e6 or 0 ? "0.0000" : "0.###e+0", CultureInfo.InvariantCulture);
}
