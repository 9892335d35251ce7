using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using Trainable.Contracts;
using Trainable.Server.Agents.Models.External;
using Trainable.Server.Platform;
using Trainable.Server.Storage;

namespace Trainable.Server.Mcp;

/// <summary>
/// The stages that clients drive. A call is a reply of the run's model; its result, or the end of the run, is what the client is
/// told. Requests do not last for ever: what takes longer than a client waits goes on, and <c>wait</c> fetches what came of it.
/// </summary>
internal sealed class DrivenRuns(
    ExternalRuns runs,
    SessionWatch watch,
    IDbContextFactory<TrainableDb> databases,
    TimeProvider clock
)
{
    /// <summary>How long a request is held: under the minute after which many clients give up.</summary>
    private static readonly TimeSpan UsualHold = TimeSpan.FromSeconds(50);

    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);

    /// <summary>What says how long a client waits.</summary>
    public static readonly McpSchema.Parameter Wait = new(
        WaitName,
        "How long to wait for the result, 50 s unless said, at most 600. What takes longer goes on; 'wait' fetches it.",
        Required: false
    )
    {
        Type = "number",
    };

    private const string WaitName = "wait_seconds";
    private const double LongestWait = 600;

    /// <summary>The session's run that takes calls, as soon as it does; null when no client drives one.</summary>
    /// <exception cref="UserFacingException">Its loop is over, and the host is still at what comes after it.</exception>
    public async Task<ExternalRun?> FindAsync(Guid session, McpCall call, CancellationToken cancellation)
    {
        ExternalRun? found = null;
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var settled = watch.UntilAsync(
            session,
            async () => (found = runs.Find(session)) is not null || !await IsDrivenAsync(session, leave.Token),
            leave.Token
        );
        try
        {
            if (!await HoldAsync(settled, "checking and measuring", UsualHold, call, cancellation))
                throw new UserFacingException(
                    "The host checks and measures what the stage left behind, which takes a while: call 'wait' for the end."
                );
            await settled;
            return found;
        }
        finally
        {
            await leave.CancelAsync();
            await settled.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Makes a call in a run, and answers what came of it.</summary>
    public async Task<CallToolResult> CallAsync(
        ExternalRun run,
        string tool,
        Dictionary<string, object?> arguments,
        string? comment,
        McpCall call,
        CancellationToken cancellation
    )
    {
        var hold = HoldOf(call);
        var made = run.Send(tool, arguments, comment);
        try
        {
            return await AnswerAsync(run, made.Answer, made, hold, call, cancellation);
        }
        catch (OperationCanceledException)
        {
            made.IsAbandoned = true;
            throw;
        }
    }

    /// <summary>What the client is told next: the result of the call that runs, or what it was told last.</summary>
    public Task<CallToolResult> NextAsync(ExternalRun run, McpCall call, CancellationToken cancellation)
    {
        run.Touch();
        var current = run.Current;
        return AnswerAsync(run, current?.Answer ?? run.Told, current, HoldOf(call), call, cancellation);
    }

    /// <summary>Waits for a task as long as the client does; false when it goes on.</summary>
    public Task<bool> HoldAsync(Task task, string what, McpCall call, CancellationToken cancellation) =>
        HoldAsync(task, what, HoldOf(call), call, cancellation);

    private async Task<bool> HoldAsync(
        Task task,
        string what,
        TimeSpan hold,
        McpCall call,
        CancellationToken cancellation
    )
    {
        var since = clock.GetTimestamp();
        while (true)
        {
            var waited = clock.GetElapsedTime(since);
            var left = hold - waited;
            if (left <= TimeSpan.Zero)
                return task.IsCompleted;
            if (await CompletesAsync(task, call.Report is null || left < Beat ? left : Beat, cancellation))
                return true;
            if (call.Report is { } report)
            {
                waited = clock.GetElapsedTime(since);
                await report(
                    new ProgressNotificationValue
                    {
                        Progress = (float)waited.TotalSeconds,
                        Message = string.Create(CultureInfo.InvariantCulture, $"{what}: {waited.TotalSeconds:0} s"),
                    }
                );
            }
        }
    }

    private async Task<bool> CompletesAsync(Task task, TimeSpan time, CancellationToken cancellation)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var first = await Task.WhenAny(task, Task.Delay(time, clock, enough.Token));
        await enough.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
        return first == task;
    }

    private static TimeSpan HoldOf(McpCall call) =>
        call.Arguments.Number(WaitName, 0, LongestWait) is { } seconds ? TimeSpan.FromSeconds(seconds) : UsualHold;

    private async Task<CallToolResult> AnswerAsync(
        ExternalRun run,
        Task<Said?> answer,
        ExternalCall? made,
        TimeSpan hold,
        McpCall call,
        CancellationToken cancellation
    )
    {
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var told = ToldAsync(run, answer, leave.Token);
        try
        {
            if (!await HoldAsync(told, made?.Tool ?? run.Context.Stage, hold, call, cancellation))
                return Goes(made, hold);
            return await told is { } said ? McpAnswer.Of(said) : await EndOfAsync(run, made?.Id, call, cancellation);
        }
        finally
        {
            await leave.CancelAsync();
            await ((Task)told).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>What the run says; null once its end is recorded, whoever ended it.</summary>
    private async Task<Said?> ToldAsync(ExternalRun run, Task<Said?> answer, CancellationToken cancellation)
    {
        var ended = watch.UntilAsync(
            run.Context.SessionId,
            async () => !await IsRunningAsync(run.Context.RunId, cancellation),
            cancellation
        );
        if (await Task.WhenAny(answer, ended) == answer && await answer is { } said)
        {
            // Nobody waits for the end any more; it completes when the request does.
            return said;
        }
        await ended;
        return null;
    }

    private static CallToolResult Goes(ExternalCall? made, TimeSpan hold) =>
        McpAnswer.Text(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{made?.Tool ?? "The stage"} still runs after {hold.TotalSeconds:0} s. Call 'wait' for what comes of it, or 'stop_stage' to end it."
            )
        );

    /// <summary>How a run ended, and what its last call came to.</summary>
    private async Task<CallToolResult> EndOfAsync(
        ExternalRun driven,
        string? callId,
        McpCall call,
        CancellationToken cancellation
    )
    {
        var (session, runId) = (driven.Context.SessionId, driven.Context.RunId);
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var run = await db.StageRuns.AsNoTracking().FirstOrDefaultAsync(row => row.Id == runId, cancellation);
        if (run is null)
            return McpAnswer.Error("The session was deleted.");
        var results = await db
            .Turns.AsNoTracking()
            .Where(turn => turn.RunId == runId)
            .OrderByDescending(turn => turn.Number)
            .Select(turn => turn.Results)
            .FirstOrDefaultAsync(cancellation);
        var result =
            callId is not null && results is not null ? JsonNode.Parse(results)?[callId]?.GetValue<string>() : null;
        var goesOn = await db.StageRuns.AnyAsync(
            row => row.SessionId == session && row.Status == RunStatuses.Running,
            cancellation
        );
        var end = run.Status == RunStatuses.Done ? Done(run, goesOn, call) : Ended(run, driven.Context.Share);
        return new CallToolResult
        {
            Content = [.. McpAnswer.Text(new[] { result, end }.OfType<string>()).Content],
            IsError = run.Status != RunStatuses.Done,
        };
    }

    private static string Done(StageRun run, bool goesOn, McpCall call)
    {
        var next = Stages.After(run.Stage).FirstOrDefault();
        if (goesOn)
            return $"{run.Stage} is done, and {next} has begun. Call 'wait' for what it asks.";
        return next is not null
            ? $"{run.Stage} is done. Next: 'start_stage' with stage '{next}'."
            : $"{run.Stage} is done, and the session with it. The host has measured the model on rows that no model may see; "
                + $"its score is for people alone: {call.SessionPage(run.SessionId)}";
    }

    /// <summary>A reason may name what the referee found, and so a value.</summary>
    private static string Ended(StageRun run, string share)
    {
        var why = share == ShareLevels.Schema ? "" : $": {run.EndReason?.TrimEnd('.') ?? "no reason was given"}";
        return $"{run.Stage} is over ({run.Status}){why}. Its files are kept; 'start_stage' starts it again.";
    }

    /// <summary>Why a session takes no calls.</summary>
    public async Task<UserFacingException> RefusalAsync(Guid session, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        if (!await db.Sessions.AnyAsync(row => row.Id == session, cancellation))
            return NoSession(session);
        var running = await db
            .StageRuns.AsNoTracking()
            .Where(row => row.SessionId == session && row.Status == RunStatuses.Running)
            .Select(row => new { row.Stage, row.Model })
            .FirstOrDefaultAsync(cancellation);
        return new UserFacingException(
            running is null
                ? "No stage runs in this session: call 'start_stage' first, which makes you its agent."
                : $"'{running.Model}' drives {running.Stage} in this session: 'wait' for its end, or end it with 'stop_stage'."
        );
    }

    public static UserFacingException NoSession(Guid session) =>
        new($"There is no session {session}. 'list_experiments' gives the ids there are.");

    private async Task<bool> IsDrivenAsync(Guid session, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.StageRuns.AnyAsync(
            run =>
                run.SessionId == session && run.Status == RunStatuses.Running && run.Model == ExternalProvider.ModelId,
            cancellation
        );
    }

    private async Task<bool> IsRunningAsync(Guid run, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.StageRuns.AnyAsync(row => row.Id == run && row.Status == RunStatuses.Running, cancellation);
    }
}
