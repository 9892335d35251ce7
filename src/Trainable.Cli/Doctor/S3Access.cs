using Microsoft.Extensions.Configuration;
using Trainable.Server.Platform;
using Trainable.Server.S3;

namespace Trainable.Cli.Doctor;

/// <summary>Whether S3 is set up (never with what keys), and whether each bucket can be listed with them.</summary>
internal sealed class S3Access(TimeProvider clock)
{
    private const string Group = "S3";

    /// <summary>A person waits.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task<IReadOnlyList<Finding>> ExamineAsync(CancellationToken cancellation)
    {
        S3Options options;
        try
        {
            options = S3Options.Read(new ConfigurationBuilder().AddEnvironmentVariables().Build());
        }
        catch (UserFacingException wrong)
        {
            return [Finding.Broken(Group, "settings", wrong.Message)];
        }
        if (!options.IsOn)
            return [Finding.Ok(Group, "settings", "Not set up; docs/s3.md says how.")];
        options = options with { Patience = Patience };
        using var connection = new S3Connection(options, clock);
        var store = new ObjectStore(connection, clock);
        var findings = new List<Finding>();
        foreach (var bucket in options.Buckets)
            findings.Add(await ExamineAsync(store, bucket, cancellation));
        findings.Add(
            Finding.Ok(
                Group,
                "copies",
                options.SyncBucket is { } sync ? $"What stages make is copied to {sync}." : "Nothing is copied."
            )
        );
        return findings;
    }

    /// <summary>S3 that is away holds up no run, so it is a warning.</summary>
    private static async Task<Finding> ExamineAsync(ObjectStore store, string bucket, CancellationToken cancellation)
    {
        try
        {
            await store.ListAsync(new ObjectPath(bucket, ""), byFolder: true, cursor: null, limit: 1, cancellation);
            return Finding.Ok(Group, bucket, $"The bucket at {store.Options.Host} can be listed.");
        }
        catch (UserFacingException told)
        {
            return Finding.Warning(Group, bucket, told.Message);
        }
    }
}
