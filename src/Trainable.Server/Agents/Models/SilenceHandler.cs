namespace Trainable.Server.Agents.Models;

/// <summary>
/// Ends a request over which nothing comes any more. It watches bytes and not events, because the SDK passes on no pings, and
/// pings are all that comes while a long tool call is being written.
/// </summary>
internal sealed class SilenceHandler(TimeSpan limit, TimeProvider clock) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        var response = await LimitAsync(stop => base.SendAsync(request, stop), cancellationToken);
        var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var watched = new StreamContent(new WatchedStream(body, this));
        foreach (var (name, values) in response.Content.Headers)
            watched.Headers.TryAddWithoutValidation(name, values);
        response.Content = watched;
        return response;
    }

    private async Task<T> LimitAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        using var silence = new CancellationTokenSource(limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, silence.Token);
        try
        {
            return await work(either.Token);
        }
        catch (OperationCanceledException)
            when (silence.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
    }

    private sealed class WatchedStream(Stream inner, SilenceHandler handler) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer,
            CancellationToken cancellationToken = default
        ) => await handler.LimitAsync(stop => inner.ReadAsync(buffer, stop).AsTask(), cancellationToken);

        public override Task<int> ReadAsync(
            byte[] buffer,
            int offset,
            int count,
            CancellationToken cancellationToken
        ) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
