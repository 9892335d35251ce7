using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Trainable.Server.Platform.Linux;

/// <summary>
/// Sends a large file to the disk while the rest of it is still coming. The kernel would leave it in the page cache until a
/// tenth of the memory is dirty, and then hold up everyone who writes; so the disk works beside the network instead of after it.
/// </summary>
/// <param name="file">Is written from <paramref name="from"/> on.</param>
/// <param name="from">In bytes.</param>
internal sealed partial class EarlyWriteback(SafeFileHandle file, long from)
{
    /// <summary>Large enough for the disk to be quick, small enough for it to start soon.</summary>
    private const long Window = 8L << 20;

    // SYNC_FILE_RANGE_WRITE: starts writing and does not wait for it.
    private const uint StartWriting = 2;

    private long _started = from;

    /// <summary>Everything before <paramref name="end"/> has been written to the file.</summary>
    public void Reached(long end)
    {
        if (end - _started < Window)
            return;
        // Only a hint: a file system that cannot take it writes when it would have.
        _ = SyncFileRange(file, _started, end - _started, StartWriting);
        _started = end;
    }

    [LibraryImport("libc", EntryPoint = "sync_file_range", SetLastError = true)]
    private static partial int SyncFileRange(SafeFileHandle file, long offset, long bytes, uint flags);
}
