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

    private readonly string _root;

    public Workbench(TrainableHome home)
    {
        _root = TrainableHome.Make(Path.Combine(home.Scratch, Guid.CreateVersion7().ToString("N")));
        In = TrainableHome.Make(Path.Combine(_root, "in"));
        Out = TrainableHome.Make(Path.Combine(_root, "out"));
    }

    public string In { get; }

    public string Out { get; }

    public string Input(string name) => Path.Combine(In, name);

    /// <summary>Copies a file from below <paramref name="directory"/>; false when there is no such regular file.</summary>
    public async Task<bool> TakeAsync(string directory, string path, string name, CancellationToken cancellation)
    {
        if (!Directory.Exists(directory))
            return false;
        using var root = BeneathRoot.Open(directory);
        var opened = root.OpenFile(path);
        if (opened.Handle is null)
            return false;
        await using var source = new FileStream(opened.Handle, FileAccess.Read);
        if (source.Length > MaxCopyBytes)
            throw new UserFacingException($"{path} has {source.Length:N0} bytes, more than the referee reads.");
        await using var target = new FileStream(Input(name), FileMode.CreateNew, FileAccess.Write);
        await source.CopyToAsync(target, cancellation);
        return true;
    }

    /// <summary>Copies what a sandbox wrote to <see cref="Out"/> to where no sandbox writes; null when it is not there.</summary>
    public async Task<string?> CollectAsync(string path, string name, CancellationToken cancellation) =>
        await TakeAsync(Out, path, name, cancellation) ? Input(name) : null;

    public void Dispose()
    {
        try
        {
            TreeRemoval.Delete(_root);
        }
        catch (Exception stuck) when (stuck is IOException or UnauthorizedAccessException)
        {
            // What a script locked away stays until the next start, which empties the scratch directory.
        }
    }
}
