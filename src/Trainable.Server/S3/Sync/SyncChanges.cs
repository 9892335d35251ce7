using Trainable.Contracts;
using Trainable.Server.Events;

namespace Trainable.Server.S3.Sync;

/// <summary>A stage is done and is to be copied; a job of an earlier run of it gives way.</summary>
internal sealed record QueueStage(Guid Job, string Stage, string Bucket, string Prefix) : RowChange
{
    public override void Apply(RowWriter writer, Guid session, DateTime now)
    {
        writer.Execute("DELETE FROM sync_jobs WHERE session_id = @p0 AND stage = @p1", session, Stage);
        writer.Execute(
            "INSERT INTO sync_jobs (id, session_id, stage, bucket, prefix, status, files_synced, bytes, attempts,"
                + " next_attempt_at, queued_at) VALUES (@p0, @p1, @p2, @p3, @p4, @p5, 0, 0, 0, @p6, @p6)",
            Job,
            session,
            Stage,
            Bucket,
            Prefix,
            SyncStatuses.Waiting,
            now
        );
    }
}

/// <summary>A file of the session lies in S3, with this content.</summary>
internal sealed record SetSynced(long Artifact, string S3Path, string Sha256) : RowChange
{
    public override void Apply(RowWriter writer, Guid session, DateTime now) =>
        writer.Execute(
            "UPDATE artifacts SET s3_path = @p0, s3_sha256 = @p1 WHERE id = @p2 AND session_id = @p3",
            S3Path,
            Sha256,
            Artifact,
            session
        );
}

/// <summary>How far a copy has come.</summary>
internal sealed record SetSyncProgress(Guid Job, int Files, long Bytes) : RowChange
{
    public override void Apply(RowWriter writer, Guid session, DateTime now) =>
        writer.Execute("UPDATE sync_jobs SET files_synced = @p0, bytes = @p1 WHERE id = @p2", Files, Bytes, Job);
}

/// <summary>Why a copy waits, for the session's readers.</summary>
internal sealed record SetSyncError(Guid Job, string Error) : RowChange
{
    public override void Apply(RowWriter writer, Guid session, DateTime now) =>
        writer.Execute("UPDATE sync_jobs SET error = @p0 WHERE id = @p1", Error, Job);
}

/// <summary>All files of a stage are in S3.</summary>
internal sealed record EndSync(Guid Job, string Stage) : RowChange
{
    public override void Apply(RowWriter writer, Guid session, DateTime now)
    {
        writer.Execute(
            "UPDATE sync_jobs SET status = @p0, error = NULL, ended_at = @p1 WHERE id = @p2",
            SyncStatuses.Done,
            now,
            Job
        );
        if (Stage == Stages.Prep)
            writer.Execute("UPDATE processed_dataset_meta SET s3_synced = @p0 WHERE session_id = @p1", true, session);
    }
}
