using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Trainable.Server.Platform;

namespace Trainable.Server.Agents.Models;

/// <summary>
/// Asks again when a model did not answer to the end for a reason that may pass. Each new try is announced in the stream by a
/// <see cref="RetryNotice"/>, so that whoever reads it can drop what it has, and a person sees why nothing comes.
/// </summary>
internal sealed partial class RetryingChatClient(
    IChatClient inner,
    TimeProvider clock,
    ILogger<RetryingChatClient> logger
) : DelegatingChatClient(inner)
{
    public const int Attempts = 5;

    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    /// <summary>Who is asked to wait longer than this is told so instead: the stage's clock runs.</summary>
    private static readonly TimeSpan LongestRequestedWait = TimeSpan.FromMinutes(5);

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        var asked = messages.ToList();
        for (var attempt = 1; ; attempt++)
        {
            ModelUnavailableException? failure = null;
            await using (
                var updates = base.GetStreamingResponseAsync(asked, options, cancellationToken)
                    .GetAsyncEnumerator(cancellationToken)
            )
            {
                while (true)
                {
                    try
                    {
                        if (!await updates.MoveNextAsync())
                            break;
                    }
                    catch (ModelUnavailableException unavailable)
                    {
                        failure = unavailable;
                        break;
                    }
                    yield return updates.Current;
                }
            }
            if (failure is null)
                yield break;

            var wait = Wait(attempt, failure);
            LogUnavailable(attempt, failure.Message, wait.TotalSeconds);
            // The wait begins before it is announced: who reads the notice takes none of it away.
            var waiting = Task.Delay(wait, clock, cancellationToken);
            yield return new ChatResponseUpdate(ChatRole.Assistant, [Notice(attempt + 1, failure, wait)]);
            await waiting;
        }
    }

    public override Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    ) => throw new NotSupportedException("Only streaming is used.");

    /// <summary>Exponential with jitter (so that many runs do not come back at once), or what the provider asks for.</summary>
    private static TimeSpan Wait(int attempt, ModelUnavailableException failure)
    {
        if (attempt == Attempts)
            throw new UserFacingException(
                $"{failure.Message}; {Attempts} tries were made. Start the stage again later, or let autopilot go on with it."
            );
        if (failure.RetryAfter is { } requested)
        {
            return requested <= LongestRequestedWait
                ? requested
                : throw new UserFacingException(
                    $"{failure.Message}, and asks for {Describe(requested)} of patience. Start the stage again after that."
                );
        }
        var wait = FirstWait * Math.Pow(2, attempt - 1);
#pragma warning disable CA5394 // Jitter needs no secrecy.
        return (wait < LongestWait ? wait : LongestWait) * (0.75 + (Random.Shared.NextDouble() / 2));
#pragma warning restore CA5394
    }

    private static RetryNotice Notice(int attempt, ModelUnavailableException failure, TimeSpan wait) =>
        new()
        {
            Message = $"{failure.Message}. Trying again in {Describe(wait)} ({attempt} of {Attempts}).",
            Attempt = attempt,
            Attempts = Attempts,
            Wait = wait,
        };

    private static string Describe(TimeSpan wait) =>
        wait.TotalMinutes >= 2
            ? string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(wait.TotalMinutes):0} minutes")
            : string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(wait.TotalSeconds):0} s");

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Try {Attempt} at a model failed: {Reason}. The next is in {Wait} s"
    )]
    private partial void LogUnavailable(int attempt, string reason, double wait);
}
