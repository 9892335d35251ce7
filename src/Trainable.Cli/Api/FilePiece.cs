using System.Net;
using System.Net.Http.Headers;

namespace Trainable.Cli.Api;

/// <summary>A part of a file as the body of a request, which says how much of it has gone.</summary>
internal sealed class FilePiece : HttpContent
{
    private const int Block = 1 << 20;

    private readonly string _path;
    private readonly long _from;
    private readonly long _length;
    private readonly Action<long> _sent;

    /// <param name="path">Where the file lies.</param>
    /// <param name="from">The piece's first byte.</param>
    /// <param name="length">In bytes; the file has them.</param>
    /// <param name="sent">Gets how many bytes of the piece have gone so far.</param>
    public FilePiece(string path, long from, long length, Action<long> sent)
    {
        (_path, _from, _length, _sent) = (path, from, length, sent);
        Headers.ContentType = new MediaTypeHeaderValue("application/offset+octet-stream");
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _length;
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream,
        TransportContext? context,
        CancellationToken cancellationToken
    )
    {
        using var file = File.OpenHandle(_path, options: FileOptions.SequentialScan);
        var block = new byte[Block];
        for (long done = 0; done < _length; )
        {
            var room = block.AsMemory(0, (int)Math.Min(Block, _length - done));
            var read = await RandomAccess.ReadAsync(file, room, _from + done, cancellationToken);
            if (read == 0)
                throw new CommandException(
                    $"'{_path}' became shorter while it was sent. Send it again once it is whole."
                );
            await stream.WriteAsync(room[..read], cancellationToken);
            done += read;
            _sent(done);
        }
    }
}
