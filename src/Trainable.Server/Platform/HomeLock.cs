using System.Text.Json;
using System.Text.Json.Serialization;

namespace Trainable.Server.Platform;

/// <summary>Who serves a home, as its lock file says: enough for a second command to become its client.</summary>
internal sealed record HomeOwner
{
    public required int Pid { get; init; }
    public required Uri Url { get; init; }
    public required string Token { get; init; }

    /// <summary>What the owner is: <c>up</c> serves until stopped, <c>run</c> until its run has ended.</summary>
    public required string Command { get; init; }
}

/// <summary>
/// The right to serve a home, held by one process at a time. The kernel keeps it (<c>flock</c> on <c>lock.held</c>), so it
/// ends with its process however that dies and a stale pid means nothing. <c>lock</c> beside it tells others whom to ask; it
/// is replaced whole, readable by its owner alone, and may be a dead owner's: only the held file says who lives.
/// </summary>
internal sealed class HomeLock : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly FileStream _held;
    private readonly string _path;
    private bool _disposed;

    private HomeLock(FileStream held, string path)
    {
        _held = held;
        _path = path;
    }

    /// <summary>Takes the home, or returns null while another process has it.</summary>
    /// <exception cref="IOException">The home cannot be written to.</exception>
    /// <exception cref="UnauthorizedAccessException">The home belongs to someone else.</exception>
    public static HomeLock? TryAcquire(TrainableHome home)
    {
        FileStream held;
        try
        {
            // FileShare.None is flock(LOCK_EX | LOCK_NB) on Unix.
            held = Open(home.Lock + ".held", FileMode.OpenOrCreate, FileShare.None);
        }
        catch (IOException busy) when (IsHeldElsewhere(busy))
        {
            return null;
        }
        // What a crashed owner left would send a second command to an address where nobody, or someone else, listens.
        File.Delete(home.Lock);
        return new HomeLock(held, home.Lock);
    }

    /// <summary>What the lock file says; null when there is none (yet) or it cannot be understood.</summary>
    public static HomeOwner? ReadOwner(TrainableHome home)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(home.Lock), HomeLockJson.Default.HomeOwner);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Says where the owner answers; call it once the server listens.</summary>
    public void Publish(HomeOwner owner)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var draft = _path + ".new";
        File.Delete(draft);
        using (var file = Open(draft, FileMode.CreateNew, FileShare.Read))
            JsonSerializer.Serialize(file, owner, HomeLockJson.Default.HomeOwner);
        File.Move(draft, _path, overwrite: true);
    }

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        // In this order: once the held file is free, the lock file may be the next owner's.
        try
        {
            File.Delete(_path);
        }
        catch (DirectoryNotFoundException)
        {
            // The home was deleted while it was served: there is nobody left to tell.
        }
        _held.Dispose();
    }

    private static FileStream Open(string path, FileMode mode, FileShare share) =>
        new(
            path,
            new FileStreamOptions
            {
                Mode = mode,
                Access = FileAccess.ReadWrite,
                Share = share,
                UnixCreateMode = OwnerOnly,
            }
        );

    /// <summary>EWOULDBLOCK from <c>flock</c>; every other failure (no space, read-only) is a real one.</summary>
    private static bool IsHeldElsewhere(IOException failure) => failure.HResult == 11;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(HomeOwner))]
internal sealed partial class HomeLockJson : JsonSerializerContext;
