using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Agents.Steering;
using Trainable.Server.Platform;
using Trainable.Server.Storage;

namespace Trainable.Server.Sessions;

internal static class QuestionEndpoints
{
    private const int MaxText = 64 * 1024;
    private const int MaxCode = 1 << 20;

    public static IEndpointRouteBuilder MapQuestions(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/sessions/{id:guid}/questions").WithTags("Steering");
        group.MapGet("", Pending);
        group.MapPost("/{question:guid}/answer", Answer).Accepts<AnswerRequest>("application/json");
        return app;
    }

    /// <summary>What waits for an answer.</summary>
    private static async Task<Results<Ok<QuestionItem[]>, ProblemHttpResult>> Pending(
        Guid id,
        SessionQueries queries,
        CancellationToken cancellation
    ) =>
        await queries.ExistsAsync(id, cancellation)
            ? TypedResults.Ok(await queries.QuestionsAsync(id, cancellation))
            : Problems.NotFound("Session not found");

    /// <summary>Answers a question, or approves, edits or rejects a script; the run goes on with it.</summary>
    private static async Task<Results<Ok<QuestionAnswered>, ProblemHttpResult>> Answer(
        Guid id,
        Guid question,
        HttpRequest request,
        TrainableDb db,
        Questions questions,
        CancellationToken cancellation
    )
    {
        var body = await Problems.ReadJsonAsync(request, ContractJson.Default.AnswerRequest, cancellation);
        var row = await FindAsync(db, id, question, cancellation);
        if (row is null)
            return Problems.NotFound("Question not found");
        if (row.Status != QuestionStatuses.Pending)
            return Late(row.Status);
        var shown = System.Text.Json.JsonSerializer.Deserialize(row.Shown, ContractJson.Default.QuestionItem)!;
        if (Misfit(shown, body) is { } misfit)
            return Problems.Unprocessable(misfit);
        var answer = new QuestionAnswered(question)
        {
            By = "user",
            Stage = shown.Stage,
            Answer = shown.Kind == QuestionKinds.Question ? body.Answer!.Trim() : null,
            Decision = shown.Kind == QuestionKinds.Approval ? body.Decision : null,
            Reason = body.Reason,
            Code = body.Decision == Decisions.Edit ? body.Code : null,
        };
        if (await questions.AnswerAsync(answer, cancellation) is { By: "user" } taken)
            return TypedResults.Ok(taken);
        // Somebody else was first, its time ran out, or the run ended.
        return Late((await FindAsync(db, id, question, cancellation))?.Status);
    }

    private static Task<Question?> FindAsync(
        TrainableDb db,
        Guid session,
        Guid question,
        CancellationToken cancellation
    ) =>
        db
            .Questions.AsNoTracking()
            .FirstOrDefaultAsync(row => row.Id == question && row.SessionId == session, cancellation);

    private static string? Misfit(QuestionItem shown, AnswerRequest body) =>
        shown.Kind switch
        {
            QuestionKinds.Question when string.IsNullOrWhiteSpace(body.Answer) =>
                "The field 'answer' is missing: say what the answer is.",
            QuestionKinds.Question when body.Answer.Length > MaxText => "The answer is over 64 Ki characters.",
            QuestionKinds.Approval
                when body.Decision is not (Decisions.Approve or Decisions.Reject or Decisions.Edit) =>
                "The field 'decision' has to be approve, edit or reject.",
            QuestionKinds.Approval when body.Decision == Decisions.Edit && string.IsNullOrWhiteSpace(body.Code) =>
                "The field 'code' is missing: an edit holds the whole script that is to run.",
            _ when body.Code?.Length > MaxCode => "The script is over 1 MiB.",
            _ => null,
        };

    private static ProblemHttpResult Late(string? status) =>
        TypedResults.Problem(
            status switch
            {
                QuestionStatuses.Answered => "This question has been answered already.",
                QuestionStatuses.Expired => "This question waited for its time; the agent has decided by itself.",
                QuestionStatuses.Pending => "The run that asked is not there to take an answer; try again in a moment.",
                _ => "The run that asked has ended; the question waits for no answer any more.",
            },
            statusCode: 409
        );
}
