using Microsoft.AspNetCore.Http.HttpResults;
using Trainable.Contracts;
using Trainable.Server.Events;
using Trainable.Server.Platform;
using Trainable.Server.Storage;

namespace Trainable.Server.Sessions;

internal static class SessionEndpoints
{
    public static IEndpointRouteBuilder MapSessions(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/sessions/{id:guid}").WithTags("Sessions");
        group.MapGet("", Get).WithVersion(SessionVersion.OfAsync);
        group.MapGet("/messages", Messages).WithVersion(SessionVersion.OfAsync);
        group.MapPost("/messages", PostMessage).Accepts<PostMessageRequest>("application/json");
        group.MapGet("/artifacts", Artifacts).WithVersion(SessionVersion.OfAsync);
        group.MapGet("/prep/metadata", PrepMetadata);
        return app;
    }

    private static async Task<Results<Ok<SessionDetail>, ProblemHttpResult>> Get(
        Guid id,
        SessionQueries queries,
        CancellationToken cancellation
    ) => await queries.FindAsync(id, cancellation) is { } detail ? TypedResults.Ok(detail) : NotFound();

    private static async Task<Results<Ok<IReadOnlyList<MessageItem>>, ProblemHttpResult>> Messages(
        Guid id,
        SessionQueries queries,
        CancellationToken cancellation
    ) =>
        await queries.ExistsAsync(id, cancellation)
            ? TypedResults.Ok(await queries.MessagesAsync(id, cancellation))
            : NotFound();

    /// <summary>
    /// Keeps a person's message; a running stage reads it at its next turn. With <c>run_agent</c> and nothing running an agent
    /// answers, in a conversation about the last stage.
    /// </summary>
    private static async Task<Results<Ok<MessageItem>, ProblemHttpResult>> PostMessage(
        Guid id,
        HttpRequest request,
        SessionQueries queries,
        ISessions sessions,
        CancellationToken cancellation
    )
    {
        var body = await Problems.ReadJsonAsync(request, ContractJson.Default.PostMessageRequest, cancellation);
        if (body.Content is null)
            return Problems.Unprocessable("The field 'content' is null: send the message's text.");
        if (!await queries.ExistsAsync(id, cancellation))
            return NotFound();
        Appended kept;
        try
        {
            kept = body.RunAgent
                ? await sessions.ChatAsync(id, body.Content, body.Model, cancellation)
                : await sessions.PostMessageAsync(id, body.Content, cancellation);
        }
        catch (LostSessionException)
        {
            return NotFound();
        }
        return TypedResults.Ok(
            SessionQueries.Item(
                new Message
                {
                    Id = kept.MessageId!.Value,
                    Role = "user",
                    Content = body.Content,
                    Metadata = "{}",
                    CreatedAt = kept.At,
                }
            )
        );
    }

    private static async Task<Results<Ok<ArtifactItem[]>, ProblemHttpResult>> Artifacts(
        Guid id,
        SessionQueries queries,
        CancellationToken cancellation
    ) =>
        await queries.ExistsAsync(id, cancellation)
            ? TypedResults.Ok(await queries.ArtifactsAsync(id, cancellation))
            : NotFound();

    private static async Task<Results<Ok<ProcessedMeta>, ProblemHttpResult>> PrepMetadata(
        Guid id,
        SessionQueries queries,
        CancellationToken cancellation
    ) =>
        await queries.MetaAsync(id, cancellation) is { } meta
            ? TypedResults.Ok(meta)
            : Problems.NotFound("No processed dataset metadata found");

    private static ProblemHttpResult NotFound() => Problems.NotFound("Session not found");
}
