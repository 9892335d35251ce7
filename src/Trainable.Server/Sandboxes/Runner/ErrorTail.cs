using System.Text;

namespace Trainable.Server.Sandboxes.Runner;

/// <summary>Drains a runner's stderr and keeps its last 8 KiB, for the log and for what a person is told.</summary>
internal sealed class ErrorTail
{
    private const int Capacity = 8 * 1024;

    private readonly Lock _lock = new();
    private readonly byte[] _ring = new byte[Capacity];
    private long _written;

    public ErrorTail(Stream stream) => Drained = DrainAsync(stream);

    /// <summary>Ends with the stream.</summary>
    public Task Drained { get; }

    public override string ToString()
    {
        lock (_lock)
        {
            var length = (int)Math.Min(_written, Capacity);
            var start = (int)((_written - length) % Capacity);
            var bytes = new byte[length];
            for (var index = 0; index < length; index++)
                bytes[index] = _ring[(start + index) % Capacity];
            return Encoding.UTF8.GetString(bytes).Trim();
        }
    }

    private async Task DrainAsync(Stream stream)
    {
        var buffer = new byte[4096];
        try
        {
            while (await stream.ReadAsync(buffer) is var length and > 0)
                Append(buffer.AsSpan(0, length));
        }
        catch (Exception closed) when (closed is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The runner is being disposed of.
        }
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            foreach (var value in bytes)
                _ring[_written++ % Capacity] = value;
        }
    }
}
