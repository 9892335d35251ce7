using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Trainable.Server.Platform.Linux;

/// <summary>
/// Reads a directory through its descriptor, so that nobody can put another directory in its place between the check
/// and the listing. Names that are not UTF-8 are left out: no request could name them.
/// </summary>
internal static partial class DirectoryEntries
{
    private const int BufferSize = 32 * 1024;

    // struct linux_dirent64: inode 8, offset 8, record length 2, type 1, name.
    private const int LengthOffset = 16;
    private const int TypeOffset = 18;
    private const int NameOffset = 19;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Names and kinds in the kernel's order; links are told, not followed.</summary>
    public static List<(string Name, FileKind Kind)> Read(SafeFileHandle directory)
    {
        var entries = new List<(string, FileKind)>();
        ReadRecords(
            directory,
            (name, type) =>
            {
                if (Decode(name) is not { } text)
                    return;
                FileKind? kind = type switch
                {
                    8 => FileKind.Regular,
                    4 => FileKind.Directory,
                    10 => FileKind.SymbolicLink,
                    // Some file systems do not tell; then the file has to be asked, and may be gone by now.
                    0 => FileStatus.Of(directory, text)?.Kind,
                    _ => FileKind.Special,
                };
                if (kind is { } known)
                    entries.Add((text, known));
            }
        );
        return entries;
    }

    /// <summary>Every name as bytes that end in a NUL, those that are no text included.</summary>
    public static void ReadNames(SafeFileHandle directory, Action<byte[]> take) =>
        ReadRecords(directory, (name, _) => take([.. name, 0]));

    private delegate void Record(ReadOnlySpan<byte> name, byte type);

    private static void ReadRecords(SafeFileHandle directory, Record take)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (true)
            {
                var length = (int)GetDirectoryEntries(directory, buffer, (nuint)buffer.Length);
                if (length < 0)
                    throw Libc.Failure("A directory could not be read");
                if (length == 0)
                    return;
                Parse(buffer.AsSpan(0, length), take);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void Parse(ReadOnlySpan<byte> records, Record take)
    {
        while (!records.IsEmpty)
        {
            var record = records[..BinaryPrimitives.ReadUInt16LittleEndian(records[LengthOffset..])];
            records = records[record.Length..];
            var name = record[NameOffset..];
            name = name[..name.IndexOf((byte)0)];
            if (name is not ([(byte)'.'] or [(byte)'.', (byte)'.']))
                take(name, record[TypeOffset]);
        }
    }

    private static string? Decode(ReadOnlySpan<byte> name)
    {
        try
        {
            return Strict.GetString(name);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "getdents64", SetLastError = true)]
    private static partial nint GetDirectoryEntries(SafeFileHandle directory, [Out] byte[] buffer, nuint size);
}
