using Trainable.Cli.Api;
using Trainable.Cli.Data;
using Trainable.Cli.Serving;
using Trainable.Cli.Terminal;
using Trainable.Contracts;

namespace Trainable.Cli.Commands;

/// <summary>One run from the upload to the score.</summary>
internal static class RunPipeline
{
    private static readonly TimeSpan AbortPatience = TimeSpan.FromSeconds(30);

    public static async Task<int> ExecuteAsync(RunArguments arguments, TimeProvider clock)
    {
        using var interrupts = new Interrupts();
        var started = clock.GetTimestamp();
        if (!IsSample(arguments.Data))
        {
            // A wrong path should not wait for a server to start.
            DataSource.FromPath(arguments.Data).Dispose();
        }
        await using var server = await HomeServer.OpenAsync(arguments.Home, 0, "run", clock, interrupts.Token);
        if (arguments.Data == Samples.Prefix + "list")
            return await SampleList.PrintAsync(new Samples(server.Home), arguments.Json, interrupts.Token);

        Guid session;
        SessionEnd end;
        await using (var view = Views.Create(arguments, clock))
        {
            session = await StartAsync(arguments, server, view, interrupts.Token);
            end = await FollowAsync(arguments, server, view, session, clock, interrupts.Token);
        }
        var detail = await server.AskAsync(
            api => api.GetSessionAsync(session, CancellationToken.None),
            CancellationToken.None
        );
        var report = SessionReport.From(detail, server.Home) with
        {
            Seconds = clock.GetElapsedTime(started).TotalSeconds,
        };
        ReportWriter.Write(report, arguments.Json);
        return end switch
        {
            SessionEnd.Done => ExitCodes.Ok,
            SessionEnd.Cancelled => ExitCodes.Cancelled,
            _ => ExitCodes.Failed,
        };
    }

    private enum SessionEnd
    {
        Done,
        Failed,
        Cancelled,
    }

    private static bool IsSample(string data) => data.StartsWith(Samples.Prefix, StringComparison.Ordinal);

    private static async Task<Guid> StartAsync(
        RunArguments arguments,
        HomeServer server,
        IRunView view,
        CancellationToken cancellation
    )
    {
        using var data = IsSample(arguments.Data)
            ? await new Samples(server.Home).WriteAsync(arguments.Data[Samples.Prefix.Length..], cancellation)
            : DataSource.FromPath(arguments.Data);
        var upload = new ExperimentUpload
        {
            Name = arguments.Name ?? data.Name,
            Description = data.Description,
            Instructions = arguments.Instructions,
            Options = arguments.Options with { Target = arguments.Options.Target ?? data.Target },
            Files = data.Files,
        };
        var target = upload.Options.Target is { } column ? $", predicting {column}" : "";
        view.Notice($"{upload.Name} · {Words.Count(data.Files.Count, "file")}, {Words.Bytes(data.Size)}{target}");
        var created = await server.AskAsync(api => api.CreateExperimentAsync(upload, cancellation), cancellation);
        var request = new StartStageRequest { Model = arguments.Model, BudgetSeconds = arguments.Budget?.TotalSeconds };
        try
        {
            await server.AskAsync(
                api => api.StartAsync(created.SessionId, arguments.Until, request, cancellation),
                cancellation
            );
        }
        catch (ApiException running) when (running.Status == 409)
        {
            // Asked twice, because the first answer was lost with the owner that gave it.
        }
        return created.SessionId;
    }

    /// <summary>
    /// Shows the session until it has ended. An interrupt asks the server to stop it and goes on watching, so that what the
    /// terminal says last is what was recorded.
    /// </summary>
    private static async Task<SessionEnd> FollowAsync(
        RunArguments arguments,
        HomeServer server,
        IRunView view,
        Guid session,
        TimeProvider clock,
        CancellationToken interrupt
    )
    {
        using var patience = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        await using var abort = interrupt.UnsafeRegister(
            _ =>
            {
                view.Notice("Stopping. Ctrl-C again leaves at once; the record is kept either way.");
                patience.CancelAfter(AbortPatience);
                _ = AbortAsync(server, session, view, patience);
            },
            null
        );
        var follower = new SessionFollower(server, clock) { Interrupted = view.Notice };
        try
        {
            await foreach (var item in follower.FollowAsync(session, after: 0, patience.Token))
            {
                view.Show(item);
                if (item.Type == EventTypes.StateChange && EndOf(item, arguments.Until) is { } end)
                    return end;
            }
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            view.Notice("The session did not end in time; './trainable show' tells what became of it.");
        }
        return SessionEnd.Cancelled;
    }

    private static async Task AbortAsync(
        HomeServer server,
        Guid session,
        IRunView view,
        CancellationTokenSource patience
    )
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

    private static SessionEnd? EndOf(StreamEvent change, string until)
    {
        var state = change.Data.TryGetProperty("state", out var value) ? value.GetString() : null;
        return state switch
        {
            SessionStates.Failed => SessionEnd.Failed,
            SessionStates.Cancelled => SessionEnd.Cancelled,
            _ when state == SessionStates.Done(until) => SessionEnd.Done,
            _ => null,
        };
    }
}
