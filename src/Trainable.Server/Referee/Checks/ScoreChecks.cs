using System.Text.Json;
using System.Text.Json.Nodes;
using Trainable.Contracts;

namespace Trainable.Server.Referee.Checks;

/// <summary>What a measured score says of the claims that came before it. For people: no model gets a word of it.</summary>
internal static class ScoreChecks
{
    private const double Perfect = 0.9995;

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
        if (score.HigherIsBetter && score.Value >= Perfect && score.Baseline < Perfect)
            findings.Warn(
                "suspicious_perfection",
                $"{score.Metric} {score.Value:0.0000} on {score.Rows:N0} held rows is all but perfect. Real problems rarely are: look at "
                    + "the most important columns and ask whether each is known at the time of prediction."
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
                $"The agent claims {score.Metric} {claimed:0.0000}; the host measured {score.Value:0.0000}, worse beyond chance.",
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
}
