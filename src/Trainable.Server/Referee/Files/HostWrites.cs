using System.Text;
using Trainable.Server.Platform;
using Trainable.Server.Platform.Linux;

namespace Trainable.Server.Referee.Files;

/// <summary>The few writes the referee does where agents write too, beneath the stage's directory and through no link.</summary>
internal static class HostWrites
{
    /// <summary>Writes a small text file whole.</summary>
    public static void Replace(string directory, string path, string text)
    {
        using var root = BeneathRoot.TryOpen(directory);
        using var handle = root?.CreateFile(path, replace: true).Handle;
        if (handle is null)
            throw new UserFacingException($"'{path}' in the stage's directory is no file the host can write.");
        RandomAccess.Write(handle, Encoding.UTF8.GetBytes(text), fileOffset: 0);
    }

    /// <summary>Deletes a file, or the link in its place.</summary>
    public static void Delete(string directory, string path)
    {
        using var root = BeneathRoot.TryOpen(directory);
        root?.Delete(path);
    }
}
