using System.IO.Compression;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Tests.App;
using Trainable.Tests.Datasets;
using Trainable.Tests.Sandboxes;
using static Trainable.Tests.S3.S3Lab;
using Tables = Trainable.Tests.App.Tables;

namespace Trainable.Tests.S3;

/// <summary>Experiments on what lies in S3.</summary>
[Trait("Kind", "integration")]
public sealed class ImportTests
{
    [Fact]
    public async Task AnObjectBecomesATable()
    {
        await using var lab = await StartAsync();
        await lab.PutAsync("in/my data+1.csv");
        var created = await lab.CreatedFromS3Async($"s3://{lab.Bucket}/in/my data+1.csv");
        created.DatasetRef.ShouldBe($"s3://{lab.Bucket}/in/my data+1.csv");
        created.UploadedFiles.ShouldBe([created.DatasetRef]);
        var facts = await FactsAsync(lab, created.Id);
        facts.Kind.ShouldBe("table");
        facts.Files.Single().ShouldBe(new DatasetFile("my data+1.csv", Tables.Small.Length, HashOf(Tables.Small)));
        (await lab.App.SessionAsync(created.SessionId)).Experiment.DatasetRef.ShouldBe(created.DatasetRef);
    }

    [Fact]
    public async Task APrefixBecomesAllItsFilesUnderTheirNames()
    {
        // Three pages of two.
        await using var lab = await StartAsync(change: options => options with { PageSize = 2 });
        string[] names = ["data.csv", "north/data.csv", "north/ünï 1.csv", "south/data.csv", "south/deep/data.csv"];
        await Task.WhenAll(names.Select(name => lab.PutAsync($"all/{name}", ContentOf(name))));
        await lab.PutAsync("all/", "");
        await lab.PutAsync("all/empty/", "");
        await lab.PutAsync("beside.csv");
        var created = await lab.CreatedFromS3Async($"s3://{lab.Bucket}/all/");
        created.DatasetRef.ShouldBe($"s3://{lab.Bucket}/all/");
        (await FactsAsync(lab, created.Id))
            .Files.Select(file => (file.Name, file.Sha256))
            .ShouldBe(names.Select(name => (name, HashOf(ContentOf(name)))), ignoreOrder: true);

        // Of other columns than the others', so that they stay files of their own.
        static string ContentOf(string name) => Tables.Small.Replace("size", name, StringComparison.Ordinal);
    }

    [Fact]
    public async Task APrefixOfImagesBecomesTheirTable()
    {
        SandboxLab.RequireBubblewrap();
        await using var lab = await StartAsync();
        var images = ImageFolderTests.Squares(60);
        await Task.WhenAll(images.Select(image => lab.PutAsync($"squares/{image.Name}", image.Content)));
        await lab.PutAsync("squares/readme.txt", "notes");

        var created = await lab.CreatedFromS3Async($"s3://{lab.Bucket}/squares/");

        var facts = await FactsAsync(lab, created.Id);
        (facts.Kind, facts.Format, facts.RowsHeld).ShouldBe(("table", "images", 9));
        using var answer = await lab.GetAsync($"/api/experiments/{created.Id}");
        var experiment = await TrainableApp.ReadAsync(answer, ContractJson.Default.ExperimentDetail);
        experiment!.Options.Target.ShouldBe("label");
        var (_, first) = images[0];
        using var shown = await lab.GetAsync($"/api/datasets/{created.Id}/images/{HashOf(first)[..20]}.bmp");
        (await shown.Content.ReadAsByteArrayAsync(Cancellation)).ShouldBe(first);
    }

    /// <summary>What is small is read several at once, what is not as a stream; both come in their order and whole.</summary>
    [Fact]
    public async Task ObjectsOfEverySizeComeWhole()
    {
        await using var lab = await StartAsync();
        (string Name, string Content)[] files =
        [
            .. Enumerable
                .Range(0, 40)
                .Select(number =>
                    ($"{number:00}.csv", $"c{number}\n" + new string('1', number % 13 == 5 ? 2_000_000 : number))
                ),
        ];
        foreach (var (name, content) in files)
            await lab.PutAsync($"mixed/{name}", content);
        var created = await lab.CreatedFromS3Async($"s3://{lab.Bucket}/mixed/");
        (await FactsAsync(lab, created.Id))
            .Files.Select(file => (file.Name, file.Sha256))
            .ShouldBe(files.Select(file => (file.Name, HashOf(file.Content))));
    }

    [Fact]
    public async Task AnArchiveIsUnpackedAsAnUploadWouldBe()
    {
        await using var lab = await StartAsync();
        using var packed = new MemoryStream();
        await using (var archive = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            await using var entry = await archive.CreateEntry("folder/inside.csv").OpenAsync(Cancellation);
            await entry.WriteAsync(System.Text.Encoding.UTF8.GetBytes(Tables.Small), Cancellation);
        }
        await lab.PutAsync("data.zip", packed.ToArray());
        var created = await lab.CreatedFromS3Async($"s3://{lab.Bucket}/data.zip");
        (await FactsAsync(lab, created.Id)).Files.Single().Name.ShouldBe("folder/inside.csv");
    }

