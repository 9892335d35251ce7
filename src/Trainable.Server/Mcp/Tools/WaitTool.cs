using Microsoft.EntityFrameworkCore;
using ModelContextProtocol.Protocol;
using Trainable.Contracts;
using Trainable.Server.Storage;

namespace Trainable.Server.Mcp.Tools;

/// <summary>Waits for what comes of a call that took longer than its request, or for the end of a stage that another model drives.</summary>
internal sealed class WaitTool(
    DrivenRuns driven,
    SessionWatch watch,
    SessionActivity activity,
    IDbContextFactory<TrainableDb> databases
) : IMcpTool
{
    public Tool Declaration { get; } =
        McpSchema.Declare(
            "wait",
            "Wait for a session",
            "In a stage that you drive: the result of the call that still runs, or else what you were told last. Otherwise: "
                + "wait for the end of what runs, and say what has happened since 'after'.",
            McpSchema.Effect.Reads,
            new McpSchema.Parameter(McpCall.Session, "The session."),
            new McpSchema.Parameter(
                "after",
                "The last_seq of an earlier answer; without it the latest of all.",
                Required: false
            )
            {
                Type = "number",
            },
            DrivenRuns.Wait
        );

    public async Task<CallToolResult> CallAsync(McpCall call, CancellationToken cancellation)
    {
        var session = call.SessionId;
        if (await driven.FindAsync(session, call, cancellation) is { } run)
            return await driven.NextAsync(run, call, cancellation);
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var ended = watch.UntilAsync(session, () => IsIdleOrAsksAsync(session, leave.Token), leave.Token);
        try
        {
            if (await driven.HoldAsync(ended, "waiting", call, cancellation))
                await ended;
        }
        finally
        {
            await leave.CancelAsync();
            await ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return McpAnswer.Text(
            await activity.DescribeAsync(
                session,
                (long?)call.Arguments.Number("after", 0, long.MaxValue),
                call.SessionPage(session),
                cancellation
            )
        );
    }

    private async Task<bool> IsIdleOrAsksAsync(Guid session, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return !await db.StageRuns.AnyAsync(
                run => run.SessionId == session && run.Status == RunStatuses.Running,
                cancellation
            )
            || await db.Questions.AnyAsync(
                question => question.SessionId == session && question.Status == QuestionStatuses.Pending,
                cancellation
            );
    }
}
