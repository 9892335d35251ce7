using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Storage;

namespace Trainable.Server.Agents.Budgets;

/// <summary>Sums over the turns, made by the database: none of them comes from a part of the rows.</summary>
internal static class UsageQueries
{
    public const string ByModel = "model";
    public const string ByDay = "day";
    public const string BySession = "session";
    public const string ByStage = "stage";

    public static readonly IReadOnlyList<string> Keys = [ByModel, ByDay, BySession, ByStage];

    private static readonly UsageTotals Nothing = new()
    {
        Turns = 0,
        InputTokens = 0,
        OutputTokens = 0,
        CacheReadTokens = 0,
        CacheWriteTokens = 0,
        CostUsd = 0,
        UnpricedTurns = 0,
    };

    /// <summary>One turn with what it can be grouped by.</summary>
    private sealed record Row
    {
        public required Turn Turn { get; init; }
        public required Guid Session { get; init; }
        public required string Stage { get; init; }
    }

    public static async Task<UsageTotals> TotalsAsync(TrainableDb db, Guid session, CancellationToken cancellation) =>
        (await SumAsync(Rows(db, session).GroupBy(_ => 1), _ => "", cancellation)).FirstOrDefault() ?? Nothing;

    /// <summary>The parts of a sum, the dearest first; days in order.</summary>
    public static async Task<UsageItem[]> ByAsync(
        TrainableDb db,
        string key,
        Guid? session,
        CancellationToken cancellation
    )
    {
        var rows = Rows(db, session);
        var sums = key switch
        {
            ByModel => await SumAsync(rows.GroupBy(row => row.Turn.Model), model => model, cancellation),
            ByStage => await SumAsync(rows.GroupBy(row => row.Stage), stage => stage, cancellation),
            BySession => await NamedAsync(
                db,
                await SumAsync(rows.GroupBy(row => row.Session), id => id.ToString(), cancellation),
                cancellation
            ),
            ByDay => await SumAsync(
                rows.GroupBy(row => new
                {
                    row.Turn.CreatedAt.Year,
                    row.Turn.CreatedAt.Month,
                    row.Turn.CreatedAt.Day,
                }),
                day => $"{day.Year:0000}-{day.Month:00}-{day.Day:00}",
                cancellation
            ),
            _ => throw new ArgumentOutOfRangeException(nameof(key), key, "There is no such part."),
        };
        return key == ByDay
            ? [.. sums.OrderBy(item => item.Key, StringComparer.Ordinal)]
            : [.. sums.OrderByDescending(item => item.CostUsd).ThenByDescending(item => item.InputTokens)];
    }

    /// <summary>A person knows sessions by their experiments.</summary>
    private static async Task<List<UsageItem>> NamedAsync(
        TrainableDb db,
        List<UsageItem> sums,
        CancellationToken cancellation
    )
    {
        var names = await db
            .Sessions.AsNoTracking()
            .Select(session => new { session.Id, session.Experiment!.Name })
            .ToDictionaryAsync(session => session.Id.ToString(), session => session.Name, cancellation);
        return [.. sums.Select(item => item with { Name = names.GetValueOrDefault(item.Key) })];
    }

    private static IQueryable<Row> Rows(TrainableDb db, Guid? session)
    {
        var runs = db.StageRuns.AsNoTracking();
        if (session is { } one)
            runs = runs.Where(run => run.SessionId == one);
        return db
            .Turns.AsNoTracking()
            .Join(
                runs,
                turn => turn.RunId,
                run => run.Id,
                (turn, run) =>
                    new Row
                    {
                        Turn = turn,
                        Session = run.SessionId,
                        Stage = run.Stage,
                    }
            );
    }

    private static async Task<List<UsageItem>> SumAsync<TKey>(
        IQueryable<IGrouping<TKey, Row>> groups,
        Func<TKey, string> name,
        CancellationToken cancellation
    )
    {
        var sums = await groups
            .Select(part => new
            {
                part.Key,
                Turns = part.LongCount(),
                Input = part.Sum(row => row.Turn.InputTokens),
                Output = part.Sum(row => row.Turn.OutputTokens),
                Read = part.Sum(row => row.Turn.CacheReadTokens),
                Write = part.Sum(row => row.Turn.CacheWriteTokens),
                Cost = part.Sum(row => row.Turn.CostNanos ?? 0),
                Unpriced = part.Sum(row => row.Turn.CostNanos == null ? 1L : 0L),
            })
            .ToListAsync(cancellation);
        return
        [
            .. sums.Select(part => new UsageItem
            {
                Key = name(part.Key),
                Turns = part.Turns,
                InputTokens = part.Input,
                OutputTokens = part.Output,
                CacheReadTokens = part.Read,
                CacheWriteTokens = part.Write,
                CostUsd = TurnCost.Dollars(part.Cost),
                UnpricedTurns = part.Unpriced,
            }),
        ];
    }
}
