using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Trainable.Server.Platform.Linux;

internal enum OpenFailure
{
    None,
    Missing,

    /// <summary>The path leaves the root, passes a symbolic link or crosses into another file system.</summary>
    Outside,

    /// <summary>It exists but is something else than asked for: a FIFO, a device, a directory for a file.</summary>
    WrongKind,
    Denied,

    /// <summary>A new file was asked for and something is there.</summary>
    Exists,
}

/// <summary>An open file or directory, or why there is none. The caller disposes the handle.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Opened(SafeFileHandle? Handle, FileStatus Status, OpenFailure Failure)
{
    public static Opened Failed(OpenFailure failure) => new(null, default, failure);
}

/// <summary>
/// Opens only what truly lies beneath a directory that hostile programs write to. The kernel resolves the path in one
/// step (openat2), so there is no moment between a check and the use in which a link could be put in place.
/// </summary>
internal sealed class BeneathRoot : IDisposable
{
    // RESOLVE_NO_XDEV | NO_MAGICLINKS | NO_SYMLINKS | BENEATH
    private const ulong Beneath = 0x01 | 0x02 | 0x04 | 0x08;

    // RESOLVE_NO_MAGICLINKS | NO_SYMLINKS
    private const ulong NoLinks = 0x02 | 0x04;
    private const int MaxPathBytes = 4096;
    private const uint NewFileMode = 0x1A4; // 0644
    private const uint NoReplace = 1; // RENAME_NOREPLACE
    private const uint NewDirectoryMode = 0x1ED; // 0755

    private readonly SafeFileHandle _root;

    private BeneathRoot(SafeFileHandle root) => _root = root;

    /// <summary>
    /// Takes a directory as root. No part of its own path may be a link either: a stage's directory lies in a session's,
    /// where a script can put a link in its place.
    /// </summary>
    /// <exception cref="IOException">It is missing, no directory, or reached through a link.</exception>
    public static BeneathRoot Open(string directory) =>
        TryOpen(directory) ?? throw Libc.Failure($"{directory} could not be opened");

    /// <summary>As <see cref="Open(string)"/>; null when it cannot be opened.</summary>
    public static BeneathRoot? TryOpen(string directory)
    {
        if (!Path.IsPathRooted(directory))
            throw new ArgumentException($"'{directory}' is no absolute path.", nameof(directory));
        if (Encode(directory) is not { } bytes)
            return null;
        var descriptor = Libc.OpenAt2(bytes, Libc.PathOnly | Libc.Directory | Libc.CloseOnExec, NoLinks);
        return descriptor < 0 ? null : new BeneathRoot(new SafeFileHandle(descriptor, ownsHandle: true));
    }

    /// <summary>Opens a regular file for reading; never blocks, whatever lies at the path.</summary>
    public Opened OpenFile(string path) => Open(_root, path, FileKind.Regular);

    /// <summary>Opens a directory for listing; the empty path is the root itself.</summary>
    public Opened OpenDirectory(string path) => Open(_root, path is "" ? "." : path, FileKind.Directory);

    /// <summary>Opens whatever is there, as long as it is a regular file or a directory.</summary>
    public Opened OpenAny(string path) => Open(_root, path is "" ? "." : path, kind: null);

    /// <summary>
    /// Creates a file for writing, and the directories above it that are missing. The host must write by no other way
    /// where sandboxes write: a link planted at the path would lead its bytes, and its rights, elsewhere.
    /// </summary>
    /// <param name="path">Relative to the root.</param>
    /// <param name="replace">Whether a regular file that is there is emptied; otherwise that is a failure.</param>
    public Opened CreateFile(string path, bool replace)
    {
        if (Encode(path) is not { } bytes)
            return Opened.Failed(OpenFailure.Missing);
        for (var slash = path.IndexOf('/'); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            var failure = MakeDirectory(path[..slash]);
            if (failure is not OpenFailure.None)
                return Opened.Failed(failure);
        }
        var flags = Libc.WriteOnly | Libc.Create | Libc.NonBlocking | Libc.CloseOnExec;
        flags |= replace ? Libc.Truncate : Libc.Exclusive;
        return Check(Libc.OpenAt2(_root, bytes, flags, Beneath, NewFileMode), FileKind.Regular);
    }

