using Trainable.Contracts;

namespace Trainable.Cli.Terminal;

/// <summary>How far one stage is, as the bar shows it.</summary>
internal sealed class StageProgress(string stage, TimeProvider clock)
{
    private long _started;
    private TimeSpan? _took;

    public string Stage => stage;

    /// <summary>One of <see cref="RunStatuses"/>; null before the stage has started.</summary>
    public string? Status { get; private set; }

    public TimeSpan Elapsed => Status is null ? TimeSpan.Zero : _took ?? clock.GetElapsedTime(_started);

    public void Start() => (_started, _took, Status) = (clock.GetTimestamp(), null, RunStatuses.Running);

    public void End(string status)
    {
        _took = Elapsed;
        Status = status;
    }

    /// <summary>Such as <c>EDA ✓ 8 s</c>, <c>Prep ● 0:04</c>, <c>Train ○</c>.</summary>
    public void Write(TextLine line)
    {
        var (mark, tone, time) = Status switch
        {
            RunStatuses.Running => ("●", Tone.Running, Words.Clock(Elapsed)),
            RunStatuses.Done => ("✓", Tone.Done, Words.Duration(Elapsed)),
            RunStatuses.Failed => ("✗", Tone.Failed, Words.Duration(Elapsed)),
            RunStatuses.Cancelled => ("■", Tone.Warning, Words.Duration(Elapsed)),
            _ => ("○", Tone.Quiet, ""),
        };
        line.Add(Words.Stage(stage), Status is null ? Tone.Quiet : Tone.Strong).Add($" {mark}", tone);
        if (time.Length > 0)
            line.Add($" {time}", Status == RunStatuses.Running ? Tone.Running : Tone.Quiet);
    }
}
