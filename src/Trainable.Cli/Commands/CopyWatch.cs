using Trainable.Cli.Api;
using Trainable.Cli.Serving;
using Trainable.Cli.Terminal;
using Trainable.Contracts;

namespace Trainable.Cli.Commands;

/// <summary>
/// Waits until what a run made is in S3: the server that copies it may end with this command. What S3 does not take now stays
/// in the queue for the next command.
/// </summary>
internal sealed class CopyWatch(HomeServer server, IRunView view, TimeProvider clock)
{
    public async Task UntilCopiedAsync(Guid session, CancellationToken cancellation)
    {
        var detail = await server.AskAsync(api => api.GetSessionAsync(session, cancellation), cancellation);
        var waiting = (detail.S3Sync ?? [])
            .Where(copy => copy is { Status: SyncStatuses.Waiting, Error: null })
            .Select(copy => copy.Stage)
            .ToHashSet(StringComparer.Ordinal);
        if (waiting.Count == 0)
            return;
        view.Notice("Copying to S3. Ctrl-C leaves it for later.");
        try
        {
            await foreach (
                var item in new SessionFollower(server, clock).FollowAsync(session, detail.LastSeq, cancellation)
            )
            {
                view.Show(item);
                if (item.Type == EventTypes.S3SyncWaiting)
                    return;
                if (item.Type == EventTypes.S3SyncComplete)
                    waiting.Remove(item.Data.GetProperty("stage").GetString() ?? "");
                if (waiting.Count == 0)
                    return;
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            view.Notice("The copy to S3 goes on with the next command that serves this home.");
        }
    }
}
