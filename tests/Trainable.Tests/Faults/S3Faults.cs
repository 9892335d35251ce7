using System.Net;
using Trainable.Contracts;
using Trainable.Tests.App;
using Trainable.Tests.S3;
using static Trainable.Tests.Faults.FaultLab;

namespace Trainable.Tests.Faults;

/// <summary>What of the faults 10, 13 and 16 needs an S3 server.</summary>
[Trait("Kind", "integration")]
public sealed class S3Faults
{
    [Fact]
    public async Task Fault10HealthAnswersWhileS3Hangs()
    {
        await using var lab = await S3Lab.StartAsync(
            new ScriptedModels(ScriptedModels.Run(Report), ScriptedModels.Finish())
        );
        var session = await lab.App.SessionAsync();
        var asked = lab.Gate.FallSilent();
        await lab.App.RunEdaAsync(session);
        await asked.WaitAsync(TrainableApp.Patience, Cancellation);
        // More questions that get no answer than the machine has threads to block.
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var hanging = Enumerable
            .Range(0, 4 * Environment.ProcessorCount + 8)
            .Select(_ => lab.App.Http.GetAsync(lab.Url("list"), leave.Token))
            .ToList();
        for (var again = 0; again < 20; again++)
            (await lab.App.Http.GetAsync("/api/health", Cancellation)).StatusCode.ShouldBe(HttpStatusCode.OK);
        hanging.ShouldAllBe(one => !one.IsCompleted);
        (await lab.App.SessionAsync(session)).State.ShouldBe("eda_done");
        await leave.CancelAsync();
        lab.Gate.Open();
        await lab.App.FollowUntilAsync(session, item => item.Type == EventTypes.S3SyncComplete);
        await Should.ThrowAsync<OperationCanceledException>(Task.WhenAll(hanging));
    }

    [Fact]
    public async Task Fault13NoAddressIsSignedForABucketOfSomebodyElse()
    {
        await using var lab = await S3Lab.StartAsync();
        var other = await lab.Server.CreateBucketAsync();
        (await lab.PresignAsync("data.csv", bucket: other)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        // HTTP clients resolve the dots, and the way begins with the bucket.
        ((int)(await lab.PresignAsync($"../{other}/data.csv")).StatusCode).ShouldBe(422);
    }

    [Fact]
    public async Task Fault16AListingIsWholeAndNamesStayApart()
    {
        await using var lab = await S3Lab.StartAsync(change: options => options with { PageSize = 2 });
        string[] keys = ["a/data.csv", "b/data.csv", "c/data.csv", "d/data.csv", "e/data.csv"];
        // Of columns of their own, or they would be taken for parts of one table.
        await Task.WhenAll(
            keys.Select(key => lab.PutAsync(key, Tables.Small.Replace("size", key, StringComparison.Ordinal)))
        );
        (await lab.ListAsync()).Folders.Select(folder => folder.Prefix).ShouldBe(["a/", "b/", "c/", "d/", "e/"]);
        var created = await lab.CreatedFromS3Async($"s3://{lab.Bucket}/");
        lab.Datasets()
            .Where(path => path.Contains($"workspace/datasets/{created.Id}/", StringComparison.Ordinal))
            .Select(path => path[(path.IndexOf($"{created.Id}/", StringComparison.Ordinal) + 37)..])
            .Order(StringComparer.Ordinal)
            .ShouldBe(keys);
    }
}
