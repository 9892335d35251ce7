using System.Buffers.Binary;
using System.IO.Compression;
using Trainable.Server.Platform;

namespace Trainable.Server.Datasets.Delimited;

/// <summary>
/// Unpacks gzip up to a limit: a few kilobytes can hold terabytes. Unlike <see cref="GZipStream"/> it notices a file that
/// was cut, by the length that gzip writes at its end.
/// </summary>
internal sealed class GunzipStream : Stream
{
    private readonly GZipStream _inner;
    private readonly long _maxBytes;
    private readonly uint _promised;
    private long _read;

    public GunzipStream(FileStream file, long maxBytes)
    {
        _maxBytes = maxBytes;
        _promised = LengthOfLastMember(file);
        _inner = new GZipStream(file, CompressionMode.Decompress);
    }

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var read = _inner.Read(buffer);
        _read += read;
        if (_read > _maxBytes)
            throw new UserFacingException(
                $"The compressed file unpacks to more than {ByteSize.Format(_maxBytes)}. Upload a smaller one, or raise {DatasetOptions.MaxUploadKey}.",
                StatusCodes.Status413PayloadTooLarge
            );
        // A file may have several members, of which only the last one's length stands at the end.
        if (read == 0 && !buffer.IsEmpty && _promised > _read)
            throw new InvalidDataException("The gzip file was cut.");
        return read;
    }

    public override void Flush() => _inner.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _inner.Dispose();
        base.Dispose(disposing);
    }

    private static uint LengthOfLastMember(FileStream file)
    {
        Span<byte> trailer = stackalloc byte[sizeof(uint)];
        if (file.Length < trailer.Length)
            return 0;
        file.Seek(-trailer.Length, SeekOrigin.End);
        file.ReadExactly(trailer);
        file.Seek(0, SeekOrigin.Begin);
        return BinaryPrimitives.ReadUInt32LittleEndian(trailer);
    }
}
