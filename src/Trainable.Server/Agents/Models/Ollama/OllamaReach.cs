namespace Trainable.Server.Agents.Models.Ollama;

/// <summary>Whether an Ollama answers at its address. It is asked again only after a while, and waited for only a moment.</summary>
internal sealed class OllamaReach(OllamaOptions options, TimeProvider clock) : IDisposable
{
    /// <summary>Longer than an Ollama on the same machine or in the next room takes.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(400);

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly Lock _lock = new();
    private long? _asked;
    private Task _asking = Task.CompletedTask;

    /// <summary>What was found last; true while nobody has looked.</summary>
    public bool IsThere { get; private set; } = true;

    /// <summary>Why its models cannot be used; null while they can.</summary>
    public string? Reason =>
        IsThere
            ? null
            : $"Nothing answers at {options.BaseUrl.Authority}: start Ollama, or set {OllamaOptions.UrlVariable} to where it is.";

    /// <summary>Looks whether it is there, unless that is known; several that ask at once share the answer.</summary>
    public Task TryAsync(CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_asking.IsCompleted && (_asked is not { } at || clock.GetElapsedTime(at) > Fresh))
            {
                _asked = clock.GetTimestamp();
                _asking = AskAsync();
            }
            return _asking.WaitAsync(cancellation);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task AskAsync()
    {
        using var limit = new CancellationTokenSource(Patience, clock);
        try
        {
            // Whatever it answers, somebody is there.
            using var answer = await _http.GetAsync(
                new Uri(options.BaseUrl, "api/version"),
                HttpCompletionOption.ResponseHeadersRead,
                limit.Token
            );
            IsThere = true;
        }
        catch (Exception nobody) when (nobody is HttpRequestException or OperationCanceledException)
        {
            IsThere = false;
        }
    }
}
