using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Agents;
using Trainable.Server.Agents.Budgets;
using Trainable.Server.Agents.Recordings;
using Trainable.Server.Artifacts;
using Trainable.Server.Events;
using Trainable.Server.Platform;
using Trainable.Server.Referee.Comparisons;
using Trainable.Server.Storage;

namespace Trainable.Server.Sessions.Replays;

/// <summary>Says what of a session is the same once its recording has run again.</summary>
internal sealed class ReplayJudge(
    ArtifactComparer artifacts,
    IDbContextFactory<TrainableDb> databases,
    TrainableHome home,
    TimeProvider clock
)
{
    private const string DayFormat = "yyyy-MM-dd";

    /// <summary>Compares what the run's session came to with what it replays; says nothing where the recording is gone.</summary>
    /// <param name="context">The last run.</param>
    /// <param name="status">How it ends; it is not recorded yet.</param>
    /// <param name="reason">Why.</param>
    /// <param name="changes">What is recorded with its end.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<IReadOnlyList<EventDraft>> JudgeAsync(
        StageContext context,
        string status,
        string reason,
        IReadOnlyList<RowChange> changes,
        CancellationToken cancellation
    )
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var replays = (await ReplayRuns.OfSessionAsync(db, context.SessionId, cancellation))
            .Where(run => RecordingName.Is(run.Model))
            .ToList();
        var current = replays.Single(run => run.Id == context.RunId);
        current.Status = status;
        current.EndReason = reason;
        current.Score ??= changes.OfType<SetScore>().LastOrDefault()?.Json;
        var originals = await OriginalsAsync(db, replays, cancellation);
        replays.RemoveAll(run => !originals.ContainsKey(RecordingName.Parse(run.Model)!.Value));
        if (!replays.Contains(current))
            return [];
        // A stage replayed by itself says nothing of the others.
        if (current.ContinueTo is null)
            replays = [current];
        var source = originals[RecordingName.Parse(current.Model)!.Value].SessionId;
        var pair = new ComparedSessions(context.DatasetId, source, context.SessionId, context.Options)
        {
            OriginalDays = Days(originals.Values),
            ReplayDays = Days(replays),
        };
        var compared = await CompareAsync(db, pair, current.ContinueTo is null ? context.Stage : null, cancellation);
        var runs = replays.Select(run => (Original: originals[RecordingName.Parse(run.Model)!.Value], Replay: run));
        var (divergences, spent, paid) = await new TurnComparison(db, pair).ReadAsync([.. runs], cancellation);
        if (current.ContinueTo is not null)
            divergences.AddRange(await LeftOutAsync(db, source, replays, cancellation));
        var result = new ReplayResult
        {
            Original = source,
            Verdict = compared.TrueForAll(file => Equalities.IsSame(file.Equality))
                ? ReplayVerdicts.Same
                : ReplayVerdicts.Differs,
            Message = "",
            Counts = compared
                .GroupBy(file => file.Equality)
                .OrderBy(group => Equalities.All.ToList().IndexOf(group.Key))
                .ToDictionary(group => group.Key, group => group.Count()),
            First = compared.Find(file => !Equalities.IsSame(file.Equality)),
            Artifacts = compared,
            Divergences = divergences,
            Replies = (int)spent.Turns,
            Tokens = spent.Tokens,
            CostUsd = TurnCost.Dollars(spent.CostNanos),
            OriginalCostUsd = paid is { } nanos ? TurnCost.Dollars(nanos) : null,
            Score = Score(runs.LastOrDefault(run => run.Replay.Score is not null)),
        };
        return
        [
            EventDraft.Create(
                EventTypes.Replay,
                result with
                {
                    Message = ReplaySentence.Of(result),
                },
                ContractJson.Default.ReplayResult
            ),
        ];
    }

    private static async Task<Dictionary<Guid, StageRun>> OriginalsAsync(
        TrainableDb db,
        List<StageRun> replays,
        CancellationToken cancellation
    )
    {
        var ids = replays.Select(run => RecordingName.Parse(run.Model)!.Value).ToList();
        return await db
            .StageRuns.AsNoTracking()
            .Where(run => ids.Contains(run.Id))
            .ToDictionaryAsync(run => run.Id, cancellation);
    }

    /// <summary>The original's artefacts in the order in which it made them, then what only the replay made.</summary>
    private async Task<List<ComparedArtifact>> CompareAsync(
        TrainableDb db,
        ComparedSessions pair,
        string? stage,
        CancellationToken cancellation
    )
    {
        var prefix = $"/sessions/{pair.Original}/";
        var made = await db
            .Artifacts.AsNoTracking()
            .Where(file => file.SessionId == pair.Original)
            .OrderBy(file => file.Id)
            .Select(file => file.Path)
            .ToListAsync(cancellation);
        var paths = made.Where(path => path.StartsWith(prefix, StringComparison.Ordinal))
            .Select(path => path[prefix.Length..])
            .ToList();
        var known = WorkspaceSnapshot.Take(home.Session(pair.Original)).Files.Select(file => file.Path).ToHashSet();
        paths.AddRange(
            WorkspaceSnapshot
                .Take(home.Session(pair.Replay))
                .Files.Select(file => file.Path)
                .Where(path => !known.Contains(path) && !IsLog(path))
        );
        var compared = new List<ComparedArtifact>();
        foreach (var path in paths.Distinct(StringComparer.Ordinal))
        {
            if (stage is not null && !path.StartsWith($"{stage}/", StringComparison.Ordinal))
                continue;
            if (await artifacts.CompareAsync(pair, path, cancellation) is { } file)
                compared.Add(file);
        }
        return compared;
    }

    /// <summary>Outputs of steps tell their times, and are no artefacts.</summary>
    private static bool IsLog(string path) => path.Split('/') is [_, "logs", ..];

    private static async Task<IEnumerable<ReplayDivergence>> LeftOutAsync(
        TrainableDb db,
        Guid source,
        List<StageRun> replays,
        CancellationToken cancellation
    )
    {
        var replayed = replays.Select(run => RecordingName.Parse(run.Model)).ToHashSet();
        return (await ReplayRuns.OfSessionAsync(db, source, cancellation))
            .Where(run => !replayed.Contains(run.Id))
            .Select(run => new ReplayDivergence(
                run.Stage,
                $"{run.Stage} did not run again: what it needs was not reached."
            ));
    }

    private HashSet<string> Days(IEnumerable<StageRun> runs) =>
        [
            .. runs.SelectMany(run => new[] { run.StartedAt, run.EndedAt ?? clock.GetUtcNow().UtcDateTime })
                .Select(time => time.ToString(DayFormat, CultureInfo.InvariantCulture)),
        ];

    private static ComparedScore? Score((StageRun Original, StageRun Replay) runs)
    {
        if (runs is not { Original.Score: { } original, Replay.Score: { } replay })
            return null;
        var (ours, theirs) = (Read(original), Read(replay));
        return new ComparedScore(ours.Metric, ours.Value, theirs.Value);
    }

    private static ScoreReport Read(string json) => JsonSerializer.Deserialize(json, ContractJson.Default.ScoreReport)!;
}
