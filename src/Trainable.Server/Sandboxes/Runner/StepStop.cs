namespace Trainable.Server.Sandboxes.Runner;

/// <summary>
/// Decides once why a step is being ended, however many timers, callers and limits want it to end, and makes the
/// decision and the opening of the step's gate see each other.
/// </summary>
internal sealed class StepStop
{
    private const int Running = -1;

    private int _reason = Running;
    private int _gateOpened;

    public StepOutcome? Reason =>
        Volatile.Read(ref _reason) is var reason && reason == Running ? null : (StepOutcome)reason;

    /// <summary>True for the first caller.</summary>
    public bool TrySet(StepOutcome reason) => Interlocked.CompareExchange(ref _reason, (int)reason, Running) == Running;

    /// <summary>
    /// Marks the step's process as being in its group. False when the step has been stopped by then: whoever stopped
    /// it may have killed the group before the process came in.
    /// </summary>
    public bool TryOpenGate()
    {
        Interlocked.Exchange(ref _gateOpened, 1);
        return Reason is null;
    }
}
