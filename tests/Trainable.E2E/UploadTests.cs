using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Trainable.E2E.App;
using Trainable.Tests.App;
using static Microsoft.Playwright.Assertions;

namespace Trainable.E2E;

/// <summary>A file that takes long to arrive.</summary>
public sealed class UploadTests
{
    [Fact]
    public async Task ALargeUploadGoesOnAfterAPauseAReloadAndARestartOfTheServer()
    {
        var folder = Directory.CreateTempSubdirectory("trainable-e2e-");
        try
        {
            var file = Path.Combine(folder.FullName, "large.csv");
            var line = $"{new string('x', 200)},yes\n{new string('y', 200)},no\n";
            await File.WriteAllTextAsync(
                file,
                "text,bought\n" + string.Concat(Enumerable.Repeat(line, 180_000)),
                TestContext.Current.CancellationToken
            );
            await using var studio = await Studio.StartAsync(new ScriptedModels());
            var page = await studio.OpenAsync("/new");
            await ChooseAsync(page, file);
            var debugger = await page.Context.NewCDPSessionAsync(page);
            await ThrottleAsync(debugger, 4_000_000);
            await page.GetByRole(AriaRole.Button, new() { Name = "Create only" }).ClickAsync();
            await Expect(page.GetByText(new Regex("[1-9][0-9]* MB of .*/s|[1-9][0-9.]* MB of .*/s")))
                .ToBeVisibleAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
            await Expect(page.GetByText("Paused at")).ToBeVisibleAsync();
            await page.LookAsync("upload-paused");

            await studio.DownAsync();
            await studio.UpAsync();
            await ThrottleAsync(debugger, -1);
            await page.ReloadAsync();
            await Expect(page.GetByText("did not arrive whole")).ToBeVisibleAsync();
            await ChooseAsync(page, file);
            var sent = new List<string?>();
            page.Request += (_, request) =>
            {
                if (request.Method == "PATCH")
                    sent.Add(request.Headers.GetValueOrDefault("upload-offset"));
            };
            await page.GetByRole(AriaRole.Button, new() { Name = "Create only" }).ClickAsync();
            await page.WaitForURLAsync(new Regex("/sessions/"), new() { Timeout = 90_000 });
            sent[0].ShouldNotBe("0");

            using var facts = JsonDocument.Parse(
                await page.EvaluateAsync<string>(
                    """
                    async () => {
                      const id = location.pathname.split('/').pop();
                      const session = await (await fetch(`/api/sessions/${id}`)).json();
                      return (await fetch(`/api/experiments/${session.experiment_id}/dataset`)).text();
                    }
                    """
                )
            );
            await using var content = File.OpenRead(file);
            var hash = await SHA256.HashDataAsync(content, TestContext.Current.CancellationToken);
            facts
                .RootElement.GetProperty("files")[0]
                .GetProperty("sha256")
                .GetString()
                .ShouldBe(Convert.ToHexStringLower(hash));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task ChooseAsync(IPage page, string file)
    {
        var chooser = await page.RunAndWaitForFileChooserAsync(() =>
            page.GetByRole(AriaRole.Button, new() { Name = "Choose files" }).ClickAsync()
        );
        await chooser.SetFilesAsync(file);
        await Expect(page.GetByText("Click a column to predict it.")).ToBeVisibleAsync();
    }

    private static Task ThrottleAsync(ICDPSession debugger, int bytesPerSecond) =>
        debugger.SendAsync(
            "Network.emulateNetworkConditions",
            new()
            {
                ["offline"] = false,
                ["latency"] = 0,
                ["downloadThroughput"] = -1,
                ["uploadThroughput"] = bytesPerSecond,
            }
        );
}
