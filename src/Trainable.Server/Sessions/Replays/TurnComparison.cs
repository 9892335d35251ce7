using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;
using Trainable.Contracts;
using Trainable.Server.Agents;
using Trainable.Server.Agents.Budgets;
using Trainable.Server.Events;
using Trainable.Server.Referee.Comparisons;
using Trainable.Server.Storage;

namespace Trainable.Server.Sessions.Replays;

/// <summary>Where the results of recorded calls, and the ends of runs, were not those of the recording.</summary>
internal sealed class TurnComparison(TrainableDb db, ComparedSessions pair)
{
    /// <summary>Once results differ those after them mostly do; the first tell the story.</summary>
    private const int Most = 50;

    /// <summary>The divergences, what the replay spent, and what the original had paid (null where that is not known).</summary>
    public async Task<(List<ReplayDivergence> Found, Spent Spent, long? Paid)> ReadAsync(
        IReadOnlyList<(StageRun Original, StageRun Replay)> runs,
        CancellationToken cancellation
    )
    {
        var found = new List<ReplayDivergence>();
        var spent = new Spent();
        long? paid = 0;
        foreach (var (original, replay) in runs)
        {
            var (recorded, made) = (await TurnsAsync(original, cancellation), await TurnsAsync(replay, cancellation));
            found.AddRange(recorded.Zip(made).SelectMany(pairs => Results(original.Stage, pairs.First, pairs.Second)));
            if (made.Count < recorded.Count)
                found.Add(
                    new ReplayDivergence(
                        original.Stage,
                        $"{original.Stage} ended after {made.Count} of {recorded.Count} recorded replies: {replay.EndReason}."
                    )
                );
            else if (replay.Status != original.Status)
                found.Add(
                    new ReplayDivergence(
                        original.Stage,
                        $"{original.Stage} ended '{replay.Status}', where the recording ended '{original.Status}': {replay.EndReason}"
                    )
                );
            foreach (var turn in made)
                spent.Add(new TurnTokens { Input = turn.InputTokens, Output = turn.OutputTokens }, turn.CostNanos);
            paid += recorded.TrueForAll(turn => turn.CostNanos is not null)
                ? recorded.Sum(turn => turn.CostNanos!.Value)
                : null;
        }
        return ([.. found.Take(Most)], spent, paid);
    }

    private Task<List<Turn>> TurnsAsync(StageRun run, CancellationToken cancellation) =>
        db
            .Turns.AsNoTracking()
            .Where(turn => turn.RunId == run.Id)
            .OrderBy(turn => turn.Number)
            .ToListAsync(cancellation);

    private IEnumerable<ReplayDivergence> Results(string stage, Turn recorded, Turn made)
    {
        var (before, now) = (Parse(recorded.Results), Parse(made.Results));
        foreach (
            var call in Conversation
                .Parse(recorded.Reply)
                .SelectMany(message => message.Contents)
                .OfType<FunctionCallContent>()
        )
        {
            if (Text(before, call) is not { } expected || Text(now, call) is not { } got)
                continue;
            var difference = PassingText.FirstDifference(
                PassingText.Normal(expected, pair.OriginalDays),
                PassingText.Normal(pair.AsOriginal(got), pair.ReplayDays)
            );
            if (difference is not null)
                yield return new ReplayDivergence(
                    stage,
                    $"{call.Name} of reply {recorded.Number} of {stage} was answered otherwise: {difference}."
                )
                {
                    Turn = recorded.Number,
                    Tool = call.Name,
                };
        }
    }

    private static JsonObject Parse(string results) => JsonNode.Parse(results)?.AsObject() ?? [];

    private static string? Text(JsonObject results, FunctionCallContent call) =>
        results[call.CallId]?.GetValue<string>();
}
