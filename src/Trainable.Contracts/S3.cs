using System.Text.Json.Serialization;

namespace Trainable.Contracts;

/// <summary>The buckets that may be used; none where S3 is not set up.</summary>
public sealed record S3Buckets(IReadOnlyList<string> Buckets)
{
    /// <summary>Where what stages make is copied to.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SyncBucket { get; init; }
}

public sealed record S3Folder(string Name, string Prefix);

public sealed record S3File(string Name, string Key, long Size, DateTime? LastModified);

/// <summary>What lies directly below a prefix; what lies deeper is a folder.</summary>
public sealed record S3Listing
{
    public required string Bucket { get; init; }
    public required string Prefix { get; init; }
    public required IReadOnlyList<S3Folder> Folders { get; init; }
    public required IReadOnlyList<S3File> Files { get; init; }

    /// <summary>Asks for what follows, as the <c>Link</c> header does; absent at the end.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? NextCursor { get; init; }
}

public sealed record PresignRequest
{
    public required string Bucket { get; init; }
    public required string Key { get; init; }

    /// <summary>Seconds for which the address holds, at most a week.</summary>
    public int ExpiresIn { get; set; } = 3600;
}

/// <summary>An address under which one object can be read for a while, by whoever has it.</summary>
public sealed record PresignedUrl(string Url, string Bucket, string Key);

public sealed record S3Uploaded(string Status, string Bucket, string Key, long Size);

/// <summary>How the copy of a stage's files in S3 stands.</summary>
public sealed record SyncState
{
    public required string Stage { get; init; }

    /// <summary>One of <see cref="SyncStatuses"/>.</summary>
    public required string Status { get; init; }
    public required string Bucket { get; init; }
    public required string Prefix { get; init; }

    /// <summary>Files that are there.</summary>
    public required int FilesSynced { get; init; }
    public required long Bytes { get; init; }

    /// <summary>Why the last try failed; null when none has, or it is done.</summary>
    public string? Error { get; init; }
    public required DateTime QueuedAt { get; init; }
    public DateTime? EndedAt { get; init; }
}

public static class SyncStatuses
{
    /// <summary>In the queue, under way, or waiting for the next try.</summary>
    public const string Waiting = "waiting";
    public const string Done = "done";
}

/// <summary>A stage's files are in S3.</summary>
public sealed record S3SyncComplete(string Stage, int FilesSynced, string S3Prefix)
{
    public required string Bucket { get; init; }
}

/// <summary>A stage's files could not be copied to S3; it is tried again until it works.</summary>
public sealed record S3SyncWaiting(string Stage, string Error);
