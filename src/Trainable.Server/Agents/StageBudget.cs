using Trainable.Contracts;

namespace Trainable.Server.Agents;

/// <summary>A stage's wall-clock budget: warns at 80 %, and when it is used up grants one turn to hand in the best there is.</summary>
internal sealed class StageBudget(StageContext context, TimeProvider clock)
{
    /// <summary>What the last turn may still use of the clock, so that finishing is possible at all.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private bool _warnedAt80;
    private bool _warnedAt100;

    public bool FinalTurnTaken { get; set; }

    public bool Over => Used >= context.Budget;

    /// <summary>What a step may use: the rest of the budget and the grace.</summary>
    public TimeSpan Left => (context.Budget > Used ? context.Budget - Used : TimeSpan.Zero) + Grace;

    private TimeSpan Used => clock.GetUtcNow().UtcDateTime - context.StartedAt - context.Idle;

    /// <summary>Takes over a warning that was given before a restart, so that nobody is warned twice.</summary>
    /// <param name="given">The warning.</param>
    /// <param name="answered">True when the model has replied since.</param>
    public void Restore(BudgetWarning given, bool answered)
    {
        _warnedAt80 = true;
        _warnedAt100 |= given.Used >= given.Limit;
        FinalTurnTaken |= _warnedAt100 && answered;
    }

    /// <summary>The warning that is due now, once each; null when none is.</summary>
    public BudgetWarning? Warning()
    {
        if (Over && !_warnedAt100)
        {
            _warnedAt80 = _warnedAt100 = true;
            return Create($"The time budget of {Describe()} is used up. Call finish_stage now with the best you have.");
        }
        if (!_warnedAt80 && Used >= context.Budget * 0.8)
        {
            _warnedAt80 = true;
            return Create($"80 % of the time budget of {Describe()} is used. Bring what you have to an end.");
        }
        return null;
    }

    public string Describe() =>
        context.Budget.TotalMinutes >= 2
            ? $"{context.Budget.TotalMinutes:0.#} minutes"
            : $"{context.Budget.TotalSeconds:0} s";

    private BudgetWarning Create(string message) =>
        new(message, context.Stage)
        {
            Kind = "wall_clock",
            Used = Math.Round(Used.TotalSeconds, 1),
            Limit = context.Budget.TotalSeconds,
        };
}