    [Fact]
    public async Task AnObjectIsShownBeforeItIsTaken()
    {
        await using var lab = await StartAsync();
        await lab.PutAsync("in/data.csv");
        using var response = await lab.GetAsync(lab.Url("preview", "in/data.csv"));
        var preview = await TrainableApp.ReadAsync(response, ContractJson.Default.DatasetPreview);
        preview!.Name.ShouldBe("data.csv");
        preview.Complete.ShouldBeTrue();
        preview.Columns.ShouldNotBeEmpty();
        await lab.PutAsync("in/empty.csv", "");
        using var empty = await lab.GetAsync(lab.Url("preview", "in/empty.csv"));
        (await TrainableApp.DetailAsync(empty)).ShouldContain("empty.csv is empty");
    }

    [Fact]
    public async Task WhatCannotBeTakenIsSaidInASentence()
    {
        await using var lab = await StartAsync();
        await lab.PutAsync("folder/data.csv");
        var bucket = $"s3://{lab.Bucket}";
        (string Path, int Status, string Sentence)[] refused =
        [
            ("not-an-s3-path", 400, "Invalid S3 path: not-an-s3-path. It looks like s3://bucket/data.csv"),
            ("s3://", 400, "Invalid S3 path: s3://."),
            ("s3:///data.csv", 400, "Invalid S3 path: s3:///data.csv."),
            ("http://elsewhere.example/data.csv", 400, "Invalid S3 path:"),
            ($"{bucket}/missing.csv", 404, $"There is no object {bucket}/missing.csv."),
            ($"{bucket}/missing/", 404, $"There is nothing below {bucket}/missing/."),
            ($"{bucket}/folder", 404, $"{bucket}/folder is a folder. End it with a slash"),
            ($"{bucket}/../other/data.csv", 422, "has a part '.' or '..'"),
        ];
        foreach (var (path, status, sentence) in refused)
        {
            using var answer = await lab.FromS3Async(path);
            ((int)answer.StatusCode).ShouldBe(status, path);
            (await TrainableApp.DetailAsync(answer)).ShouldContain(sentence);
        }
        lab.Datasets().ShouldBeEmpty();
    }

    [Fact]
    public async Task APlainFormWillDoAndNameAndPathAreAskedFor()
    {
        await using var lab = await StartAsync();
        await lab.PutAsync("data.csv");
        var fields = new Dictionary<string, string> { ["s3_path"] = $"s3://{lab.Bucket}/data.csv" };
        ((int)(await PostAsync()).StatusCode).ShouldBe(422);
        fields["name"] = "plain";
        (await PostAsync()).EnsureSuccessStatusCode();
        fields.Remove("s3_path");
        ((int)(await PostAsync()).StatusCode).ShouldBe(422);

        Task<HttpResponseMessage> PostAsync() =>
            lab.App.Http.PostAsync("/api/experiments/from-s3", new FormUrlEncodedContent(fields), Cancellation);
    }

    [Theory]
    [InlineData("s3://{bucket}/big.csv")]
    [InlineData("s3://{bucket}/")]
    public async Task WhatIsTooLargeIsNotBegun(string path)
    {
        await using var lab = await StartAsync(configure: services =>
            services.AddSingleton(new DatasetOptions { MaxUploadBytes = 1_000 })
        );
        await lab.PutAsync("a.csv");
        await lab.PutAsync("big.csv", "a,b\n" + string.Concat(Enumerable.Repeat("1,2\n", 500)));
        using var refused = await lab.FromS3Async(path.Replace("{bucket}", lab.Bucket, StringComparison.Ordinal));
        refused.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        lab.Datasets().ShouldBeEmpty();
    }

    [Fact]
    public async Task WhatBreaksOffLeavesNothing()
    {
        await using var lab = await StartAsync(change: options => options with { Patience = TimeSpan.FromSeconds(1) });
        await lab.PutAsync("data.csv");
        _ = lab.Gate.FallSilent();
        using var silent = await lab.FromS3Async($"s3://{lab.Bucket}/data.csv");
        silent.StatusCode.ShouldBe(HttpStatusCode.GatewayTimeout);
        lab.Gate.Shut();
        using var shut = await lab.FromS3Async($"s3://{lab.Bucket}/data.csv");
        shut.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        lab.Gate.Open();
        await lab.PutAsync("large.csv", Trainable.Tests.Datasets.Tables.Numbered(200_000));
        lab.Gate.BreakAnswersAfter(1 << 20);
        using var broken = await lab.FromS3Async($"s3://{lab.Bucket}/large.csv");
        broken.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        (await TrainableApp.DetailAsync(broken)).ShouldContain(
            $"broke off in the middle of s3://{lab.Bucket}/large.csv"
        );
        lab.Datasets().ShouldBeEmpty();
        lab.Gate.Open();
        await lab.CreatedFromS3Async($"s3://{lab.Bucket}/large.csv");
    }

    private static async Task<DatasetFacts> FactsAsync(S3Lab lab, Guid experiment)
    {
        using var response = await lab.GetAsync($"/api/experiments/{experiment}/dataset");
        response.EnsureSuccessStatusCode();
        return (await TrainableApp.ReadAsync(response, ContractJson.Default.DatasetFacts))!;
    }
}
