using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Trainable.Contracts;
using Trainable.Server.Storage;
using Trainable.Tests.App;
using static Trainable.Tests.Faults.FaultLab;

namespace Trainable.Tests.Faults;

/// <summary>Fault 18: totals are of everything, not of the last rows.</summary>
public class UsageFaults
{
    private const int Turns = 5_000;

    [Fact]
    public async Task Fault18TotalsAreSumsOverAllTurnsByModelDayAndSession()
    {
        await using var app = await TrainableApp.StartAsync(
            new ScriptedModels(ScriptedModels.Run(Report), ScriptedModels.Finish())
        );
        var session = await app.SessionAsync();
        await app.RunEdaAsync(session);
        await AddTurnsAsync(app);

        var usage = (
            await app.Http.GetFromJsonAsync(
                $"/api/sessions/{session}/usage",
                ContractJson.Default.SessionUsage,
                Cancellation
            )
        )!;
        usage.Totals.Turns.ShouldBe(Turns + 2);
        usage.Totals.InputTokens.ShouldBe(Turns * 1_000L);
        usage.Totals.OutputTokens.ShouldBe(Turns * 10L);
        usage.Totals.CacheReadTokens.ShouldBe(Turns * 7L);
        usage.Totals.CostUsd.ShouldBe(Turns / 2 * 0.000_000_003m);
        usage.Totals.UnpricedTurns.ShouldBe((Turns / 2) + 2);
        usage.ByStage.ShouldHaveSingleItem().Key.ShouldBe("eda");
        usage.Budgets.ShouldContain(budget => budget.Kind == BudgetKinds.WallClock && budget.Limit == 1_800);
        (await app.SessionAsync(session)).Usage.ShouldBe(usage.Totals);

        var models = await ByAsync(app, "model");
        models.Select(item => item.Key).ShouldBe(["dear", "cheap", "scripted"]);
        models[0].CostUsd.ShouldBe(usage.Totals.CostUsd);
        var days = await ByAsync(app, "day");
        days.Select(item => item.Key).Take(2).ShouldBe(["2026-02-03", "2026-02-04"]);
        days[0].Turns.ShouldBe(Turns / 2);
        var bySession = (await ByAsync(app, "session")).ShouldHaveSingleItem();
        bySession.Key.ShouldBe(session.ToString());
        bySession.Name.ShouldBe("demo");
    }

    private static async Task<UsageItem[]> ByAsync(TrainableApp app, string part) =>
        (await app.Http.GetFromJsonAsync($"/api/usage?by={part}", ContractJson.Default.UsageItemArray, Cancellation))!;

    private static async Task AddTurnsAsync(TrainableApp app)
    {
        using var scope = app.Server.Services.CreateScope();
        var db = scope.ServiceProvider.GetRequiredService<TrainableDb>();
        var run = await db.StageRuns.SingleAsync(Cancellation);
        for (var number = 0; number < Turns; number++)
        {
            var dear = number % 2 == 0;
            db.Add(
                new Turn
                {
                    Id = Guid.CreateVersion7(),
                    RunId = run.Id,
                    Number = 100 + number,
                    Reply = "[]",
                    Prompt = "[]",
                    Results = "{}",
                    InputTokens = 1_000,
                    OutputTokens = 10,
                    CacheReadTokens = 7,
                    Model = dear ? "dear" : "cheap",
                    CostNanos = dear ? 3 : null,
                    CreatedAt = new DateTime(2026, 2, dear ? 3 : 4, 23, 59, 59, DateTimeKind.Utc),
                }
            );
        }
        await db.SaveChangesAsync(Cancellation);
    }
}

[OnPostgres]
public sealed class UsageFaultsOnPostgres : UsageFaults;
