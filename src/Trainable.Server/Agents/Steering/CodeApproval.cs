using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Agents.Tools;
using Trainable.Server.Storage;

namespace Trainable.Server.Agents.Steering;

/// <summary>What a person made of a script: the call as it is to be made, or why it is not.</summary>
/// <param name="Call">The call; with the person's own script where it was edited.</param>
/// <param name="Refusal">What the model is told in place of a result; null when the call is to be made.</param>
/// <param name="Remark">What the model is told besides the result.</param>
internal sealed record Review(ToolCall Call, string? Refusal = null, string? Remark = null);

/// <summary>Shows a script to the person before it runs, where that is wanted. It waits for as long as it takes.</summary>
internal sealed class CodeApproval(Questions questions, IDbContextFactory<TrainableDb> databases)
{
    public async Task<Review> ReviewAsync(ToolCall call, string tool, ToolScope scope, CancellationToken cancellation)
    {
        if (tool != ExecuteCodeTool.Name || call.Text(ExecuteCodeTool.Code) is not { } code)
            return new Review(call);
        var wanted = scope.Recording is { } recording
            ? recording.Asked(call.Id)
            : await IsWantedAsync(scope.Context, cancellation);
        if (!wanted)
            return new Review(call);
        var answer = await questions.AskAsync(
            new QuestionItem
            {
                Id = Guid.CreateVersion7(),
                Kind = QuestionKinds.Approval,
                Text = "May this script run?",
                Stage = scope.Context.Stage,
                Options = [Decisions.Approve, Decisions.Edit, Decisions.Reject],
                Code = code,
                CallId = call.Id,
            },
            scope,
            cancellation
        );
        return answer switch
        {
            { Decision: Decisions.Reject } => new Review(
                call,
                Refusal: "rejected: the user did not let this script run. "
                    + (answer.Reason is { Length: > 0 } why ? $"The reason: {why}" : "No reason was given.")
            ),
            { Decision: Decisions.Edit, Code: { } edited } => new Review(
                call with
                {
                    Arguments = new Dictionary<string, object?>(call.Arguments, StringComparer.Ordinal)
                    {
                        [ExecuteCodeTool.Code] = edited,
                    },
                },
                Remark: $"The user changed the script before it ran. This is what ran:\n{edited}"
            ),
            _ => new Review(call),
        };
    }

    /// <summary>Asked anew each time: a person may turn it on and off while the stage runs.</summary>
    private async Task<bool> IsWantedAsync(StageContext context, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var row = await db
            .StageRuns.AsNoTracking()
            .Where(run => run.Id == context.RunId)
            .Join(
                db.Sessions.Include(session => session.Experiment),
                run => run.SessionId,
                session => session.Id,
                (run, session) =>
                    new
                    {
                        run,
                        session,
                        session.Experiment,
                    }
            )
            .FirstOrDefaultAsync(cancellation);
        if (row is null)
            return false;
        row.session.Experiment = row.Experiment;
        return RunTerms.Of(row.session, row.run).ApproveCode == true;
    }
}
