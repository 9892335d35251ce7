using System.Runtime.InteropServices;

namespace Trainable.Server.Platform.Linux;

/// <summary>A second name of a file's content, which .NET has no call for.</summary>
internal static partial class HardLink
{
    /// <exception cref="IOException">The file is not there, the name is taken, or they lie on two disks.</exception>
    public static void Make(string file, string name)
    {
        if (Link(file, name) != 0)
            throw new IOException(
                $"No link to a file could be made: {Marshal.GetLastPInvokeErrorMessage()}",
                Marshal.GetLastPInvokeError()
            );
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string file, string name);
}
