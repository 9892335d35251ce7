namespace Trainable.Server.Sandboxes;

/// <summary>A way to run hostile scripts: bubblewrap on this machine, later Slurm or containers.</summary>
internal interface ISandboxRuntime
{
    /// <summary>Starts a sandbox and waits until its runner is warm.</summary>
    /// <exception cref="Platform.UserFacingException">The runtime or its interpreter is missing or refuses to start.</exception>
    ValueTask<ISandbox> OpenAsync(SandboxSpec spec, CancellationToken cancellation);

    /// <summary>What protects the host here, found out by trying.</summary>
    ValueTask<SandboxProtections> InspectAsync(CancellationToken cancellation);
}

/// <summary>An open sandbox: a warm interpreter that runs one script at a time. Disposing it leaves no process.</summary>
internal interface ISandbox : IWarm
{
    /// <summary>
    /// Runs a script as <c>__main__</c> in a forked child and streams what it writes; the last event is always one
    /// <see cref="StepEnded"/>. Cancelling <paramref name="cancellation"/> kills every process of the step and ends the
    /// stream with <see cref="StepOutcome.Cancelled"/>; it does not throw. A runner that died is started again by the next run.
    /// </summary>
    IAsyncEnumerable<SandboxEvent> RunAsync(SandboxScript script, StepLimits limits, CancellationToken cancellation);
}

internal sealed record SandboxSpec
{
    /// <summary>Letters, digits and dashes; names control groups and appears in logs.</summary>
    public required string Name { get; init; }
    public required IReadOnlyList<SandboxMount> Mounts { get; init; }
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Memory of all processes of the sandbox together.</summary>
    public long MemoryBytes { get; init; } = 4L << 30;
    public bool Gpu { get; init; }

    /// <summary>Import pandas, scikit-learn and the like before the first script; off for a cheap throw-away sandbox.</summary>
    public bool Preload { get; init; } = true;

    /// <summary>What is imported instead, with commas between the modules; null for what <see cref="Preload"/> says.</summary>
    public string? Modules { get; init; }
}

internal sealed record SandboxMount(string HostPath, string SandboxPath, bool Writable);

internal sealed record SandboxScript
{
    /// <summary>Absolute, as the sandbox sees it.</summary>
    public required string Path { get; init; }
    public required string WorkingDirectory { get; init; }
    public IReadOnlyList<string> Arguments { get; init; } = [];
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}

internal sealed record StepLimits
{
    public TimeSpan WallClock { get; init; } = TimeSpan.FromSeconds(600);
    public long MemoryBytes { get; init; } = 4L << 30;
    public int Processes { get; init; } = 256;
    public int OpenFiles { get; init; } = 1024;
    public long FileBytes { get; init; } = 8L << 30;

    /// <summary>Of all its processes together; null for no limit but the wall clock's.</summary>
    public TimeSpan? CpuTime { get; init; }

    /// <summary>What the directories it may write to may take of the disk, whoever filled them.</summary>
    public long DiskBytes { get; init; } = 32L << 30;

    /// <summary>Files, folders and links there.</summary>
    public long DiskFiles { get; init; } = 500_000;

    /// <summary>Bytes a step may write to stdout and stderr together before it is ended.</summary>
    public long OutputBytes { get; init; } = 4L << 30;
}

internal enum SandboxStream
{
    Stdout,
    Stderr,

    /// <summary>The SDK's own channel: JSON lines of metrics and charts.</summary>
    Record,
}

internal abstract record SandboxEvent;

/// <summary>Bytes as they were written, in order within a stream; a chunk may end inside a line or a character.</summary>
internal sealed record StepOutput(SandboxStream Stream, ReadOnlyMemory<byte> Bytes) : SandboxEvent;

internal sealed record StepEnded : SandboxEvent
{
    public required StepOutcome Outcome { get; init; }
    public int? ExitCode { get; init; }
    public int? Signal { get; init; }
    public required TimeSpan Wall { get; init; }
    public TimeSpan Cpu { get; init; }
    public long PeakMemoryBytes { get; init; }

    /// <summary>One sentence for the agent and the person: what happened, what was used and what is allowed.</summary>
    public required string Sentence { get; init; }
}

internal enum StepOutcome
{
    Ok,

    /// <summary>The script raised, exited non-zero or died of a signal of its own.</summary>
    Error,
    Timeout,
    Cancelled,
    OutOfMemory,
    OutputLimit,

    /// <summary>Its processes used more CPU time than they may.</summary>
    CpuLimit,

    /// <summary>The session's files take more of the disk than they may, or too many of its inodes.</summary>
    DiskLimit,

    /// <summary>One file grew past what a file may have.</summary>
    FileLimit,

    /// <summary>It failed after it was refused a process or thread.</summary>
    ProcessLimit,

    /// <summary>The runner ended without the step's result: node failure, killed runner.</summary>
    Lost,
}

/// <summary>Each protection by name, whether it holds here, and a sentence on what that means.</summary>
internal sealed record SandboxProtections(IReadOnlyList<SandboxProtection> Items)
{
    public bool Safe => Items.All(item => item.Active || !item.Required);
}

internal sealed record SandboxProtection(string Name, bool Active, bool Required, string Sentence);
