using Microsoft.EntityFrameworkCore;
using Trainable.Server.Events;
using Trainable.Server.Storage;

namespace Trainable.Server.Agents.Budgets;

/// <summary>What runs have spent.</summary>
internal sealed class Spent
{
    public double Seconds { get; init; }
    public long Tokens { get; set; }
    public long CostNanos { get; set; }
    public long Turns { get; set; }

    public void Add(TurnTokens tokens, long? costNanos)
    {
        Turns++;
        Tokens += tokens.Input + tokens.Output;
        CostNanos += costNanos ?? 0;
    }

    /// <summary>What one run has spent; its time is not counted here.</summary>
    public static async Task<Spent> OfRunAsync(TrainableDb db, Guid run, CancellationToken cancellation) =>
        await SumAsync(db.Turns.Where(turn => turn.RunId == run), 0, cancellation);

    /// <summary>What the other runs of a session have spent.</summary>
    public static async Task<Spent> OfSessionAsync(
        TrainableDb db,
        Guid session,
        Guid except,
        CancellationToken cancellation
    )
    {
        var others = db.StageRuns.Where(run => run.SessionId == session && run.Id != except);
        var times = await others
            .Where(run => run.EndedAt != null)
            .Select(run => new
            {
                run.StartedAt,
                run.EndedAt,
                run.IdleSeconds,
            })
            .ToListAsync(cancellation);
        var seconds = times.Sum(run => (run.EndedAt!.Value - run.StartedAt).TotalSeconds - run.IdleSeconds);
        var ids = others.Select(run => run.Id);
        return await SumAsync(db.Turns.Where(turn => ids.Contains(turn.RunId)), Math.Max(seconds, 0), cancellation);
    }

    private static async Task<Spent> SumAsync(IQueryable<Turn> turns, double seconds, CancellationToken cancellation) =>
        await turns
            .GroupBy(_ => 1)
            .Select(all => new Spent
            {
                Seconds = seconds,
                Tokens = all.Sum(turn => turn.InputTokens + turn.OutputTokens),
                CostNanos = all.Sum(turn => turn.CostNanos ?? 0),
                Turns = all.Count(),
            })
            .SingleOrDefaultAsync(cancellation)
        ?? new Spent { Seconds = seconds };
}
