using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace Trainable.Server.Platform;

/// <summary>
/// The memory that Kestrel reads sockets into, in blocks of 64 KiB. Its own are of 4 KiB: an upload of gigabytes then takes
/// sixteen times as many calls into the system, and those, not the disk, set its pace. A connection that waits holds none.
/// </summary>
internal sealed class WireBlocks : IMemoryPoolFactory<byte>
{
    public const int BlockBytes = 1 << 16;

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new Pool();

    private sealed class Pool : MemoryPool<byte>
    {
        public override int MaxBufferSize => BlockBytes;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1) =>
            minBufferSize <= BlockBytes
                ? new Block()
                : throw new ArgumentOutOfRangeException(nameof(minBufferSize), minBufferSize, "Larger than a block.");

        // The arrays belong to the shared pool, which lets go of what is not used.
        protected override void Dispose(bool disposing) { }
    }

    private sealed class Block : IMemoryOwner<byte>
    {
        private byte[]? _bytes = ArrayPool<byte>.Shared.Rent(BlockBytes);

        public Memory<byte> Memory => _bytes ?? throw new ObjectDisposedException(nameof(Block));

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _bytes, null) is { } bytes)
                ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
