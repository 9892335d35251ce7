namespace Trainable.Server.Agents.Models.External;

/// <summary>One call of a client's: the reply that it becomes, and what comes of it.</summary>
internal sealed class ExternalCall(string tool, IDictionary<string, object?> arguments, string? comment)
{
    private readonly TaskCompletionSource<Said?> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Id { get; } = Guid.CreateVersion7().ToString("N");

    public string Tool => tool;

    public IDictionary<string, object?> Arguments => arguments;

    /// <summary>What the client says about it to the person who watches.</summary>
    public string? Comment => comment;

    /// <summary>What the client is told; null when the run has ended with this call or before it.</summary>
    public Task<Said?> Answer => _answer.Task;

    /// <summary>True once whoever made it has gone: one that has not begun is not made any more.</summary>
    public bool IsAbandoned { get; set; }

    public void End(Said? said) => _answer.TrySetResult(said);
}
