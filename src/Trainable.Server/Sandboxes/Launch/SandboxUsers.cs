using Trainable.Server.Platform.Linux;

namespace Trainable.Server.Sandboxes.Launch;

/// <summary>
/// User ids for sandboxes of a server that runs as root: no two unrelated sandboxes share one, and a session keeps the
/// one that owns its files. The range is one that systemd and Debian both leave unused.
/// </summary>
internal sealed class SandboxUsers
{
    public const uint First = 60_706;
    public const uint Last = 61_183;

    private readonly Lock _lock = new();
    private readonly Dictionary<uint, int> _open = [];

    /// <summary>Takes the id that owns one of the directories, or else a free one.</summary>
    public Lease Take(IEnumerable<string> directories)
    {
        var owner = directories.Select(Owner).FirstOrDefault(user => user is >= First and <= Last);
        lock (_lock)
        {
            var user = owner ?? Free();
            _open[user] = _open.GetValueOrDefault(user) + 1;
            return new Lease(this, user);
        }
    }

    private uint Free()
    {
        var start = (uint)Random.Shared.Next((int)(Last - First + 1));
        for (uint step = 0; step <= Last - First; step++)
        {
            var user = First + ((start + step) % (Last - First + 1));
            if (!_open.ContainsKey(user))
                return user;
        }
        // Hundreds of sandboxes at once: two share an id, and the mount and pid namespaces still part them.
        return First + start;
    }

    private static uint? Owner(string path)
    {
        if (!Directory.Exists(path))
            return null;
        using var root = BeneathRoot.Open(path);
        var opened = root.OpenDirectory("");
        using var handle = opened.Handle;
        return handle is null ? null : opened.Status.User;
    }

    private void Return(uint user)
    {
        lock (_lock)
        {
            if (--_open[user] == 0)
                _open.Remove(user);
        }
    }

    public sealed class Lease(SandboxUsers users, uint id) : IDisposable
    {
        private bool _returned;

        public uint Id => id;

        public void Dispose()
        {
            if (_returned)
                return;
            _returned = true;
            users.Return(id);
        }
    }
}
