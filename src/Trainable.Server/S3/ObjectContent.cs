using Amazon.S3.Model;

namespace Trainable.Server.S3;

/// <summary>
/// An object as it comes from S3: a pause that is too long, an end that comes too early and a connection that breaks are each
/// one sentence, and never a shorter file.
/// </summary>
internal sealed class ObjectContent(GetObjectResponse response, ObjectPath path, S3Options options, TimeProvider clock)
    : Stream
{
    private long _read;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => response.ContentLength;

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var limit = new CancellationTokenSource(options.Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        int count;
        try
        {
            count = await response.ResponseStream.ReadAsync(buffer, either.Token);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw S3Failures.Silent(options, late);
        }
        catch (Exception failure) when (S3Failures.IsOfS3(failure))
        {
            throw S3Failures.BrokeOff(options, path, failure);
        }
        _read += count;
        if (count == 0 && !buffer.IsEmpty && _read < Length)
            throw S3Failures.BrokeOff(options, path, inner: null);
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            response.Dispose();
        base.Dispose(disposing);
    }
}
