using Microsoft.Extensions.Configuration;
using Trainable.Server.Platform;
using Trainable.Server.S3;
using Trainable.Tests.App;

namespace Trainable.Tests.S3;

public sealed class S3OptionsTests
{
    [Fact]
    public void WithoutAnyOfItThereIsNoS3() => Read().IsOn.ShouldBeFalse();

    [Fact]
    public void AnEndpointAndKeysAreEnough()
    {
        var options = Read(("S3_ENDPOINT", "http://minio:9000"), Access, Secret);
        options.Buckets.ShouldBe(["datasets", "experiments"]);
        options.SyncBucket.ShouldBe("datasets");
        options.Host.ShouldBe("minio:9000");
        options.PartBytes.ShouldBe(8 << 20);
    }

    [Fact]
    public void BucketsAloneMeanAmazon()
    {
        var options = Read(("TRAINABLE_S3_BUCKETS", "one, two"), Access, Secret, ("TRAINABLE_S3_SYNC", "off"));
        (options.Endpoint, options.SyncBucket).ShouldBe((null, null));
        options.Buckets.ShouldBe(["one", "two"]);
    }

    [Fact]
    public void EveryMistakeIsNamedAndNoSecretShown()
    {
        var told = Should.Throw<UserFacingException>(() =>
            Read(
                ("S3_ENDPOINT", "http://user:hidden@minio:9000"),
                ("S3_PUBLIC_ENDPOINT", "minio"),
                ("AWS_SECRET_ACCESS_KEY", "hidden"),
                ("TRAINABLE_S3_BUCKETS", "Data_Sets"),
                ("TRAINABLE_S3_SYNC", "elsewhere"),
                ("TRAINABLE_S3_PART_SIZE", "1M"),
                ("TRAINABLE_S3_TIMEOUT", "0")
            )
        );
        foreach (
            var named in new[]
            {
                "S3_ENDPOINT",
                "S3_PUBLIC_ENDPOINT",
                "AWS_ACCESS_KEY_ID",
                "Data_Sets",
                "elsewhere",
                "TRAINABLE_S3_PART_SIZE",
                "TRAINABLE_S3_TIMEOUT",
            }
        )
            told.Message.ShouldContain(named);
        told.Message.ShouldNotContain("hidden");
    }

    [Fact]
    public void OptionsDoNotPrintTheirKeys() =>
        Read(("S3_ENDPOINT", "http://minio:9000"), Access, Secret).ToString().ShouldNotContain("the-secret");

    [Fact]
    public async Task AServerWithoutS3SaysSo()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        (await app.Http.GetStringAsync("/api/s3/buckets", S3Lab.Cancellation)).ShouldBe("""{"buckets":[]}""");
        using var form = new MultipartFormDataContent
        {
            { new StringContent("s3://datasets/a.csv"), "s3_path" },
            { new StringContent("no s3"), "name" },
        };
        using var refused = await app.Http.PostAsync("/api/experiments/from-s3", form, S3Lab.Cancellation);
        ((int)refused.StatusCode).ShouldBe(501);
        (await TrainableApp.DetailAsync(refused)).ShouldStartWith(
            "S3 is not set up on this server. Start it with S3_ENDPOINT"
        );
    }

    private static (string, string) Access => ("AWS_ACCESS_KEY_ID", "the-access");

    private static (string, string) Secret => ("AWS_SECRET_ACCESS_KEY", "the-secret");

    private static S3Options Read(params (string Key, string Value)[] settings) =>
        S3Options.Read(
            new ConfigurationBuilder()
                .AddInMemoryCollection(settings.Select(one => KeyValuePair.Create(one.Key, (string?)one.Value)))
                .Build()
        );
}
