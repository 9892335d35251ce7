namespace Trainable.Server.Agents.Models;

/// <summary>Keeps what the last response said about waiting: the SDK's exceptions carry no headers.</summary>
internal sealed class RetryAfterHandler(TimeProvider clock) : DelegatingHandler
{
    /// <summary>Null when the last response said nothing of it.</summary>
    public TimeSpan? RetryAfter { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        RetryAfter = null;
        var response = await base.SendAsync(request, cancellationToken);
        var told = response.Headers.RetryAfter;
        RetryAfter = told?.Delta ?? (told?.Date is { } date ? date - clock.GetUtcNow() : null);
        if (RetryAfter < TimeSpan.Zero)
            RetryAfter = TimeSpan.Zero;
        return response;
    }
}
