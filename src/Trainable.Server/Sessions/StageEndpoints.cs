using Microsoft.AspNetCore.Http.HttpResults;
using Trainable.Contracts;
using Trainable.Server.Agents;
using Trainable.Server.Platform;

namespace Trainable.Server.Sessions;

internal static class StageEndpoints
{
    public static IEndpointRouteBuilder MapStages(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/sessions/{id:guid}").WithTags("Stages");
        group.MapPost("/stages/{stage}/start", Start).Accepts<StartStageRequest>(isOptional: true, "application/json");
        group.MapPost("/auto", Auto).Accepts<StartStageRequest>(isOptional: true, "application/json");
        group.MapPost("/abort", Abort);
        return app;
    }

    private static async Task<Results<Ok<StageStarted>, ProblemHttpResult>> Start(
        Guid id,
        string stage,
        HttpRequest request,
        ISessions sessions,
        CancellationToken cancellation
    )
    {
        if (!Stages.IsKnown(stage))
            return TypedResults.Problem($"Invalid stage: {stage}", statusCode: 400);
        return await StartAsync(id, stage, continueTo: null, request, sessions, cancellation);
    }

    /// <summary>Runs every stage that is left, one after the other.</summary>
    private static async Task<Results<Ok<StageStarted>, ProblemHttpResult>> Auto(
        Guid id,
        string? until,
        HttpRequest request,
        ISessions sessions,
        CancellationToken cancellation
    )
    {
        if (until is not null && !Stages.IsKnown(until))
            return TypedResults.Problem($"Invalid stage: {until}", statusCode: 400);
        return await StartAsync(id, stage: null, until ?? Stages.Train, request, sessions, cancellation);
    }

    private static async Task<Results<Ok<AbortResult>, ProblemHttpResult>> Abort(
        Guid id,
        ISessions sessions,
        SessionQueries queries,
        CancellationToken cancellation
    )
    {
        if (!await queries.ExistsAsync(id, cancellation))
            return Problems.NotFound("Session not found");
        var stopped = await sessions.AbortAsync(id, "stopped by the user", cancellation);
        return TypedResults.Ok(new AbortResult(stopped ? "cancelled" : "not_running"));
    }

    private static RunOptions OptionsOf(StartStageRequest body)
    {
        var options = body.Over(null);
        return body.BudgetSeconds is { } seconds
            ? options with
            {
                Budget = new BudgetLimits { Seconds = seconds }.Over(options.Budget),
            }
            : options;
    }

    private static async Task<Results<Ok<StageStarted>, ProblemHttpResult>> StartAsync(
        Guid id,
        string? stage,
        string? continueTo,
        HttpRequest request,
        ISessions sessions,
        CancellationToken cancellation
    )
    {
        var body =
            await Problems.ReadOptionalJsonAsync(request, ContractJson.Default.StartStageRequest, cancellation)
            ?? new StartStageRequest();
        if (body.BudgetSeconds is { } seconds && seconds is not (>= 1 and <= RunTerms.LongestSeconds))
            return Problems.Unprocessable("budget_seconds lies between 1 and a week.");
        var result = await sessions.StartAsync(
            id,
            new StartCommand
            {
                Stage = stage,
                ContinueTo = continueTo,
                Instructions = body.Instructions ?? "",
                Options = OptionsOf(body),
                Gpu = body.Gpu,
                TakeOver = body.TakeOver,
            },
            cancellation
        );
        return result switch
        {
            StartResult.Started started => TypedResults.Ok(new StageStarted("started", started.State)),
            StartResult.NotFound => Problems.NotFound("Session not found"),
            StartResult.AlreadyRunning => TypedResults.Problem(
                "Agent already running for this session",
                statusCode: 409
            ),
            StartResult.Refused refused => TypedResults.Problem(refused.Sentence, statusCode: 400),
            _ => throw new InvalidOperationException($"{result} is no result of a start."),
        };
    }
}
