using Microsoft.Playwright;
using Trainable.E2E.App;
using Trainable.Tests.App;
using static Microsoft.Playwright.Assertions;

namespace Trainable.E2E;

/// <summary>What a person does from the first visit to the comparison of two models.</summary>
public sealed class StoryTests
{
    [Fact]
    public async Task APersonGoesFromAFileToAMeasuredModelAndComparesItWithAnother()
    {
        await using var studio = await Studio.StartAsync();
        var page = await studio.OpenAsync();

        // The first visit: nothing there yet.
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Run iris" }).Or(Samples(page)))
            .ToHaveCountAsync(3);
        await page.LookAsync("welcome");

        // A file is chosen, looked at and given a target.
        var chooser = await page.RunAndWaitForFileChooserAsync(() => page.GetByText("Drop a CSV here").ClickAsync());
        await chooser.SetFilesAsync(
            new FilePayload
            {
                Name = "customers.csv",
                MimeType = "text/csv",
                Buffer = System.Text.Encoding.UTF8.GetBytes(Tables.Binary(600)),
            }
        );
        await Expect(page.GetByText("600 rows × 4 columns")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^bought") }).ClickAsync();
        await Expect(page.GetByLabel("Predict")).ToContainTextAsync("bought");
        await Expect(page.GetByLabel("Name")).ToHaveValueAsync("customers");
        await page.LookAsync("new");
        await page.GetByText("Details").ClickAsync();
        await page.GetByLabel("Time budget").FillAsync("0.3");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create and run" }).ClickAsync();

        // It runs; a reload in the middle loses nothing and doubles nothing.
        await Expect(Stage(page, "EDA running")).ToBeVisibleAsync();
        await Expect(Step(page, "Profile every column")).ToBeVisibleAsync();
        await page.ReloadAsync();
        await Expect(Step(page, "Profile every column")).ToHaveCountAsync(1);
        await Expect(Stage(page, "EDA done")).ToBeVisibleAsync();

        // It is stopped, and goes on.
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop", Exact = true }).ClickAsync();
        await Expect(Stage(page, "Prep stopped").Or(Stage(page, "Train stopped"))).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Go on" }).ClickAsync();

        // Something is said to it meanwhile.
        await page.GetByLabel("Message to the agent").FillAsync("Recall matters more than precision.");
        await page.Keyboard.PressAsync("Enter");
        await Expect(Log(page).GetByText("Recall matters more than precision.")).ToBeVisibleAsync();

        // Metrics arrive while it trains.
        await Expect(Stage(page, "Train running")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Tab, new() { Name = "Metrics" }).ClickAsync();
        await Expect(page.Locator("canvas").First).ToBeVisibleAsync();
        await Expect(Stage(page, "Train done")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Measured score" })).ToContainTextAsync("ROC AUC");
        await page.LookAsync("session-metrics");

        // What it made.
        foreach (var tab in new[] { "Report", "Files", "Data", "Checks", "Timeline" })
        {
            await page.GetByRole(AriaRole.Tab, new() { Name = tab }).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Tabpanel)).Not.ToBeEmptyAsync();
            await Expect(page.GetByRole(AriaRole.Status, new() { Name = "Loading" })).ToHaveCountAsync(0);
            await page.LookAsync($"session-{tab.ToLowerInvariant()}");
        }

        // A new row is predicted, and it is said why; so is a table, that is dropped or chosen.
        await page.GetByRole(AriaRole.Tab, new() { Name = "Predict" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Predict", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Prediction" })).ToContainTextAsync("bought");
        await page.LookAsync("session-predict");
        await page.GetByLabel("A table to predict")
            .SetInputFilesAsync(
                new FilePayload
                {
                    Name = "new.csv",
                    MimeType = "text/csv",
                    Buffer = System.Text.Encoding.UTF8.GetBytes(Tables.Binary(120)),
                }
            );
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Download", Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.List, new() { Name = "Notes" }).Last).ToContainTextAsync("bought");

