using Trainable.Server.Platform;
using Trainable.Server.Platform.Linux;

namespace Trainable.Server.Referee.Files;

/// <summary>
/// A directory of the referee's own for one piece of work: <c>in</c> is shown to a sandbox read-only, <c>out</c> writable.
/// What agents made gets here as a copy, read beneath their directory, so that no link of theirs is ever followed.
/// </summary>
internal sealed class Workbench : IDisposable
{
    /// <summary>Larger files of an agent's are refused: no model or table of this system comes near it.</summary>
    private const long MaxCopyBytes = 16L << 30;

    private readonly Action _whenDone;

    /// <summary>Directories that go with the bench.</summary>
    public Workbench(TrainableHome home)
    {
        var root = TrainableHome.Make(Path.Combine(home.Scratch, Guid.CreateVersion7().ToString("N")));
        In = TrainableHome.Make(Path.Combine(root, "in"));
        Out = TrainableHome.Make(Path.Combine(root, "out"));
        _whenDone = () => Delete(root);
    }

    /// <summary>The directories of a room, which stay its own.</summary>
    public Workbench(HarnessRoom room, string inputs, string outputs, Action whenDone) =>
        (Room, In, Out, _whenDone) = (room, inputs, outputs, whenDone);

    /// <summary>Where scripts run on the bench; null when each gets a sandbox that lives for it alone.</summary>
    public HarnessRoom? Room { get; }

    public string In { get; }

    public string Out { get; }

    public string Input(string name) => Path.Combine(In, name);

    /// <summary>Copies a file from below <paramref name="directory"/>; false when there is no such regular file.</summary>
    public async Task<bool> TakeAsync(string directory, string path, string name, CancellationToken cancellation)
    {
        using var root = BeneathRoot.TryOpen(directory);
        if (root?.OpenFile(path) is not { Handle: not null } opened)
            return false;
        await using var source = new FileStream(opened.Handle, FileAccess.Read);
        if (source.Length > MaxCopyBytes)
            throw new UserFacingException($"{path} has {source.Length:N0} bytes, more than the referee reads.");
        await using var target = new FileStream(Input(name), FileMode.CreateNew, FileAccess.Write);
        await CopyAsync(source, target, source.Length, cancellation);
        return true;
    }

    /// <summary>
    /// Copies what the file held when it was opened. Runs of zeros become holes: a file of many gigabytes that takes no
    /// space where an agent made it must take none here.
    /// </summary>
    private static async Task CopyAsync(
        FileStream source,
        FileStream target,
        long length,
        CancellationToken cancellation
    )
    {
        var buffer = new byte[1 << 20];
        for (var left = length; left > 0; )
        {
            var room = buffer.AsMemory(0, (int)Math.Min(buffer.Length, left));
            var read = await source.ReadAtLeastAsync(room, room.Length, throwOnEndOfStream: false, cancellation);
            if (read == 0)
                break;
            if (room.Span[..read].ContainsAnyExcept((byte)0))
                await target.WriteAsync(room[..read], cancellation);
            else
                target.Seek(read, SeekOrigin.Current);
            left -= read;
        }
        target.SetLength(target.Position);
    }

    /// <summary>Copies what a sandbox wrote to <see cref="Out"/> to where no sandbox writes; null when it is not there.</summary>
    public async Task<string?> CollectAsync(string path, string name, CancellationToken cancellation) =>
        await TakeAsync(Out, path, name, cancellation) ? Input(name) : null;

    public void Dispose() => _whenDone();

    private static void Delete(string root)
    {
        try
        {
            TreeRemoval.Delete(root);
        }
        catch (Exception stuck) when (stuck is IOException or UnauthorizedAccessException)
        {
            // What a script locked away stays until the next start, which empties the scratch directory.
        }
    }
}
