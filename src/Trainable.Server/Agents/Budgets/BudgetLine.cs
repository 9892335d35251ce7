using System.Globalization;
using Trainable.Contracts;

namespace Trainable.Server.Agents.Budgets;

/// <summary>One limit of a run: what of it is used, and how that is said to a model and a person.</summary>
internal sealed class BudgetLine(string scope, string kind, double limit, Func<double> used)
{
    private const double Early = 0.8;

    private bool _warnedEarly;
    private bool _warnedOver;

    public string Scope => scope;

    public string Kind => kind;

    public double Used => used();

    public double Left => limit - Used;

    /// <summary>True when one more reply is all there is to have. The last step is that reply; all else is used up first.</summary>
    public bool IsOver => Reached(Used);

    /// <summary>What is said when a run ends over it.</summary>
    public string EndSentence => kind == BudgetKinds.Steps ? $"all {Amount()} were used" : $"{Name()} ran out";

    /// <summary>Takes over a warning that was given before a restart; true when it was the last one.</summary>
    public bool Restore(BudgetWarning given)
    {
        _warnedEarly = true;
        _warnedOver |= Reached(given.Used);
        return _warnedOver;
    }

    /// <summary>The warning that is due now, once each; null when none is.</summary>
    /// <param name="stage">The stage the run is of.</param>
    /// <param name="finish">What the model is asked to do with its last reply.</param>
    public BudgetWarning? Warning(string stage, string finish)
    {
        if (IsOver && !_warnedOver)
        {
            _warnedEarly = _warnedOver = true;
            var what = kind == BudgetKinds.Steps ? $"This is the last of {Amount()}" : $"{Capital(Name())} is used up";
            return Create($"{what}. {finish}", stage);
        }
        if (!_warnedEarly && Used >= limit * Early)
        {
            _warnedEarly = true;
            var what = kind == BudgetKinds.Steps ? $"{Amount()} are" : $"{Name()} is";
            return Create($"80 % of {what} used. Bring what you have to an end.", stage);
        }
        return null;
    }

    public BudgetUse ToUse() =>
        new()
        {
            Scope = scope,
            Kind = kind,
            Used = Rounded(Used),
            Limit = limit,
        };

    public string Name() =>
        (scope, kind) switch
        {
            (BudgetScopes.Session, BudgetKinds.WallClock) => $"the session's time budget of {Amount()}",
            (BudgetScopes.Session, _) => $"the session's budget of {Amount()}",
            (_, BudgetKinds.WallClock) => $"the time budget of {Amount()}",
            _ => $"the budget of {Amount()}",
        };

    private bool Reached(double amount) => amount >= (kind == BudgetKinds.Steps ? limit - 1 : limit);

    private string Amount()
    {
        var culture = CultureInfo.InvariantCulture;
        return kind switch
        {
            BudgetKinds.WallClock when limit >= 120 => string.Create(culture, $"{limit / 60:0.#} minutes"),
            BudgetKinds.WallClock => string.Create(culture, $"{limit:0} s"),
            BudgetKinds.Cost => string.Create(culture, $"${limit:0.00##}"),
            BudgetKinds.Steps when limit == 1 => "1 step",
            BudgetKinds.Steps => string.Create(culture, $"{limit:#,0} steps"),
            _ => string.Create(culture, $"{limit:#,0} {kind}"),
        };
    }

    private BudgetWarning Create(string message, string stage) =>
        new(message, stage)
        {
            Kind = kind,
            Scope = scope,
            Used = Rounded(Used),
            Limit = limit,
        };

    private double Rounded(double amount) => Math.Round(amount, kind == BudgetKinds.Cost ? 6 : 1);

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
