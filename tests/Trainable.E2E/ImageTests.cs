using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Trainable.E2E.App;
using Trainable.Tests.App;
using Trainable.Tests.Datasets;
using static Microsoft.Playwright.Assertions;

namespace Trainable.E2E;

/// <summary>A folder of images.</summary>
public sealed class ImageTests
{
    [Fact]
    public async Task AFolderOfImagesIsShownByItsLabelsAndBecomesATable()
    {
        var place = Directory.CreateTempSubdirectory("trainable-images-");
        var folder = place.CreateSubdirectory("squares");
        try
        {
            for (var number = 0; number < 60; number++)
            {
                var label = folder.CreateSubdirectory(number < 36 ? "red" : "blue").FullName;
                await File.WriteAllBytesAsync(
                    Path.Combine(label, $"{number}.bmp"),
                    Bitmaps.Square(number, reddish: number < 36),
                    TestContext.Current.CancellationToken
                );
            }
            await using var studio = await Studio.StartAsync(new ScriptedModels());
            var page = await studio.OpenAsync("/new");
            var chooser = await page.RunAndWaitForFileChooserAsync(() =>
                page.GetByRole(AriaRole.Button, new() { Name = "Choose a folder" }).ClickAsync()
            );
            await chooser.SetFilesAsync(folder.FullName);
            await Expect(page.GetByText("60 images in 2 folders")).ToBeVisibleAsync();
            var labels = page.GetByRole(AriaRole.List, new() { Name = "Labels" }).GetByRole(AriaRole.Listitem);
            await Expect(labels).ToHaveTextAsync([new Regex("red36"), new Regex("blue24")]);
            await page.LookAsync("new-images");

            await page.GetByRole(AriaRole.Button, new() { Name = "Create only" }).ClickAsync();
            await page.WaitForURLAsync(new Regex("/sessions/"));
            await page.GetByRole(AriaRole.Tab, new() { Name = "Data" }).ClickAsync();
            await Expect(page.GetByText("label").First).ToBeVisibleAsync();
            await Expect(page.GetByText("red_green_0_0").Or(page.GetByText("grey_00_00")).First).ToBeVisibleAsync();
            await page.LookAsync("data-images");
        }
        finally
        {
            place.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task ImagesThatATableNamesAreShownInItsRows()
    {
        var place = Directory.CreateTempSubdirectory("trainable-images-");
        var folder = place.CreateSubdirectory("squares");
        try
        {
            var images = folder.CreateSubdirectory("train").FullName;
            var rows = new List<string> { "colour,id,weight" };
            for (var number = 0; number < 60; number++)
            {
                var reddish = number % 5 < 3;
                await File.WriteAllBytesAsync(
                    Path.Combine(images, $"{number}.bmp"),
                    Bitmaps.Square(number, reddish),
                    TestContext.Current.CancellationToken
                );
                rows.Add($"{(reddish ? "red" : "blue")},{number},{number * 0.5:0.0}");
            }
            var table = Path.Combine(folder.FullName, "train.csv");
            await File.WriteAllLinesAsync(table, rows, TestContext.Current.CancellationToken);
            await using var studio = await Studio.StartAsync(new ScriptedModels());
            var page = await studio.OpenAsync("/new");
            var chooser = await page.RunAndWaitForFileChooserAsync(() =>
                page.GetByRole(AriaRole.Button, new() { Name = "Choose a folder" }).ClickAsync()
            );
            await chooser.SetFilesAsync(folder.FullName);

            var first = page.GetByRole(AriaRole.Region, new() { Name = "First rows" });
            await Expect(first.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^id image") }))
                .ToBeDisabledAsync();
            await Expect(first.Locator("img").First).ToBeVisibleAsync();
            await first.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^colour") }).ClickAsync();
            await Expect(page.GetByLabel("Predict")).ToContainTextAsync("colour");
            await page.LookAsync("new-images-table");
            await page.ShouldBeAccessibleAsync("images with a table");

            await page.GetByRole(AriaRole.Button, new() { Name = "Create only" }).ClickAsync();
            await page.WaitForURLAsync(new Regex("/sessions/"));
            await page.GetByRole(AriaRole.Tab, new() { Name = "Data" }).ClickAsync();
            await Expect(page.GetByText("weight").First).ToBeVisibleAsync();
            await page.LookAsync("data-images-table");
        }
        finally
        {
            place.Delete(recursive: true);
        }
    }
}
