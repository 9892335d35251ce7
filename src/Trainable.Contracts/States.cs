namespace Trainable.Contracts;

/// <summary>The three stages of a session, by their wire names.</summary>
public static class Stages
{
    public const string Eda = "eda";
    public const string Prep = "prep";
    public const string Train = "train";

    /// <summary>In the order in which they run.</summary>
    public static readonly IReadOnlyList<string> All = [Eda, Prep, Train];

    public static bool IsKnown(string? stage) => stage is Eda or Prep or Train;

    /// <summary>The stage that has to be done before <paramref name="stage"/> can start; null for the first.</summary>
    public static string? Prerequisite(string stage) =>
        stage switch
        {
            Prep => Eda,
            Train => Prep,
            _ => null,
        };

    /// <summary>The stages whose results are stale once <paramref name="stage"/> runs again.</summary>
    public static IEnumerable<string> After(string stage) => All.SkipWhile(name => name != stage).Skip(1);
}

/// <summary>Values of <c>sessions.state</c>.</summary>
public static class SessionStates
{
    public const string Created = "created";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";

    public static readonly IReadOnlyList<string> All =
    [
        Created,
        .. Stages.All.SelectMany(stage => new[] { Running(stage), Done(stage) }),
        Failed,
        Cancelled,
    ];

    public static string Running(string stage) => $"{stage}_running";

    public static string Done(string stage) => $"{stage}_done";

    public static bool IsRunning(string state) => state.EndsWith("_running", StringComparison.Ordinal);

    public static bool IsDone(string state) => state.EndsWith("_done", StringComparison.Ordinal);
}

/// <summary>Values of <c>stage_runs.status</c>.</summary>
public static class RunStatuses
{
    public const string Running = "running";
    public const string Done = "done";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";
}

/// <summary>What kind of learning problem a target poses.</summary>
public static class ProblemTypes
{
    public const string Binary = "binary";
    public const string Multiclass = "multiclass";
    public const string Regression = "regression";
}

/// <summary>Who keeps the test rows of an experiment.</summary>
public static class HoldoutModes
{
    /// <summary>The host draws them before any agent runs and no sandbox ever sees them.</summary>
    public const string Host = "host";

    /// <summary>Prep writes <c>test.parquet</c> and the host seals it at once.</summary>
    public const string Agent = "agent";

    /// <summary>No rows are held and nothing is measured by the host.</summary>
    public const string None = "none";
}

/// <summary>Values of <c>stage_runs.kind</c>.</summary>
public static class RunKinds
{
    /// <summary>An attempt at a stage.</summary>
    public const string Stage = "stage";

    /// <summary>A conversation about a stage, which leaves the session's state as it was.</summary>
    public const string Chat = "chat";
}
