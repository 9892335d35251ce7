using System.Text.Json;
using Trainable.Contracts;
using Trainable.Server.Agents.Models;
using Trainable.Server.Platform;
using Trainable.Server.Storage;

namespace Trainable.Server.Agents;

/// <summary>How runs are driven: what was said at the start, for the session and for the experiment, made into one.</summary>
internal static class RunTerms
{
    public const double LongestSeconds = 7 * 24 * 3600;
    private const int MostSteps = 10_000;

    /// <summary>The ceilings of a stage for which nobody chose others.</summary>
    private static readonly BudgetLimits StageCeilings = new() { Seconds = 30 * 60, Steps = 30 };

    /// <summary>Those of a conversation about a stage.</summary>
    private static readonly BudgetLimits ChatCeilings = new() { Seconds = 10 * 60, Steps = 10 };

    /// <summary>Those of a recording that runs again: it has an end, and a slower machine must not cut it short.</summary>
    public static readonly BudgetLimits Unhurried = new() { Seconds = LongestSeconds, Steps = MostSteps };

    public static BudgetLimits Ceilings(string kind) => kind == RunKinds.Chat ? ChatCeilings : StageCeilings;

    /// <summary>What was said for the session itself.</summary>
    public static RunOptions OfSession(Session session) => Parse(session.Options);

    /// <summary>What was said for a run itself.</summary>
    public static RunOptions OfRun(StageRun run) => Parse(run.Options);

    /// <summary>The session's options with the experiment's below them.</summary>
    public static RunOptions Of(Session session) => OfSession(session).Over(OfExperiment(session).Run);

    /// <summary>A run's options, with those of its session and experiment below them.</summary>
    public static RunOptions Of(Session session, StageRun run) => OfRun(run).Over(Of(session));

    public static ExperimentOptions OfExperiment(Session session) =>
        JsonSerializer.Deserialize(session.Experiment!.Options, ContractJson.Default.ExperimentOptions)!;

    public static string ToJson(RunOptions options) =>
        JsonSerializer.Serialize(options, ContractJson.Default.RunOptions);

    /// <summary>Finds what is wrong with options that somebody sent.</summary>
    /// <exception cref="UserFacingException">Something is; the sentence says what (422).</exception>
    public static void Check(RunOptions options, IModels models)
    {
        OneOf("thinking", options.Thinking, ThinkingLevels.All);
        OneOf("share", options.Share, ShareLevels.All);
        Check("budget", options.Budget);
        Check("session_budget", options.SessionBudget);
        if (options.QuestionTimeoutSeconds is { } seconds && seconds is not (>= 1 and <= LongestSeconds))
            throw new UserFacingException("question_timeout_seconds lies between 1 and a week.", 422);
        foreach (var stage in options.Models?.Keys ?? [])
            OneOf("models", stage, Stages.All);
        foreach (var model in (options.Models?.Values ?? []).Append(options.Model ?? ""))
        {
            if (model.Length > 0)
                models.Open(model).Dispose(); // Refuses one that cannot be used.
            if (
                options.Thinking is not (null or ThinkingLevels.None)
                && models.Describe(model).Thinking == ThinkingKinds.None
            )
                throw new UserFacingException($"The model '{model}' does not think: leave 'thinking' out.", 422);
        }
    }

    private static void OneOf(string field, string? value, IReadOnlyList<string> known)
    {
        if (value is not null && !known.Contains(value, StringComparer.Ordinal))
            throw new UserFacingException(
                $"{field} is '{value}'; it can be {string.Join(", ", known.SkipLast(1))} or {known[^1]}.",
                422
            );
    }

    private static void Check(string field, BudgetLimits? limits)
    {
        if (limits is null)
            return;
        if (limits.Seconds is { } seconds && seconds is not (>= 1 and <= LongestSeconds))
            throw new UserFacingException($"{field}.seconds lies between 1 and a week.", 422);
        if (limits.Tokens is < 1)
            throw new UserFacingException($"{field}.tokens is a number of tokens above 0.", 422);
        if (limits.CostUsd is <= 0)
            throw new UserFacingException($"{field}.cost_usd is a number of dollars above 0.", 422);
        if (limits.Steps is not (null or (>= 1 and <= MostSteps)))
            throw new UserFacingException($"{field}.steps lies between 1 and {MostSteps:N0}.", 422);
    }

    private static RunOptions Parse(string? json) =>
        json is null ? new RunOptions() : JsonSerializer.Deserialize(json, ContractJson.Default.RunOptions)!;
}
