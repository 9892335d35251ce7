using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Events;
using Trainable.Server.Storage;

namespace Trainable.Server.Sessions;

/// <summary>At start, takes up every run that a process left behind; none stays <c>*_running</c> with nobody running it.</summary>
internal sealed partial class RunRecovery(
    IDbContextFactory<TrainableDb> databases,
    EventLog log,
    SessionRegistry registry,
    TimeProvider clock,
    ILogger<RunRecovery> logger
)
{
    public async Task ResumeAllAsync(CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var left = await db
            .StageRuns.AsNoTracking()
            .Where(run => run.Status == RunStatuses.Running)
            .ToListAsync(cancellation);
        foreach (var run in left)
        {
            var session = await db
                .Sessions.AsNoTracking()
                .Include(row => row.Experiment)
                .SingleAsync(row => row.Id == run.SessionId, cancellation);
            run.Epoch = session.Epoch + 1;
            var idle = Math.Max((clock.GetUtcNow().UtcDateTime - session.UpdatedAt).TotalSeconds, 0);
            run.IdleSeconds += idle;
            await log.AppendAsync(
                new Append(run.SessionId) { Epoch = session.Epoch, Changes = [new ResumeRun(run.Id, run.Epoch, idle)] },
                cancellation
            );
            LogResumed(run.Stage, run.SessionId);
            await registry.ResumeAsync(SessionStarter.Describe(session, run));
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Resuming {Stage} of session {Session}")]
    private partial void LogResumed(string stage, Guid session);
}
