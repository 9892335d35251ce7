using System.Text.Json;
using Amazon.S3.Model;
using Trainable.Cli;
using Trainable.Tests.App;

namespace Trainable.Tests.Cli;

/// <summary>S3 on the command line: a run from there and back, and what the doctor finds.</summary>
[Trait("Kind", "integration")]
public sealed class S3CommandTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("trainable-s3-run-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task ARunTakesItsDataFromS3AndLeavesItsFilesThere()
    {
        var server = await SharedS3.ServerAsync();
        var bucket = await server.CreateBucketAsync();
        await server.Client.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = bucket,
                Key = "in/iris few.csv",
                ContentBody = Tables.Small,
                UseChunkEncoding = false,
            },
            TestContext.Current.CancellationToken
        );
        var data = $"s3://{bucket}/in/iris few.csv";
        var environment = server.Environment(bucket);

        var run = await CommandProcess.RunAsync(
            CommandProcess.Trainable,
            ["run", data, "--stage", "eda", "--home", _home],
            environment
        );
        run.Code.ShouldBe(ExitCodes.Ok, run.Output + run.Errors);
        run.Output.ShouldContain($"iris few · {data}");
        run.Output.ShouldContain("EDA in S3");

        var shown = await CommandProcess.RunAsync(
            CommandProcess.Trainable,
            ["show", "latest", "--json", "--home", _home],
            environment
        );
        using var report = JsonDocument.Parse(shown.Output);
        var copy = report.RootElement.GetProperty("s3_sync").EnumerateArray().Single();
        copy.GetProperty("status").GetString().ShouldBe("done");
        var listed = await server.Client.ListObjectsV2Async(
            new ListObjectsV2Request { BucketName = bucket, Prefix = copy.GetProperty("prefix").GetString() },
            TestContext.Current.CancellationToken
        );
        listed.S3Objects.Count.ShouldBe(copy.GetProperty("files_synced").GetInt32());
        listed.S3Objects.ShouldContain(item => item.Key.EndsWith("/eda/report.md", StringComparison.Ordinal));
    }

    [Fact]
    public async Task TheDoctorTriesEachBucketAndShowsNoKey()
    {
        var server = await SharedS3.ServerAsync();
        var bucket = await server.CreateBucketAsync();
        var environment = new Dictionary<string, string>(server.Environment(bucket))
        {
            ["TRAINABLE_S3_BUCKETS"] = $"{bucket},not-there",
        };
        var told = await CommandProcess.RunAsync(
            CommandProcess.Trainable,
            ["doctor", "--home", "/dev/null/home"],
            environment
        );
        told.Output.ShouldContain($"The bucket at {server.Endpoint.Authority} can be listed.");
        told.Output.ShouldContain("The bucket 'not-there' does not exist");
        told.Output.ShouldContain($"What stages make is copied to {bucket}.");
        foreach (var key in new[] { "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY" })
            told.Output.ShouldNotContain(environment[key]);
    }
}
