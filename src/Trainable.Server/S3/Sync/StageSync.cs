using System.Buffers;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Win32.SafeHandles;
using Trainable.Contracts;
using Trainable.Server.Artifacts;
using Trainable.Server.Events;
using Trainable.Server.Platform;
using Trainable.Server.Storage;

namespace Trainable.Server.S3.Sync;

/// <summary>
/// Copies the files a stage left to S3. What is there already, by its hash, is not sent again: a copy that was interrupted
/// goes on where it was, and one that is repeated sends nothing.
/// </summary>
internal sealed class StageSync(
    ObjectStore store,
    ObjectUpload upload,
    WorkspaceFiles workspace,
    EventLog log,
    IDbContextFactory<TrainableDb> databases
)
{
    private const int BufferBytes = 1 << 17;

    /// <summary>Files whose copies are recorded together.</summary>
    private const int RecordedTogether = 20;

    /// <exception cref="UserFacingException">S3 does not take it now.</exception>
    /// <exception cref="LostSessionException">The session was deleted meanwhile.</exception>
    public async Task CopyAsync(SyncJob job, CancellationToken cancellation)
    {
        var session = job.SessionId!.Value;
        var progress = new Progress(job);
        foreach (var artifact in await ArtifactsAsync(session, job.Stage!, cancellation))
        {
            if (await CopyAsync(job, artifact, cancellation) is not { } copied)
                continue;
            progress.Add(artifact, copied);
            if (progress.Changes.Count >= RecordedTogether)
                await log.AppendAsync(new Append(session) { Changes = progress.Take() }, cancellation);
        }
        var complete = EventDraft.Create(
            EventTypes.S3SyncComplete,
            new S3SyncComplete(job.Stage!, progress.Files, job.Prefix) { Bucket = job.Bucket },
            ContractJson.Default.S3SyncComplete
        );
        await log.AppendAsync(
            new Append(session)
            {
                Events = [complete],
                Changes = [.. progress.Take(), new EndSync(job.Id, job.Stage!)],
            },
            cancellation
        );
    }

    /// <summary>Deletes all that was copied of an experiment, one by one: not every S3 deletes several at once.</summary>
    public async Task RemoveAsync(SyncJob job, CancellationToken cancellation)
    {
        var folder = new ObjectPath(job.Bucket, job.Prefix);
        await foreach (var item in store.AllAsync(folder, cancellation))
            await store.DeleteAsync(folder with { Key = item.Key }, cancellation);
    }

    private async Task<List<Artifact>> ArtifactsAsync(Guid session, string stage, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db
            .Artifacts.AsNoTracking()
            .Where(row => row.SessionId == session && row.Stage == stage)
            .OrderBy(row => row.Id)
            .ToListAsync(cancellation);
    }

    /// <summary>Null for what is no file any more, or cannot be an object's name.</summary>
    private async Task<Copied?> CopyAsync(SyncJob job, Artifact artifact, CancellationToken cancellation)
    {
        if (Target(job, artifact) is not { } target || WorkspacePath.Parse(artifact.Path) is not { } source)
            return null;
        using var handle = workspace.OpenFile(source).Handle;
        if (handle is null)
            return null;
        var size = RandomAccess.GetLength(handle);
        var hash = await HashAsync(handle, cancellation);
        if (artifact.S3Path == target.ToString() && artifact.S3Sha256 == hash)
            return new Copied(target, hash, size);
        if (job.Attempts > 1 && await IsThereAsync(target, size, hash, cancellation))
            return new Copied(target, hash, size);
        await using var content = new FileStream(handle, FileAccess.Read, bufferSize: 0);
        content.Position = 0;
        var terms = new UploadTerms { Length = size, Sha256 = hash };
        var sent = await upload.SendAsync(target, content, terms, cancellation);
        return new Copied(target, sent.Sha256, sent.Size);
    }

    /// <summary>Whether a try that was killed had sent it before it could say so; what it left of a larger one is removed.</summary>
    private async Task<bool> IsThereAsync(ObjectPath target, long size, string hash, CancellationToken cancellation)
    {
        if (await store.FindAsync(target, cancellation) is { } there && there.Size == size && there.Sha256 == hash)
            return true;
        if (size >= store.Options.PartBytes)
            await upload.RemovePartsAsync(target, cancellation);
        return false;
    }

    private static ObjectPath? Target(SyncJob job, Artifact artifact)
    {
        var root = $"/sessions/{job.SessionId}/{job.Stage}/";
        if (!artifact.Path.StartsWith(root, StringComparison.Ordinal))
            return null;
        var target = new ObjectPath(job.Bucket, job.Prefix + artifact.Path[root.Length..]);
        return target.HasUsableKey ? target : null;
    }

    private static async Task<string> HashAsync(SafeFileHandle handle, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            int count;
            for (var offset = 0L; ; offset += count)
            {
                count = await RandomAccess.ReadAsync(handle, buffer.AsMemory(0, BufferBytes), offset, cancellation);
                if (count == 0)
                    return Convert.ToHexStringLower(hash.GetHashAndReset());
                hash.AppendData(buffer, 0, count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private sealed record Copied(ObjectPath Target, string Sha256, long Size);

    /// <summary>What has been copied, and what of that is still to be recorded.</summary>
    private sealed class Progress(SyncJob job)
    {
        private List<RowChange> _changes = [];
        private long _bytes;

        public int Files { get; private set; }

        public IReadOnlyList<RowChange> Changes => _changes;

        public void Add(Artifact artifact, Copied copied)
        {
            Files++;
            _bytes += copied.Size;
            var target = copied.Target.ToString();
            if (artifact.S3Path != target || artifact.S3Sha256 != copied.Sha256)
                _changes.Add(new SetSynced(artifact.Id, target, copied.Sha256));
        }

        public IReadOnlyList<RowChange> Take()
        {
            var taken = _changes;
            _changes = [];
            return [.. taken, new SetSyncProgress(job.Id, Files, _bytes)];
        }
    }
}
