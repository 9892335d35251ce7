using System.Threading.Channels;

namespace Trainable.Server.Sessions;

/// <summary>Runs what is posted one at a time, in order.</summary>
internal sealed class Mailbox
{
    private readonly Channel<Func<Task>> _letters = Channel.CreateUnbounded<Func<Task>>(
        new UnboundedChannelOptions { SingleReader = true }
    );

    public Mailbox() => _ = Task.Run(ReadAsync);

    /// <summary>Queues work; the task carries its result or failure.</summary>
    public async Task<T> PostAsync<T>(Func<Task<T>> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _letters.Writer.TryWrite(async () =>
        {
            try
            {
                done.TrySetResult(await work());
            }
            catch (Exception failure)
            {
                done.TrySetException(failure);
            }
        });
        return await done.Task;
    }

    private async Task ReadAsync()
    {
        await foreach (var letter in _letters.Reader.ReadAllAsync())
            await letter();
    }
}
