using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Trainable.Server.Platform.Linux;

/// <summary>What a directory and all that lies beneath it take of their file system.</summary>
/// <param name="Bytes">As allocated: a sparse file counts what it holds, a file of several names once.</param>
/// <param name="Entries">Files, directories, links and all else that takes an inode.</param>
/// <param name="TooDeep">Folders nested past <see cref="Deepest"/>; what is below was not counted.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly partial record struct DiskUsage(long Bytes, long Entries, bool TooDeep)
{
    public const int Deepest = 128;

    public static DiskUsage operator +(DiskUsage left, DiskUsage right) =>
        new(left.Bytes + right.Bytes, left.Entries + right.Entries, left.TooDeep || right.TooDeep);

    /// <summary>
    /// Counts by descriptors and follows no link, so that whoever writes there meanwhile can lead it nowhere else. Names
    /// are taken as the bytes they are: a file whose name is no text still takes space.
    /// </summary>
    public static DiskUsage Of(string directory)
    {
        using var parent = BeneathRoot.Open(directory);
        using var root = parent.OpenDirectory("").Handle;
        return root is null ? default : Read(root, depth: 0);
    }

    private static DiskUsage Read(SafeFileHandle directory, int depth)
    {
        if (depth > Deepest)
            return new DiskUsage(0, 0, TooDeep: true);
        var usage = default(DiskUsage);
        var folders = new List<byte[]>();
        DirectoryEntries.ReadNames(
            directory,
            name =>
            {
                if (Native.Statx(directory, name, Native.NoFollow, Native.BasicStats, out var status) != 0)
                    return; // Gone since it was listed.
                usage += new DiskUsage((long)status.Blocks * 512 / Math.Max(1, status.Links), 1, TooDeep: false);
                if ((status.Mode & 0xF000) == 0x4000)
                    folders.Add(name);
            }
        );
        foreach (var folder in folders)
        {
            using var child = BeneathRoot.Open(directory, folder, FileKind.Directory).Handle;
            if (child is not null)
                usage += Read(child, depth + 1);
        }
        return usage;
    }

    private static partial class Native
    {
        public const int NoFollow = 0x100;
        public const uint BasicStats = 0x7ff;

        [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
        public static partial int Statx(SafeFileHandle directory, byte[] name, int flags, uint mask, out Raw status);

        /// <summary>struct statx, the same on every architecture; the fields in between are not of interest.</summary>
        [StructLayout(LayoutKind.Explicit, Size = 256)]
        public struct Raw
        {
            [FieldOffset(16)]
            public uint Links;

            [FieldOffset(28)]
            public ushort Mode;

            /// <summary>Of 512 bytes.</summary>
            [FieldOffset(48)]
            public ulong Blocks;
        }
    }
}
