using System.Net;
using Trainable.Contracts;
using Trainable.Server.S3;
using Trainable.Tests.App;
using static Trainable.Tests.S3.S3Lab;

namespace Trainable.Tests.S3;

/// <summary>What lies in S3, and reading and writing there object by object.</summary>
[Trait("Kind", "integration")]
public sealed class BrowseTests
{
    /// <summary>Keys that mean something to an address, a query, XML or a shell.</summary>
    private static readonly string[] OddKeys =
    [
        "a b/plus+and space.csv",
        "a b/100%.csv",
        "a b/per%20cent%2F.csv",
        "ünï/ñandú 😀.csv",
        "odd/semi;colon&amp=<eq>.csv",
        "odd/quote'\".csv",
        "odd/hash#question?.csv",
        "odd/..dots...csv",
        "odd//empty part.csv",
    ];

    [Fact]
    public async Task AFolderIsListedPageByPageAndWhole()
    {
        await using var lab = await StartAsync(change: options => options with { PageSize = 2 });
        string[] keys =
        [
            "data/a.csv",
            "data/b.csv",
            "data/c.csv",
            "data/deep/d.csv",
            "data/deeper/e/f.csv",
            "other.csv",
        ];
        await Task.WhenAll(keys.Select(key => lab.PutAsync(key, key)));
        await lab.PutAsync("data/", "");

        var whole = await lab.ListAsync("data/");
        whole.Files.Select(file => file.Name).ShouldBe(["a.csv", "b.csv", "c.csv"]);
        whole.Files[0].Key.ShouldBe("data/a.csv");
        whole.Files[0].Size.ShouldBe("data/a.csv".Length);
        whole.Files[0].LastModified.ShouldNotBeNull();
        whole.Folders.ShouldBe([new S3Folder("deep", "data/deep/"), new S3Folder("deeper", "data/deeper/")]);
        whole.NextCursor.ShouldBeNull();

        var paged = new List<string>();
        string? cursor = null;
        do
        {
            var more = cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}";
            var page = await lab.ListAsync("data/", $"&limit=1{more}");
            (page.Files.Count + page.Folders.Count).ShouldBeLessThanOrEqualTo(1);
            paged.AddRange(page.Files.Select(file => file.Name).Concat(page.Folders.Select(folder => folder.Name)));
            cursor = page.NextCursor;
        } while (cursor is not null);
        paged.Order(StringComparer.Ordinal).ShouldBe(["a.csv", "b.csv", "c.csv", "deep", "deeper"]);

