using System.Text.Json;
using System.Text.Json.Serialization;
using Trainable.Contracts;
using Trainable.Server.Platform;

namespace Trainable.Cli.Terminal;

/// <summary>One stage of a session as it stands: its last run that still counts.</summary>
internal sealed record StageReport(string Stage, string Status, string Model, double? Seconds, string? EndReason);

/// <summary>Where a session stands: what a run's last lines, <c>show</c> and the JSON summary say.</summary>
internal sealed record SessionReport
{
    public required Guid SessionId { get; init; }
    public required Guid ExperimentId { get; init; }
    public required string Name { get; init; }
    public required string State { get; init; }
    public required IReadOnlyList<StageReport> Stages { get; init; }

    /// <summary>What its models used, and what that cost.</summary>
    public required UsageTotals Usage { get; init; }

    /// <summary>What of the data the models may see; null before anything ran.</summary>
    public string? Share { get; init; }

    /// <summary>One of <see cref="Activities"/>.</summary>
    public string? Activity { get; init; }

    /// <summary>What the host measured; null before Train is done or when nothing was held.</summary>
    public ScoreReport? Score { get; init; }

    /// <summary>Which rows were held to measure models on, and why these; null where the dataset is gone.</summary>
    public HoldoutFacts? Holdout { get; init; }

    /// <summary>Each stage's <c>report.md</c> on disk.</summary>
    public required IReadOnlyDictionary<string, string> Reports { get; init; }

    /// <summary>The trained model on disk.</summary>
    public string? ModelPath { get; init; }

    /// <summary>How the copies of its stages in S3 stand; left out where there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<SyncState>? S3Sync { get; init; }

    /// <summary><c>unsafe</c> where what agents write runs without isolation.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Sandbox { get; init; }

    /// <summary>Why it failed or was cancelled.</summary>
    public string? Reason { get; init; }

    /// <summary>Wall-clock seconds of the command that made this report; null for <c>show</c>.</summary>
    public double? Seconds { get; init; }

    public static SessionReport From(SessionDetail session, DatasetFacts? dataset, TrainableHome home)
    {
        // By stage the run that counts: the latest, since a later one makes the earlier ones history.
        var runs = Contracts
            .Stages.All.Select(stage =>
                session.Runs.Where(run => run.Stage == stage && run.Kind == RunKinds.Stage).MaxBy(run => run.Number)
            )
            .OfType<StageRunItem>()
            .ToList();
        var train = runs.Find(run => run.Stage == Contracts.Stages.Train);
        return new SessionReport
        {
            SessionId = session.Id,
            ExperimentId = session.ExperimentId,
            Name = session.Experiment.Name,
            State = session.State,
            Sandbox = session.Sandbox,
            S3Sync = session.S3Sync,
            Stages = [.. runs.Select(Describe)],
            Usage = session.Usage,
            Share = runs is [.., { } last] ? last.Share : null,
            Activity = session.Activity,
            Score = train is { Stale: false, Score: { ValueKind: JsonValueKind.Object } score }
                ? score.Deserialize(ContractJson.Default.ScoreReport)
                : null,
            Holdout = dataset?.Holdout,
            Reports = runs.Select(run =>
                    (run.Stage, Path: Path.Combine(home.Stage(session.Id, run.Stage), "report.md"))
                )
                .Where(report => File.Exists(report.Path))
                .ToDictionary(report => report.Stage, report => report.Path),
            ModelPath = Existing(Path.Combine(home.Stage(session.Id, Contracts.Stages.Train), "models", "model.pkl")),
            Reason = session.State is SessionStates.Failed or SessionStates.Cancelled
                ? runs.MaxBy(run => run.StartedAt)?.EndReason
                : null,
        };
    }

    private static StageReport Describe(StageRunItem run) =>
        new(
            run.Stage,
            run.Stale ? "stale" : run.Status,
            run.Model,
            (run.EndedAt - run.StartedAt)?.TotalSeconds,
            run.EndReason
        );

    private static string? Existing(string path) => File.Exists(path) ? path : null;
}

/// <summary>A row of <c>ls</c>.</summary>
internal sealed record SessionRow(
    Guid SessionId,
    Guid ExperimentId,
    string Name,
    string State,
    DateTime UpdatedAt,
    decimal CostUsd,
    long Tokens
);

/// <summary>The last line of <c>--json</c>, in the form of the events before it.</summary>
internal sealed record Summary(string Type, SessionReport Data);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(UtcDateTimeConverter)]
)]
[JsonSerializable(typeof(Summary))]
[JsonSerializable(typeof(SessionReport))]
[JsonSerializable(typeof(SessionRow[]))]
[JsonSerializable(typeof(AbortResult))]
internal sealed partial class ReportJson : JsonSerializerContext;