    /// <summary>Gives a file of a directory another name there; never replaces what is there.</summary>
    public OpenFailure Rename(string directory, string from, string to)
    {
        var opened = OpenDirectory(directory);
        using var handle = opened.Handle;
        if (handle is null)
            return opened.Failure;
        return Libc.RenameAt2(handle, from, handle, to, NoReplace) == 0 ? OpenFailure.None : Explain(Libc.LastError);
    }

    /// <summary>Deletes a file or a link, never what a link leads to; nothing happens when it is not there.</summary>
    public OpenFailure Delete(string path)
    {
        var slash = path.LastIndexOf('/');
        var opened = OpenDirectory(slash < 0 ? "" : path[..slash]);
        using var parent = opened.Handle;
        if (parent is null)
            return opened.Failure;
        return Libc.UnlinkAt(parent, path[(slash + 1)..], 0) == 0 ? OpenFailure.None : Explain(Libc.LastError);
    }

    /// <summary>As the others, but by a name within a directory that is already open.</summary>
    public static Opened Open(SafeFileHandle directory, string path, FileKind? kind)
    {
        return Encode(path) is { } bytes ? Open(directory, bytes, kind) : Opened.Failed(OpenFailure.Missing);
    }

    /// <summary>As the others, by a name that need not be text; it ends in a NUL.</summary>
    public static Opened Open(SafeFileHandle directory, byte[] name, FileKind? kind)
    {
        var flags = Libc.ReadOnly | Libc.NonBlocking | Libc.CloseOnExec;
        return Check(Libc.OpenAt2(directory, name, flags, Beneath), kind);
    }

    /// <summary>Makes a directory in one that exists. One that is there already is as good; anything else there is not.</summary>
    public OpenFailure MakeDirectory(string path)
    {
        var opened = OpenDirectory(path);
        opened.Handle?.Dispose();
        if (opened.Failure is not OpenFailure.Missing)
            return opened.Failure;
        var slash = path.LastIndexOf('/');
        using var parent = OpenDirectory(slash < 0 ? "" : path[..slash]).Handle;
        if (parent is null || (Libc.MakeDirectoryAt(parent, path[(slash + 1)..], NewDirectoryMode) != 0 && !Exists()))
            return OpenFailure.Denied;
        return OpenFailure.None;

        static bool Exists() => Libc.LastError == Libc.AlreadyThere;
    }

    private static Opened Check(int descriptor, FileKind? kind)
    {
        if (descriptor < 0)
            return Opened.Failed(Explain(Libc.LastError));
        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        var status = FileStatus.Of(handle);
        if (status is { Kind: FileKind.Regular or FileKind.Directory } known && (kind is null || known.Kind == kind))
            return new Opened(handle, known, OpenFailure.None);
        handle.Dispose();
        return Opened.Failed(OpenFailure.WrongKind);
    }

    private static byte[]? Encode(string path)
    {
        if (
            path is ""
            || path.Contains('\0', StringComparison.Ordinal)
            || Encoding.UTF8.GetByteCount(path) >= MaxPathBytes
        )
            return null;
        var bytes = new byte[Encoding.UTF8.GetByteCount(path) + 1];
        Encoding.UTF8.GetBytes(path, bytes);
        return bytes;
    }

    private static OpenFailure Explain(int error) =>
        error switch
        {
            Libc.NoEntry or Libc.NotDirectory or Libc.NameTooLong => OpenFailure.Missing,
            Libc.CrossDevice or Libc.TooManyLinks => OpenFailure.Outside,
            Libc.AlreadyThere => OpenFailure.Exists,
            Libc.IsDirectory => OpenFailure.WrongKind,
            Libc.NoDeviceOrAddress => OpenFailure.WrongKind, // a socket
            Libc.AccessDenied or Libc.PermissionDenied => OpenFailure.Denied,
            // A lease that a script holds on the file, or a program that runs from it: it will not be waited for.
            Libc.WouldBlock or Libc.Executing => OpenFailure.Denied,
            _ => throw Libc.Failure($"A file could not be opened (errno {error})"),
        };

    public void Dispose() => _root.Dispose();
}
