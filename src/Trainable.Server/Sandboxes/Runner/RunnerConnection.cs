using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;

namespace Trainable.Server.Sandboxes.Runner;

/// <summary>An event and the bytes that came with it, which are the reader's own to keep.</summary>
internal readonly record struct RunnerFrame(RunnerEvent Event, ReadOnlyMemory<byte> Payload);

/// <summary>The runner said something that is not the protocol: it is not to be trusted with another step.</summary>
internal sealed class RunnerProtocolException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// The host's end of the runner protocol. Reading is pulled by whoever consumes the step's events, so a slow consumer
/// fills the pipe, then stops the runner, then the script: no queue grows here. One reader and any number of writers.
/// </summary>
internal sealed class RunnerConnection(Stream toRunner, Stream fromRunner) : IAsyncDisposable
{
    public const int LongestHeader = 64 * 1024;

    /// <summary>The protocol promises 64 KiB; room to grow, but never a gigabyte on a broken runner's word.</summary>
    public const int LargestPayload = 4 * 1024 * 1024;

    private static ReadOnlySpan<byte> LineEnd => "\n"u8;

    private readonly SemaphoreSlim _writing = new(1, 1);
    private bool _closed;
    private readonly PipeReader _reader = PipeReader.Create(
        fromRunner,
        new StreamPipeReaderOptions(bufferSize: 64 * 1024)
    );

    /// <summary>Sends a command. One for a runner that has died is dropped: reading will tell that it has.</summary>
    public async ValueTask SendAsync(RunnerCommand command, CancellationToken cancellation)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(command, RunnerJson.Default.RunnerCommand);
        await _writing.WaitAsync(cancellation);
        try
        {
            await toRunner.WriteAsync((byte[])[.. line, .. LineEnd], cancellation);
            await toRunner.FlushAsync(cancellation);
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException)
        {
            // A broken pipe; the end of the runner's output says the same and more.
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>The next event, or null when the runner has closed its end.</summary>
    /// <exception cref="RunnerProtocolException">What arrived is not the protocol, or ended inside a message.</exception>
    public async ValueTask<RunnerFrame?> ReadAsync(CancellationToken cancellation)
    {
        if (_closed || await ReadHeaderAsync(cancellation) is not { } header)
            return null;
        return header.Bytes switch
        {
            null => new RunnerFrame(header, default),
            < 0 or > LargestPayload => throw new RunnerProtocolException(
                $"a payload of {header.Bytes} bytes was announced"
            ),
            { } length => new RunnerFrame(header, await ReadPayloadAsync(length, cancellation)),
        };
    }

    private async ValueTask<RunnerEvent?> ReadHeaderAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var read = await _reader.ReadAsync(cancellation);
            var buffer = read.Buffer;
            if (buffer.PositionOf((byte)'\n') is { } end)
            {
                var header = Parse(buffer.Slice(0, end));
                _reader.AdvanceTo(buffer.GetPosition(1, end));
                return header;
            }
            if (buffer.Length > LongestHeader)
                throw new RunnerProtocolException($"no end of line within {LongestHeader:N0} bytes");
            if (read.IsCompleted)
                return buffer.IsEmpty ? null : throw new RunnerProtocolException("the output ended inside a message");
            _reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private async ValueTask<ReadOnlyMemory<byte>> ReadPayloadAsync(int length, CancellationToken cancellation)
    {
        var read = await _reader.ReadAtLeastAsync(length, cancellation);
        if (read.Buffer.Length < length)
            throw new RunnerProtocolException("the output ended inside a payload");
        var payload = new byte[length];
        var bytes = read.Buffer.Slice(0, length);
        bytes.CopyTo(payload);
        _reader.AdvanceTo(bytes.End);
        return payload;
    }

    private static RunnerEvent Parse(ReadOnlySequence<byte> line)
    {
        if (line.Length > LongestHeader)
            throw new RunnerProtocolException($"a message head of {line.Length:N0} bytes");
        try
        {
            var reader = new Utf8JsonReader(line);
            return JsonSerializer.Deserialize(ref reader, RunnerJson.Default.RunnerEvent)
                ?? throw new RunnerProtocolException("a message is null");
        }
        catch (JsonException broken)
        {
            throw new RunnerProtocolException($"a message is not valid: {broken.Message}", broken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _closed = true;
        await toRunner.DisposeAsync();
        await _reader.CompleteAsync();
    }
}
