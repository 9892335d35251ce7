using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Trainable.Server.Platform.Linux;

internal enum FileKind
{
    Regular,
    Directory,
    SymbolicLink,

    /// <summary>FIFO, socket or device: opening or reading it may block or reach something else entirely.</summary>
    Special,
}

/// <summary>What statx(2) says about a file: of a descriptor, or of a name in a directory without following links.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly partial record struct FileStatus(
    FileKind Kind,
    uint Mode,
    uint User,
    long Length,
    ulong Inode,
    long ModifiedNanoseconds
)
{
    public static FileStatus? Of(SafeFileHandle handle) => Native.Read(handle, "", Native.EmptyPath);

    public static FileStatus? Of(SafeFileHandle directory, string name) =>
        Native.Read(directory, name, Native.NoFollow);

    public DateTimeOffset Modified => DateTimeOffset.UnixEpoch.AddTicks(ModifiedNanoseconds / 100);

    private static partial class Native
    {
        public const int EmptyPath = 0x1000;
        public const int NoFollow = 0x100;
        private const uint BasicStats = 0x7ff;

        public static FileStatus? Read(SafeFileHandle directory, string name, int flags)
        {
            if (Statx(directory, name, flags, BasicStats, out var raw) != 0)
                return null;
            var kind = (raw.Mode & 0xF000) switch
            {
                0x8000 => FileKind.Regular,
                0x4000 => FileKind.Directory,
                0xA000 => FileKind.SymbolicLink,
                _ => FileKind.Special,
            };
            var modified = raw.ModifiedSeconds * 1_000_000_000 + raw.ModifiedNanoseconds;
            return new FileStatus(kind, raw.Mode & 0xFFFu, raw.User, (long)raw.Size, raw.Inode, modified);
        }

        [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        private static partial int Statx(SafeFileHandle directory, string name, int flags, uint mask, out Raw status);

        /// <summary>struct statx, the same on every architecture; the fields in between are not of interest.</summary>
        [StructLayout(LayoutKind.Explicit, Size = 256)]
        private struct Raw
        {
            [FieldOffset(20)]
            public uint User;

            [FieldOffset(28)]
            public ushort Mode;

            [FieldOffset(32)]
            public ulong Inode;

            [FieldOffset(40)]
            public ulong Size;

            [FieldOffset(112)]
            public long ModifiedSeconds;

            [FieldOffset(120)]
            public uint ModifiedNanoseconds;
        }
    }
}
