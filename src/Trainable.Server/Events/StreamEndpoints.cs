using System.Globalization;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Trainable.Server.Storage;

namespace Trainable.Server.Events;

internal static class StreamEndpoints
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);
    private static readonly byte[] Ping = ": ping\n\n"u8.ToArray();
    private static readonly byte[] Connected = ": connected\n\n"u8.ToArray();

    public static IEndpointRouteBuilder MapStreams(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api").WithTags("Events");
        group.MapGet("/sessions/{id:guid}/stream", StreamSession);
        group.MapGet("/stream", StreamMany);
        return app;
    }

    /// <summary>A session's events as SSE. <c>Last-Event-ID</c>, else <c>?after</c>, replays from the log; neither starts now.</summary>
    private static async Task<Results<EmptyHttpResult, ProblemHttpResult>> StreamSession(
        Guid id,
        long? after,
        HttpContext http,
        Follower follower,
        TrainableDb db,
        CancellationToken cancellation
    )
    {
        if (!await db.Sessions.AsNoTracking().AnyAsync(session => session.Id == id, cancellation))
            return TypedResults.Problem("Session not found", statusCode: StatusCodes.Status404NotFound);
        if (
            long.TryParse(
                http.Request.Headers["Last-Event-ID"],
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var last
            )
        )
            after = last;
        await SendAsync(http, follower.FollowAsync(id, after, cancellation), cancellation);
        return TypedResults.Empty;
    }

    /// <summary>Many sessions on one connection (<c>?follow=ID:SEQ,…</c>), or what changes in the list of all.</summary>
    private static async Task<Results<EmptyHttpResult, ProblemHttpResult>> StreamMany(
        string? follow,
        HttpContext http,
        Follower follower,
        CancellationToken cancellation
    )
    {
        if (string.IsNullOrEmpty(follow))
        {
            await SendAsync(http, follower.FollowEverythingAsync(cancellation), cancellation);
            return TypedResults.Empty;
        }
        var wanted = new List<(Guid Session, long? After)>();
        foreach (var part in follow.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var colon = part.IndexOf(':', StringComparison.Ordinal);
            var name = colon < 0 ? part : part[..colon];
            long seq = 0;
            if (
                !Guid.TryParse(name, out var session)
                || (colon >= 0 && !long.TryParse(part.AsSpan(colon + 1), NumberStyles.None, null, out seq))
            )
            {
                return TypedResults.Problem(
                    $"follow takes ID:SEQ pairs separated by commas; '{part}' is not one.",
                    statusCode: StatusCodes.Status422UnprocessableEntity
                );
            }
            wanted.Add((session, colon < 0 ? null : seq));
        }
        await SendAsync(http, MergeAsync(follower, wanted, cancellation), cancellation);
        return TypedResults.Empty;
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> MergeAsync(
        Follower follower,
        List<(Guid Session, long? After)> wanted,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var merged = Channel.CreateBounded<ReadOnlyMemory<byte>>(64);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var pumps = wanted.Select(one => Pump(one.Session, one.After)).ToArray();
        _ = Task.WhenAll(pumps).ContinueWith(all => merged.Writer.TryComplete(all.Exception), TaskScheduler.Default);
        try
        {
            await foreach (var frames in merged.Reader.ReadAllAsync(cancellation))
                yield return frames;
        }
        finally
        {
            await stop.CancelAsync();
        }

        async Task Pump(Guid session, long? after)
        {
            try
            {
                await foreach (var frames in follower.FollowAsync(session, after, stop.Token))
                    await merged.Writer.WriteAsync(frames, stop.Token);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested) { }
        }
    }

    private static async Task SendAsync(
        HttpContext http,
        IAsyncEnumerable<ReadOnlyMemory<byte>> frames,
        CancellationToken cancellation
    )
    {
        var response = http.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache, no-transform";
        response.Headers["X-Accel-Buffering"] = "no";
        await response.StartAsync(cancellation);
        await response.BodyWriter.WriteAsync(Connected, cancellation);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var source = frames.GetAsyncEnumerator(stop.Token);
        var next = source.MoveNextAsync().AsTask();
        try
        {
            // One timer at a time, kept over frames: a burst must not leave a timer behind for every frame.
            var beat = Task.Delay(Heartbeat, cancellation);
            while (true)
            {
                if (!next.IsCompleted && await Task.WhenAny(next, beat) == beat)
                {
                    await response.BodyWriter.WriteAsync(Ping, cancellation);
                    beat = Task.Delay(Heartbeat, cancellation);
                    continue;
                }
                if (!await next)
                    break;
                await response.BodyWriter.WriteAsync(source.Current, cancellation);
                next = source.MoveNextAsync().AsTask();
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The reader went away; what it missed is in the log.
        }
        finally
        {
            // An enumerator may only be disposed between two elements.
            await stop.CancelAsync();
            await next.ContinueWith(static _ => { }, TaskScheduler.Default);
            await source.DisposeAsync();
        }
    }
}
