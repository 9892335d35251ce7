namespace Trainable.Contracts;

// POST /api/sessions/{id}/exec answers with JSON lines: any number of the first, then one of the second.

/// <summary>What the script wrote. <see cref="Stream"/>: stdout, stderr, or record (a line of the SDK's own channel).</summary>
public sealed record ExecOutput(string Stream, string Text)
{
    public string Type { get; set; } = "output";
}

/// <summary>How it ended; the outcomes are those of <see cref="ToolEnded"/>.</summary>
public sealed record ExecEnded(string Outcome, string Sentence, string ScriptPath)
{
    public string Type { get; set; } = "end";
    public int? ExitCode { get; set; }
    public double WallSeconds { get; set; }
    public double CpuSeconds { get; set; }
    public long PeakMemoryBytes { get; set; }
}