        // A step is opened, changed and run again.
        await Step(page, "Explain the model").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Edit and run" }).ClickAsync();
        var editor = page.GetByRole(AriaRole.Textbox, new() { Name = "Script" });
        await editor.ClickAsync();
        await page.Keyboard.PressAsync("Control+a");
        await page.Keyboard.TypeAsync("print(6 * 7)");
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Run" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Log, new() { Name = "Output" })).ToContainTextAsync("42");
        await page.LookAsync("run");
        await page.Keyboard.PressAsync("Escape");

        // A second session, and both beside each other.
        await page.GetByRole(AriaRole.Link, new() { Name = "customers" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "New session" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Run all three stages" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.List, new() { Name = "Stages" })
            .GetByRole(AriaRole.Button, new() { NameRegex = new("^EDA") })
            .ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Run with…" }).ClickAsync();
        await page.GetByLabel("Time budget").FillAsync("0.3");
        await page.LookAsync("start");
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await studio.RunAllAsync(new Uri(page.Url).Segments[^1], seconds: 18);
        await Expect(Stage(page, "Train done")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "customers" }).ClickAsync();
        await page.LookAsync("experiment");
        await page.GetByRole(AriaRole.Checkbox, new() { Name = "Compare session 1" }).ClickAsync();
        await page.GetByRole(AriaRole.Checkbox, new() { Name = "Compare session 2" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Compare 2" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Side by side" }).GetByRole(AriaRole.Columnheader))
            .ToHaveCountAsync(2);
        await Expect(page.GetByRole(AriaRole.Rowheader, new() { Name = "ROC AUC" })).ToBeVisibleAsync();
        await Expect(page.Locator("canvas").First).ToBeVisibleAsync();
        await page.LookAsync("compare");

        // The gallery knows what became of it; a deletion is taken back.
        await page.Keyboard.PressAsync("g");
        await Expect(page.GetByText("ROC AUC")).ToBeVisibleAsync();
        await page.LookAsync("gallery");
        await page.GetByRole(AriaRole.Button, new() { Name = "Table" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Row)).ToHaveCountAsync(2);
        await page.LookAsync("gallery-table");

        // What it cost, by day, model and session.
        await page.GetByRole(AriaRole.Link, new() { Name = "Usage" }).ClickAsync();
        var bySession = page.GetByRole(AriaRole.Region, new() { Name = "By session" });
        await Expect(bySession.GetByRole(AriaRole.Link, new() { NameRegex = new("^customers") })).ToHaveCountAsync(2);
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "By day" }).GetByRole(AriaRole.Row).Nth(1))
            .ToBeVisibleAsync();
        await page.LookAsync("usage");
        await page.Keyboard.PressAsync("g");
        await page.GetByRole(AriaRole.Button, new() { Name = "More for customers" }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Delete" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "customers" })).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "customers" })).ToBeVisibleAsync();

        // Everything is found from the keyboard.
        await page.Keyboard.PressAsync("Control+k");
        await page.GetByRole(AriaRole.Combobox, new() { Name = "Find anything" }).FillAsync("cust");
        await Expect(page.GetByRole(AriaRole.Option, new() { NameRegex = new("^customers") })).ToBeVisibleAsync();
        await page.LookAsync("palette");
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("?");
        await Expect(page.GetByRole(AriaRole.Dialog, new() { Name = "Shortcuts" })).ToBeVisibleAsync();
        await page.LookAsync("shortcuts");
    }

    private static ILocator Samples(IPage page) =>
        page.GetByRole(AriaRole.Region, new() { Name = "Samples" }).GetByRole(AriaRole.Button);

    private static ILocator Stage(IPage page, string label) =>
        page.GetByRole(AriaRole.List, new() { Name = "Stages" })
            .GetByRole(AriaRole.Button, new() { NameRegex = new($"^{label}") });

    private static ILocator Log(IPage page) =>
        page.GetByRole(AriaRole.Log, new() { Name = "What the agent says and does" });

    private static ILocator Step(IPage page, string title) =>
        Log(page).GetByRole(AriaRole.Button, new() { NameRegex = new($"^{title}") });
}
