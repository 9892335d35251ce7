using Trainable.Contracts;
using Trainable.Server.Events;

namespace Trainable.Server.Agents.Budgets;

/// <summary>
/// What a run may spend of its own and of its session's budget: each limit warns at 80 %, and when one is used up there is one
/// reply more, to hand in the best there is.
/// </summary>
internal sealed class StageBudget
{
    private readonly StageContext _context;
    private readonly TimeProvider _clock;
    private readonly Spent _ofRun;
    private readonly List<BudgetLine> _lines = [];
    private TimeSpan _waited;

    /// <param name="context">The run.</param>
    /// <param name="clock">By it the run's time is counted.</param>
    /// <param name="ofRun">What the run has spent so far.</param>
    /// <param name="ofSession">What the session's other runs have spent.</param>
    public StageBudget(StageContext context, TimeProvider clock, Spent ofRun, Spent ofSession)
    {
        _context = context;
        _clock = clock;
        _ofRun = ofRun;
        Add(BudgetScopes.Stage, context.Limits, new Spent());
        Add(BudgetScopes.Session, context.SessionLimits, ofSession);
    }

    public bool FinalTurnTaken { get; set; }

    /// <summary>The limit that is used up; null while there is none.</summary>
    public BudgetLine? Exceeded => _lines.Find(line => line.IsOver);

    /// <summary>True when the session had nothing left to spend before the run began.</summary>
    public bool IsSpentAlready =>
        _ofRun.Turns == 0 && _lines.Exists(line => line.Scope == BudgetScopes.Session && line.Left <= 0);

    /// <summary>What a step or a reply may use: the rest of the time and the grace.</summary>
    public TimeSpan Left
    {
        get
        {
            var left = _lines.Where(line => line.Kind == BudgetKinds.WallClock).Select(line => line.Left).Min();
            return TimeSpan.FromSeconds(Math.Max(left, 0) + Grace);
        }
    }

    public IEnumerable<BudgetUse> Uses => _lines.Select(line => line.ToUse());

    /// <summary>
    /// Seconds that the last reply and its step may still use, so that finishing is possible at all: half a minute, less where
    /// the budget is short itself, and not less than fitting a model takes on a busy machine.
    /// </summary>
    private double Grace => Math.Clamp((_context.Limits.Seconds ?? double.MaxValue) / 2, 10, 30);

    private TimeSpan Elapsed => _clock.GetUtcNow().UtcDateTime - _context.StartedAt - _context.Idle - _waited;

    /// <summary>Counts a reply.</summary>
    public void Charge(TurnTokens tokens, long? costNanos) => _ofRun.Add(tokens, costNanos);

    /// <summary>Calls of a reply that a process died over are made again, and cost no step.</summary>
    public void Forgive(int turns) => _ofRun.Turns -= turns;

    /// <summary>Leaves time out of the count: a person was waited for.</summary>
    public void Pause(TimeSpan waited) => _waited += waited;

    /// <summary>Takes over a warning that was given before a restart, so that nobody is warned twice.</summary>
    /// <param name="given">The warning.</param>
    /// <param name="answered">True when the model has replied since.</param>
    public void Restore(BudgetWarning given, bool answered)
    {
        if (_lines.Find(line => line.Kind == given.Kind && line.Scope == given.Scope) is { } line)
            FinalTurnTaken |= line.Restore(given) && answered;
    }

    /// <summary>The warnings that are due now, once each.</summary>
    public IEnumerable<BudgetWarning> Warnings() =>
        _lines.Select(line => line.Warning(_context.Stage, Finish)).OfType<BudgetWarning>();

    private string Finish =>
        _context.IsChat ? "Answer now with what you know." : "Call finish_stage now with the best you have.";

    private void Add(string scope, BudgetLimits limits, Spent before)
    {
        if (limits.Seconds is { } seconds)
            _lines.Add(
                new BudgetLine(
                    scope,
                    BudgetKinds.WallClock,
                    seconds,
                    () => before.Seconds + Math.Max(Elapsed.TotalSeconds, 0)
                )
            );
        if (limits.Tokens is { } tokens)
            _lines.Add(new BudgetLine(scope, BudgetKinds.Tokens, tokens, () => before.Tokens + _ofRun.Tokens));
        if (limits.CostUsd is { } cost)
            _lines.Add(
                new BudgetLine(
                    scope,
                    BudgetKinds.Cost,
                    (double)cost,
                    () => (double)TurnCost.Dollars(before.CostNanos + _ofRun.CostNanos)
                )
            );
        if (limits.Steps is { } steps)
            _lines.Add(new BudgetLine(scope, BudgetKinds.Steps, steps, () => before.Turns + _ofRun.Turns));
    }
}
