using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Trainable.Contracts;

namespace Trainable.Cli.Api;

/// <summary>A way back to the server after a lost connection; it may answer at another address by then.</summary>
internal interface IServerSource
{
    ApiClient Api { get; }

    /// <summary>Finds the home's server again, or becomes it.</summary>
    Task RecoverAsync(CancellationToken cancellation);
}

/// <summary>
/// Follows a session's events over any number of connections, with no gap and no duplicate: each new connection says which
/// event was seen last, and what is sent again all the same is known by its number.
/// </summary>
internal sealed class SessionFollower(IServerSource server, TimeProvider clock)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);

    /// <summary>How long the server may be out of reach before following gives up.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Told once per outage, with a sentence for the person.</summary>
    public Action<string>? Interrupted { get; init; }

    /// <summary>The events after <paramref name="after"/>; ends only when the session is deleted or the caller stops.</summary>
    /// <exception cref="ApiException">The server refuses: the session is unknown, for instance.</exception>
    /// <exception cref="CommandException">The server stayed out of reach for longer than <see cref="Patience"/>.</exception>
    public async IAsyncEnumerable<StreamEvent> FollowAsync(
        Guid session,
        long after,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var seen = after;
        var pause = FirstPause;
        long? outage = null;
        while (true)
        {
            Exception? failure = null;
            await using var connection = await TryOpenAsync(session, seen, lost => failure = lost, cancellation);
            if (connection is not null)
                outage = null;
            var items = connection is null ? null : Read(connection, cancellation);
            while (items is not null)
            {
                StreamEvent? item = null;
                try
                {
                    if (await items.MoveNextAsync())
                        item = items.Current;
                }
                catch (Exception lost) when (IsLoss(lost, cancellation))
                {
                    failure = lost;
                }
                if (item is null)
                    break;
                pause = FirstPause;
                if (item.Seq is { } seq)
                {
                    if (seq <= seen)
                        continue;
                    seen = seq;
                }
                yield return item;
            }
            if (items is not null)
                await items.DisposeAsync();

            // A stream that ends of its own accord belongs to a server that stops, or to a session that was deleted: asking
            // again then gives a 404.
            if (outage is null)
            {
                outage = clock.GetTimestamp();
                if (failure is not null)
                    Interrupted?.Invoke("The connection to the server was lost; reconnecting.");
            }
            else if (clock.GetElapsedTime(outage.Value) > Patience)
            {
                throw new CommandException(
                    $"The server at {server.Api.Url} no longer answers. Its record is kept: './trainable show {session}'.",
                    inner: failure
                );
            }
            await Task.Delay(pause, clock, cancellation);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            await server.RecoverAsync(cancellation);
        }
    }

    private async Task<Stream?> TryOpenAsync(
        Guid session,
        long after,
        Action<Exception> lost,
        CancellationToken cancellation
    )
    {
        try
        {
            return await server.Api.OpenEventsAsync(session, after, cancellation);
        }
        catch (Exception failure) when (IsLoss(failure, cancellation))
        {
            lost(failure);
            return null;
        }
    }

    private static async IAsyncEnumerator<StreamEvent> Read(Stream stream, CancellationToken cancellation)
    {
        await foreach (
            var item in SseParser.Create(stream, static (_, data) => Parse(data)).EnumerateAsync(cancellation)
        )
        {
            if (item.Data is { } parsed)
                yield return parsed;
        }
    }

    private static StreamEvent? Parse(ReadOnlySpan<byte> data)
    {
        try
        {
            return JsonSerializer.Deserialize(data, ContractJson.Default.StreamEvent);
        }
        catch (JsonException)
        {
            // A newer server may send what this client cannot read; the other events still count.
            return null;
        }
    }

    private static bool IsLoss(Exception failure, CancellationToken cancellation) =>
        !cancellation.IsCancellationRequested
        && failure switch
        {
            HttpRequestException or IOException => true,
            // 401: another owner took the home over with a token of its own. 5xx: it is starting or stopping.
            ApiException refused => refused.Status is 401 or >= 500,
            _ => false,
        };
}
