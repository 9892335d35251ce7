using Amazon.S3.Model;
using Microsoft.Playwright;
using Trainable.E2E.App;
using Trainable.Tests.App;
using static Microsoft.Playwright.Assertions;

namespace Trainable.E2E;

/// <summary>A dataset that lies in S3, and what becomes of a run's files there.</summary>
public sealed class S3Tests
{
    [Fact]
    public async Task APersonTakesAFileFromS3AndSeesTheCopyOfWhatItsRunMade()
    {
        var server = await SharedS3.ServerAsync();
        var bucket = await server.CreateBucketAsync();
        foreach (var key in new[] { "in/customers 2026.csv", "in/more/a.csv", "other.csv" })
            await PutAsync(server, bucket, key);
        await using var studio = await Studio.StartAsync(
            new ScriptedModels(
                ScriptedModels.Run("open('report.md', 'w').write('# Findings')"),
                ScriptedModels.Finish()
            ),
            server.Options(bucket)
        );
        var page = await studio.OpenAsync("/new");

        // All of a folder.
        await page.GetByRole(AriaRole.Tab, new() { Name = "S3" }).ClickAsync();
        await Entry(page, "in").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Take all in this folder" }).ClickAsync();
        await Expect(page.GetByText($"s3://{bucket}/in/")).ToBeVisibleAsync();
        await Expect(page.GetByText("Files with the same columns become one table")).ToBeVisibleAsync();
        await Expect(page.GetByLabel("Name")).ToHaveValueAsync("in");

        // One file, looked at before it is taken.
        await Entry(page, "customers 2026.csv").ClickAsync();
        await Expect(page.GetByText("600 rows × 4 columns")).ToBeVisibleAsync();
        await Expect(page.GetByLabel("Name")).ToHaveValueAsync("customers 2026");
        await page.LookAsync("new-s3");
        await page.ShouldBeAccessibleAsync("the S3 tab");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create and run" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Button, new() { NameRegex = new("EDA done") }).First).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Copied to S3" })).ToBeVisibleAsync();
        var session = new Uri(page.Url).Segments[^1];
        var copied = await server.Client.ListObjectsV2Async(
            new ListObjectsV2Request { BucketName = bucket, Prefix = "datasets/" },
            TestContext.Current.CancellationToken
        );
        copied.S3Objects.ShouldContain(item => item.Key.EndsWith($"{session}/eda/report.md", StringComparison.Ordinal));
    }

    [Fact]
    public async Task WithoutS3TheTabSaysHowToSetItUp()
    {
        await using var studio = await Studio.StartAsync(new ScriptedModels());
        var page = await studio.OpenAsync("/new");
        await page.GetByRole(AriaRole.Tab, new() { Name = "S3" }).ClickAsync();
        await Expect(page.GetByText("S3 is not set up on this server.")).ToBeVisibleAsync();
    }

    private static ILocator Entry(IPage page, string name) =>
        page.GetByRole(AriaRole.List, new() { Name = "Objects" })
            .GetByRole(
                AriaRole.Button,
                new() { NameRegex = new($"^{System.Text.RegularExpressions.Regex.Escape(name)}") }
            );

    private static Task PutAsync(S3Server server, string bucket, string key) =>
        server.Client.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = bucket,
                Key = key,
                ContentBody = Tables.Binary(600),
                UseChunkEncoding = false,
            },
            TestContext.Current.CancellationToken
        );
}
