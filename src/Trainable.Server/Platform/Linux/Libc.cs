using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Trainable.Server.Platform.Linux;

/// <summary>
/// The system calls .NET has no API for. Calls through <c>syscall</c> use numbers that are the same on every
/// architecture (all were added after the tables were unified in Linux 5.1).
/// </summary>
internal static partial class Libc
{
    public const int ReadOnly = 0;
    public const int WriteOnly = 1;
    public const int Create = 0x40;
    public const int Exclusive = 0x80;
    public const int Truncate = 0x200;
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;

    // Another one on 64-bit ARM.
    public static readonly int Directory =
        RuntimeInformation.ProcessArchitecture is Architecture.Arm64 ? 0x4000 : 0x10000;
    public const int PathOnly = 0x200000;

    /// <summary>The mode of a file that everybody may read and its owner write: 0644.</summary>
    public const uint ReadableByAll = 0x1A4;

    public const int PermissionDenied = 1;
    public const int NoEntry = 2;
    public const int NoProcess = 3;
    public const int Interrupted = 4;
    public const int NoDeviceOrAddress = 6;
    public const int WouldBlock = 11;
    public const int AccessDenied = 13;
    public const int AlreadyThere = 17;
    public const int CrossDevice = 18;
    public const int NotDirectory = 20;
    public const int IsDirectory = 21;
    public const int Executing = 26; // ETXTBSY
    public const int NameTooLong = 36;
    public const int TooManyLinks = 40;

    public static int LastError => Marshal.GetLastPInvokeError();

    private const long PidfdSendSignalNumber = 424;
    private const long PidfdOpenNumber = 434;
    private const long CloseRangeNumber = 436;
    private const long OpenAt2Number = 437;

    private const int KillSignal = 9;
    private const short PollIn = 1;

    /// <summary>Marks every descriptor from <paramref name="first"/> up as not inherited by programs started from now on.</summary>
    public static void CloseOnExecFrom(int first)
    {
        const uint closeRangeCloexec = 4;
        // Linux before 5.11 lacks the flag; .NET sets close-on-exec on all it opens, so this only guards native libraries.
        _ = SystemCall(CloseRangeNumber, first, uint.MaxValue, closeRangeCloexec);
    }

    /// <summary>A handle on a process that stays this process's even when its pid is used again; null when it is gone.</summary>
    public static SafeFileHandle? OpenProcess(int pid)
    {
        var descriptor = SystemCall(PidfdOpenNumber, pid, 0, 0);
        return descriptor < 0 ? null : new SafeFileHandle((nint)descriptor, ownsHandle: true);
    }

    public static void Kill(SafeFileHandle process)
    {
        using var held = new Borrowed(process);
        _ = SystemCall(PidfdSendSignalNumber, held.Descriptor, KillSignal, 0, 0);
    }

    /// <summary>Blocks until the process has ended; false when it has not after <paramref name="limit"/>.</summary>
    public static bool WaitForExit(SafeFileHandle process, TimeSpan limit)
    {
        using var held = new Borrowed(process);
        var entry = new PollEntry { Descriptor = held.Descriptor, Events = PollIn };
        int ready;
        do ready = Poll(ref entry, 1, (int)Math.Clamp(limit.TotalMilliseconds, 0, int.MaxValue));
        while (ready < 0 && LastError == Interrupted);
        return ready > 0;
    }

    /// <summary>openat2(2); a negative result leaves the reason in <see cref="LastError"/>.</summary>
    public static unsafe int OpenAt2(
        SafeFileHandle root,
        ReadOnlySpan<byte> path,
        int flags,
        ulong resolve,
        uint mode = 0
    )
    {
        using var held = new Borrowed(root);
        var how = new OpenHow
        {
            Flags = (ulong)flags,
            Mode = mode,
            Resolve = resolve,
        };
        fixed (byte* bytes = path)
            return (int)SystemCall(OpenAt2Number, held.Descriptor, (nint)bytes, (nint)(&how), sizeof(OpenHow));
    }

    /// <summary>openat2(2) of an absolute path.</summary>
    public static unsafe int OpenAt2(ReadOnlySpan<byte> path, int flags, ulong resolve)
    {
        const int workingDirectory = -100; // AT_FDCWD, which an absolute path does not use
        var how = new OpenHow { Flags = (ulong)flags, Resolve = resolve };
        fixed (byte* bytes = path)
            return (int)SystemCall(OpenAt2Number, workingDirectory, (nint)bytes, (nint)(&how), sizeof(OpenHow));
    }

    public static Exception Failure(string what) => new IOException(what, new Win32Exception(LastError));

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "fchownat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeOwnerAt(SafeFileHandle directory, string name, uint user, uint group, int flags);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeDirectoryAt(SafeFileHandle directory, string name, uint mode);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int UnlinkAt(SafeFileHandle directory, string name, int flags);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RenameAt2(
        SafeFileHandle fromDirectory,
        string from,
        SafeFileHandle toDirectory,
        string to,
        uint flags
    );

    [LibraryImport("libc", EntryPoint = "mkfifo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeFifo(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    public static partial int ChangeMode(SafeFileHandle file, uint mode);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long SystemCall(long number, long first, long second, long third);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long SystemCall(long number, long first, long second, long third, long fourth);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollEntry entries, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Ready;
    }

    /// <summary>Keeps a handle's descriptor from being closed, and its number reused, while a call uses it.</summary>
    private readonly ref struct Borrowed
    {
        private readonly SafeHandle _handle;

        public Borrowed(SafeHandle handle)
        {
            var added = false;
            handle.DangerousAddRef(ref added);
            _handle = handle;
            Descriptor = (int)handle.DangerousGetHandle();
        }

        public int Descriptor { get; }

        public void Dispose() => _handle.DangerousRelease();
    }
}
