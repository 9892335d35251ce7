using System.Collections.Concurrent;
using Trainable.Contracts;
using Trainable.Server.Agents;
using Trainable.Server.Events;

namespace Trainable.Server.Sessions;

/// <summary>The sessions of this process, each behind its own mailbox.</summary>
internal sealed class SessionRegistry(
    SessionStarter starter,
    ChatStarter chats,
    RunHost runs,
    EventLog log,
    SessionSandboxes sandboxes,
    SessionExec execs
) : ISessions
{
    /// <summary>How long a stop waits for a run to end by itself before the run is shut out.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(900);

    private readonly ConcurrentDictionary<Guid, Mailbox> _mailboxes = new();

    public Task<StartResult> StartAsync(Guid session, StartCommand command, CancellationToken cancellation) =>
        PostAsync<StartResult>(
            session,
            async () =>
            {
                var (result, context) = await starter.StartAsync(session, command, cancellation);
                if (context is not null)
                {
                    try
                    {
                        await execs.EndAsync(session);
                        sandboxes.UseGpu(session, command.Gpu is { Length: > 0 });
                    }
                    finally
                    {
                        // What was recorded as running must run, whatever an old sandbox had to say at its end.
                        await LaunchAsync(context);
                    }
                }
                if (result is StartResult.NotFound)
                    _mailboxes.TryRemove(session, out _);
                return result;
            }
        );

    /// <summary>Takes up a run that a process left behind.</summary>
    public Task ResumeAsync(StageContext context) =>
        PostAsync(
            context.SessionId,
            async () =>
            {
                await LaunchAsync(context);
                return true;
            }
        );

    public Task<bool> AbortAsync(Guid session, string reason, CancellationToken cancellation) =>
        PostAsync(session, () => StopAsync(session, reason));

    public Task<Appended> PostMessageAsync(Guid session, string content, CancellationToken cancellation) =>
        log.AppendAsync(new Append(session) { Events = [Message(content)] }, cancellation);

    public Task<Appended> ChatAsync(Guid session, string content, string? model, CancellationToken cancellation) =>
        PostAsync(
            session,
            async () =>
            {
                var start =
                    await chats.StartAsync(session, Message(content), model, cancellation)
                    ?? throw new LostSessionException(session);
                if (start.Context is { } context)
                {
                    await execs.EndAsync(session);
                    await LaunchAsync(context);
                }
                return start.Kept;
            }
        );

    public async Task RemoveAsync(Guid session, CancellationToken cancellation)
    {
        await PostAsync(session, () => StopAsync(session, "the session was deleted"));
        _mailboxes.TryRemove(session, out _);
        await execs.EndAsync(session);
        await sandboxes.CloseAsync(session);
    }

    private static EventDraft Message(string content) =>
        EventDraft.Create(EventTypes.UserMessage, new UserMessage(content), ContractJson.Default.UserMessage);

    private async Task LaunchAsync(StageContext context)
    {
        await runs.VacatedAsync(context.SessionId);
        runs.Launch(context);
    }

    private async Task<bool> StopAsync(Guid session, string reason)
    {
        if (!runs.TryCancel(session, reason, out var stopping))
            return false;
        if (await Task.WhenAny(stopping, Task.Delay(Patience)) == stopping)
            return await stopping;
        // It does not listen: take its sandbox away and the session from it, so that nothing it does counts.
        await sandboxes.CloseAsync(session);
        await starter.FenceAsync(session, reason);
        runs.Forget(session);
        return true;
    }

    private Task<T> PostAsync<T>(Guid session, Func<Task<T>> work) =>
        _mailboxes.GetOrAdd(session, static _ => new Mailbox()).PostAsync(work);
}
