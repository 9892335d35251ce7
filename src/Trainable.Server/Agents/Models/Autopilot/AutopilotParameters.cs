using System.Text.Json.Nodes;
using Trainable.Contracts;

namespace Trainable.Server.Agents.Models.Autopilot;

/// <summary>The parameters block of a playbook step.</summary>
internal static class AutopilotParameters
{
    /// <summary>A step may overrun what it aims at, and must still end before its limit.</summary>
    private const double StepShare = 0.6;

    public static JsonObject For(StageBrief brief, PlaybookStep step, bool safe) =>
        new()
        {
            ["dataset"] = brief.Dataset.Count > 0 ? brief.Dataset[0] : null,
            ["target"] = brief.Target,
            ["problem_type"] = brief.ProblemType,
            ["metric"] = brief.Metric,
            ["positive_class"] = brief.PositiveClass,
            ["drop_columns"] = new JsonArray([.. brief.DropColumns.Select(name => JsonValue.Create(name))]),
            ["group_column"] = brief.GroupColumn,
            ["time_column"] = brief.TimeColumn,
            ["seed"] = brief.Seed,
            ["budget_s"] = Seconds(brief, step),
            ["holdout"] = brief.Holdout,
            ["holdout_reason"] = brief.HoldoutReason,
            ["instructions"] = brief.Instructions,
            ["safe"] = safe,
        };

    /// <summary>Seconds a step aims at.</summary>
    public static double Seconds(StageBrief brief, PlaybookStep step) =>
        Math.Round(Math.Min(StageSeconds(brief) * step.BudgetShare, brief.StepSeconds * StepShare), 1);

    /// <summary>
    /// Seconds a stage aims at. Without a budget Train searches longer the larger the table is, from about 22 s to four
    /// minutes: on small tables more time buys nothing that the held rows could tell from noise.
    /// </summary>
    private static double StageSeconds(StageBrief brief)
    {
        var cells = (double)brief.Rows * Math.Max(1, brief.Columns);
        var natural = brief.Stage switch
        {
            Stages.Train => Math.Clamp(22 + cells / 4_000, 22, 240),
            _ => Math.Clamp(15 + cells / 100_000, 15, 240),
        };
        // A chosen budget also has to pay for start-up, figures and the referee's checks.
        return brief.BudgetSeconds is { } chosen ? Math.Max(5, chosen * 0.75) : natural;
    }
}