        using var first = await lab.GetAsync(lab.Url("list", "data/", keyName: "prefix") + "&limit=1");
        first.Headers.GetValues("Link").Single().ShouldContain("cursor=");
        (await lab.ListAsync()).Folders.ShouldBe([new S3Folder("data", "data/")]);
        (await lab.ListAsync("nothing/")).Files.ShouldBeEmpty();
    }

    [Fact]
    public async Task AnOddKeyIsTheSameObjectEverywhere()
    {
        await using var lab = await StartAsync();
        using var direct = new HttpClient();
        foreach (var key in OddKeys)
        {
            using var sent = await lab.UploadAsync(key, new StringContent(key));
            sent.StatusCode.ShouldBe(HttpStatusCode.OK, key);
            var url = await lab.PresignedAsync(key);
            (await direct.GetStringAsync(url, Cancellation)).ShouldBe(key);
        }
        (await lab.ContentAsync()).Keys.ShouldBe(OddKeys.Order(StringComparer.Ordinal));
        (await lab.ListAsync("odd/"))
            .Files.Select(file => file.Key)
            .Order(StringComparer.Ordinal)
            .ShouldBe(
                OddKeys
                    .Where(key =>
                        key.StartsWith("odd/", StringComparison.Ordinal)
                        && !key.Contains("//", StringComparison.Ordinal)
                    )
                    .Order(StringComparer.Ordinal)
            );
        (await lab.ListAsync("ünï/")).Files.Single().Name.ShouldBe("ñandú 😀.csv");
    }

    [Fact]
    public async Task AKeyThatLeadsElsewhereOrNowhereIsRefusedEverywhere()
    {
        await using var lab = await StartAsync();
        foreach (
            var key in new[]
            {
                "../elsewhere/data.csv",
                "a/../../elsewhere/data.csv",
                "./data.csv",
                "",
                "line\nbreak.csv",
            }
        )
        {
            var answers = new[]
            {
                await lab.PresignAsync(key),
                await lab.GetAsync(lab.Url("download", key)),
                await lab.GetAsync(lab.Url("preview", key)),
                await lab.UploadAsync(key, new StringContent("x")),
            };
            answers.ShouldAllBe(answer => (int)answer.StatusCode == 422, key);
        }
        using var folder = await lab.UploadAsync("folder/", new StringContent("x"));
        (await TrainableApp.DetailAsync(folder)).ShouldBe(
            "The key 'folder/' names a folder. Add the file's name to it."
        );
        lab.Gate.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task ABucketThatIsNotAllowedIsNotAskedFor()
    {
        await using var lab = await StartAsync();
        var other = await lab.Server.CreateBucketAsync();
        var answers = new[]
        {
            await lab.GetAsync(lab.Url("list", bucket: other)),
            await lab.PresignAsync("data.csv", bucket: other),
            await lab.GetAsync(lab.Url("download", "data.csv", other)),
            await lab.GetAsync(lab.Url("preview", "data.csv", other)),
            await lab.UploadAsync("data.csv", new StringContent("x"), other),
            await lab.FromS3Async($"s3://{other}/data.csv"),
            await lab.FromS3Async($"s3://{other}/"),
        };
        answers.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.Forbidden);
        (await TrainableApp.DetailAsync(answers[0])).ShouldBe(
            $"The bucket '{other}' may not be used here. Choose one of {lab.Bucket}, or add it to TRAINABLE_S3_BUCKETS."
        );
        lab.Gate.Requests.ShouldBeEmpty();
        (await lab.App.Http.GetStringAsync("/api/s3/buckets", Cancellation)).ShouldContain(lab.Bucket);
    }

    [Fact]
    public async Task WhatIsNotThereIsSaidToBeNotThere()
    {
        await using var lab = await StartAsync(change: options =>
            options with
            {
                Buckets = [.. options.Buckets, "not-there"],
            }
        );
        using var key = await lab.GetAsync(lab.Url("download", "not-there.csv"));
        key.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await TrainableApp.DetailAsync(key)).ShouldBe(
            $"There is no object s3://{lab.Bucket}/not-there.csv. Check its spelling; capital and small letters differ."
        );
        using var bucket = await lab.GetAsync(lab.Url("list", bucket: "not-there"));
        bucket.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await TrainableApp.DetailAsync(bucket)).ShouldStartWith(
            "The bucket 'not-there' does not exist in S3 at 127.0.0.1:"
        );
        using var cursor = await lab.GetAsync(lab.Url("list") + "&cursor=" + new string('x', 5_000));
        ((int)cursor.StatusCode).ShouldBe(422);
    }

    [Fact]
    public async Task AnAddressIsGoodForItsOneObjectAndItsTime()
    {
        await using var lab = await StartAsync();
        await lab.PutAsync("mine.csv", "mine");
        await lab.PutAsync("other.csv", "other");
        using var direct = new HttpClient();
        var url = await lab.PresignedAsync("mine.csv", expiresIn: 600);
        (await direct.GetStringAsync(url, Cancellation)).ShouldBe("mine");
        url.ShouldContain("X-Amz-Expires=600");
        foreach (
            var changed in new[]
            {
                url.Replace("/mine.csv", "/other.csv", StringComparison.Ordinal),
                url.Replace("X-Amz-Expires=600", "X-Amz-Expires=6000", StringComparison.Ordinal),
            }
        )
            (await direct.GetAsync(changed, Cancellation)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        using var written = await direct.PutAsync(url, new StringContent("changed"), Cancellation);
        written.StatusCode.ShouldBe(HttpStatusCode.Forbidden);

        var brief = await lab.PresignedAsync("mine.csv", expiresIn: 1);
        while ((await direct.GetAsync(brief, Cancellation)).StatusCode == HttpStatusCode.OK)
            await Task.Yield();
        foreach (var seconds in new[] { 0, -1, 7 * 24 * 3600 + 1 })
            ((int)(await lab.PresignAsync("mine.csv", seconds)).StatusCode).ShouldBe(422);
    }

    [Fact]
    public async Task AnAddressBeginsWhereBrowsersReachS3()
    {
        await using var lab = await StartAsync(change: options =>
            options with
            {
                PublicEndpoint = new Uri("https://s3.example.org"),
            }
        );
        (await lab.PresignedAsync("a/data.csv")).ShouldStartWith($"https://s3.example.org/{lab.Bucket}/a/data.csv?");
    }

    [Fact]
    public async Task ALargeFileGoesInPartsAndComesBackAsItWas()
    {
        await using var lab = await StartAsync();
        var content = new byte[(12 << 20) + 5];
        new Random(7).NextBytes(content);
        using var form = new MultipartFormDataContent { { new ByteArrayContent(content), "file", "big.bin" } };
        using var sent = await lab.UploadAsync("big.bin", form);
        var answer = await TrainableApp.ReadAsync(sent, ContractJson.Default.S3Uploaded);
        answer.ShouldBe(new S3Uploaded("uploaded", lab.Bucket, "big.bin", content.Length));
        lab.Gate.Requests.Count(line => line.Contains("partNumber=", StringComparison.Ordinal)).ShouldBe(3);
        using var raw = await lab.UploadAsync("raw.bin", new ByteArrayContent(content, 0, 5 << 20));
        raw.EnsureSuccessStatusCode();
        (await lab.ContentAsync()).ShouldBe(
            new Dictionary<string, string> { ["big.bin"] = HashOf(content), ["raw.bin"] = HashOf(content[..(5 << 20)]) }
        );
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AnUploadThatIsTooLargeLeavesNothing(bool inParts)
    {
        await using var lab = await StartAsync(configure: services => Limit(services, inParts ? 6 << 20 : 100));
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(new byte[12 << 20]), "file", "big.bin" },
        };
        using var refused = await lab.UploadAsync("big.bin", form);
        refused.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await lab.ContentAsync()).ShouldBeEmpty();
        var left = await lab.Server.Client.ListMultipartUploadsAsync(lab.Bucket, Cancellation);
        (left.MultipartUploads ?? []).ShouldBeEmpty();
    }

    [Fact]
    public async Task WrongKeysAreSaidToBeWrongAndNotShown()
    {
        const string secret = "a-secret-nobody-may-see";
        await using var lab = await StartAsync(change: options =>
            options with
            {
                Keys = new S3Keys("test:tester", secret, session: null),
            }
        );
        using var listed = await lab.GetAsync(lab.Url("list"));
        listed.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        var detail = await TrainableApp.DetailAsync(listed);
        detail.ShouldContain("refuses this server's keys. Correct AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
        using var read = await lab.GetAsync(lab.Url("download", "data.csv"));
        read.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        foreach (var text in new[] { detail, await TrainableApp.DetailAsync(read) })
        {
            text.ShouldNotContain(secret);
            text.ShouldNotContain("test:tester");
        }
    }

    [Fact]
    public async Task S3ThatIsDownIsOneSentence()
    {
        await using var lab = await StartAsync();
        lab.Gate.Shut();
        using var shut = await lab.GetAsync(lab.Url("list"));
        shut.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        (await TrainableApp.DetailAsync(shut)).ShouldBe(
            $"S3 at {lab.Gate.Endpoint.Authority} cannot be reached. See that it runs, and that S3_ENDPOINT is right."
        );
        lab.Gate.Open();
        (await lab.ListAsync()).Files.ShouldBeEmpty();
    }

    [Fact]
    public async Task S3ThatDoesNotAnswerIsNotWaitedForForEver()
    {
        await using var lab = await StartAsync(change: options => options with { Patience = TimeSpan.FromSeconds(1) });
        _ = lab.Gate.FallSilent();
        using var silent = await lab.GetAsync(lab.Url("list"));
        silent.StatusCode.ShouldBe(HttpStatusCode.GatewayTimeout);
        (await TrainableApp.DetailAsync(silent)).ShouldContain("did not answer within 1 s");
    }

    private static void Limit(Microsoft.Extensions.DependencyInjection.IServiceCollection services, long bytes) =>
        Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton(
            services,
            new Trainable.Server.Datasets.DatasetOptions { MaxUploadBytes = bytes }
        );
}
