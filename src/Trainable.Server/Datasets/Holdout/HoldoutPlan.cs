namespace Trainable.Server.Datasets.Holdout;

/// <summary>Which rows the host holds, and why these.</summary>
/// <param name="Held">One flag per row, in the order of the file.</param>
/// <param name="Strategy">One of <see cref="HoldoutStrategies"/>.</param>
/// <param name="Column">Target, group or time column that decided.</param>
/// <param name="Reason">A sentence for a person.</param>
internal sealed record HoldoutPlan(bool[] Held, string Strategy, string? Column, string Reason)
{
    public long RowsHeld { get; } = Held.LongCount(held => held);
}
