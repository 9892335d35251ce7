namespace Trainable.Tests.Referee.Cheating;

/// <summary>
/// A cheat: what an agent's scripts do, and what must hold afterwards. Each is a row of one of the tables
/// that <see cref="Cheats.All"/> puts together; whoever thinks of another adds it there.
/// </summary>
/// <param name="Name">What is tried, in words.</param>
internal sealed record Cheat(string Name)
{
    /// <summary>Python before Prep's files are written; knows raw, TARGET, Pipeline, pipeline, table(rows), train_rows, val_rows, train and val.</summary>
    public string? InPrep { get; init; }

    /// <summary>Python before Train's files are written; knows X, y (train), V, w (val), model, claims, OnHeld, forever.</summary>
    public string? InTrain { get; init; }

    /// <summary>Python after Train's files are written.</summary>
    public string AfterTrain { get; init; } = "";

    /// <summary>The area under the ROC curve that the host may measure; null when it must measure none.</summary>
    public (double Low, double High)? Measured { get; init; }

    /// <summary>Codes of findings that people must be told.</summary>
    public string[] Told { get; init; } = [];

    /// <summary>What must stand in the sentence for people when nothing was measured.</summary>
    public string Sentence { get; init; } = "";

    /// <summary>Whether it takes all the time that a step may have; then it is tried where that is little.</summary>
    public bool TakesAllTime { get; init; }

    /// <summary>What must stand in what a script printed.</summary>
    public string Printed { get; init; } = "";

    public override string ToString() => Name;
}

/// <summary>
/// What the host may measure. Age tells who buys, a little; an honest model reaches an area of about 0.7, a guess has 0.5, and
/// one that got at the held rows' labels would have 1.
/// </summary>
internal static class Areas
{
    public static readonly (double, double) Honest = (0.6, 0.85);

    /// <summary>Exactly what a constant has: nothing was found that tells the rows apart.</summary>
    public static readonly (double, double) Nothing = (0.5, 0.5);
    public static readonly (double, double) NextToNothing = (0.3, 0.7);
}

/// <summary>Every cheat there is.</summary>
internal static class Cheats
{
    public static readonly Cheat[] All =
    [
        .. AgentCheats.All,
        .. ModelCheats.All,
        .. HarnessCheats.All,
        .. PipelineCheats.All,
    ];
}
