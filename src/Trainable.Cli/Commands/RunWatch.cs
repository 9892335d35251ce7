using Trainable.Cli.Api;
using Trainable.Cli.Serving;
using Trainable.Cli.Terminal;
using Trainable.Contracts;

namespace Trainable.Cli.Commands;

internal enum SessionEnd
{
    Done,
    Failed,
    Cancelled,
}

/// <summary>Shows a session's run to its end, and stops it when the person interrupts.</summary>
internal sealed class RunWatch(HomeServer server, IRunView view, TimeProvider clock)
{
    private static readonly TimeSpan AbortPatience = TimeSpan.FromSeconds(30);

    public static int ExitCode(SessionEnd end) =>
        end switch
        {
            SessionEnd.Done => ExitCodes.Ok,
            SessionEnd.Cancelled => ExitCodes.Cancelled,
            _ => ExitCodes.Failed,
        };

    /// <summary>Says where the session stands now that the run has ended.</summary>
    public static async Task ReportAsync(HomeServer server, Guid session, bool json, TimeSpan took)
    {
        var detail = await server.AskAsync(
            api => api.GetSessionAsync(session, CancellationToken.None),
            CancellationToken.None
        );
        var dataset = await server.AskAsync(
            api => api.FindDatasetAsync(detail.ExperimentId, CancellationToken.None),
            CancellationToken.None
        );
        var report = SessionReport.From(detail, dataset, server.Home) with { Seconds = took.TotalSeconds };
        ReportWriter.Write(report, json);
    }

    /// <summary>
    /// Shows the session until it has ended. An interrupt asks the server to stop it and goes on watching, so that what the
    /// terminal says last is what was recorded.
    /// </summary>
    public Task<SessionEnd> UntilEndAsync(Guid session, long after, string until, CancellationToken interrupt) =>
        WatchAsync(
            session,
            after,
            item => Task.FromResult(EventData.StateOf(item) is { } state ? EndOf(state, until) : null),
            interrupt
        );

    /// <summary>
    /// As <see cref="UntilEndAsync"/>, for a session that goes on by itself as far as it goes: until nothing runs in it.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="after">The last event that was seen.</param>
    /// <param name="runs">How many runs the session had had by then.</param>
    /// <param name="interrupt">Asks the server to stop it.</param>
    public Task<SessionEnd> UntilQuietAsync(Guid session, long after, int runs, CancellationToken interrupt)
    {
        var ended = runs;
        return WatchAsync(
            session,
            after,
            async item => IsEnd(item) ? await QuietAsync(session, ++ended) : null,
            interrupt
        );
    }

    /// <summary>True for the event that tells of a run's end.</summary>
    private static bool IsEnd(StreamEvent item) =>
        item.Type == EventTypes.ChatEnded || (EventData.StateOf(item) is { } state && !SessionStates.IsRunning(state));

    /// <summary>
    /// A run's end and the start of the one that follows it are told together: when as many have ended as there are, none is left.
    /// The session itself is ahead of what was read of it.
    /// </summary>
    private async Task<SessionEnd?> QuietAsync(Guid session, int ended)
    {
        var detail = await server.AskAsync(
            api => api.GetSessionAsync(session, CancellationToken.None),
            CancellationToken.None
        );
        if (detail.Runs.Count > ended)
            return null;
        return detail.State switch
        {
            SessionStates.Failed => SessionEnd.Failed,
            SessionStates.Cancelled => SessionEnd.Cancelled,
            _ => SessionEnd.Done,
        };
    }

    private async Task<SessionEnd> WatchAsync(
        Guid session,
        long after,
        Func<StreamEvent, Task<SessionEnd?>> end,
        CancellationToken interrupt
    )
    {
        using var patience = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        await using var abort = interrupt.UnsafeRegister(
            _ =>
            {
                view.Notice("Stopping. Ctrl-C again leaves at once; the record is kept either way.");
                patience.CancelAfter(AbortPatience);
                _ = AbortAsync(session, patience);
            },
            null
        );
        var follower = new SessionFollower(server, clock) { Interrupted = view.Notice };
        try
        {
            await foreach (var item in follower.FollowAsync(session, after, patience.Token))
            {
                view.Show(item);
                if (await end(item) is { } reached)
                    return reached;
            }
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            view.Notice("The session did not end in time; './trainable show' tells what became of it.");
        }
        return SessionEnd.Cancelled;
    }

    private async Task AbortAsync(Guid session, CancellationTokenSource patience)
    {
        try
        {
            await server.Api.AbortAsync(session, patience.Token);
        }
        catch (Exception failure) when (failure is HttpRequestException or ApiException or OperationCanceledException)
        {
            view.Notice($"The server could not be asked to stop: {failure.Message}");
        }
    }

    private static SessionEnd? EndOf(string state, string until) =>
        state switch
        {
            SessionStates.Failed => SessionEnd.Failed,
            SessionStates.Cancelled => SessionEnd.Cancelled,
            _ when state == SessionStates.Done(until) => SessionEnd.Done,
            _ => null,
        };
}
