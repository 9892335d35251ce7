using System.Text;
using Microsoft.Playwright;
using Trainable.Contracts;
using Trainable.E2E.App;
using Trainable.Tests.App;
using static Microsoft.Playwright.Assertions;

namespace Trainable.E2E;

/// <summary>What can go wrong is said, and nothing hangs or runs that should not.</summary>
public sealed class BadDayTests
{
    [Fact]
    public async Task ATokenThatIsNotTheServersAnyMoreLeadsToTheWayBackIn()
    {
        await using var studio = await Studio.StartAsync(new ScriptedModels());
        await studio.CreateAsync("kept");
        var page = await studio.OpenAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "kept" })).ToBeVisibleAsync();
        await studio.DownAsync();
        await studio.UpAsync("another-token");
        await page.ReloadAsync();
        await Expect(page.GetByText("This browser is not signed in")).ToBeVisibleAsync();
        await page.LookAsync("sign-in");
        await page.GetByLabel("Token").FillAsync("another-token");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "kept" })).ToBeVisibleAsync();
        page.Url.ShouldNotContain("token");
    }

    [Fact]
    public async Task AnErrorOfTheServerIsSaidWithItsTraceAndCanBeTriedAgain()
    {
        await using var studio = await Studio.StartAsync(new ScriptedModels());
        await studio.CreateAsync("kept");
        var page = await studio.OpenAsync("/new");
        const string problem = """
            {"status":500,"title":"Internal Server Error","detail":"Something unexpected happened; the log has it.","trace_id":"abc123"}
            """;
        await page.RouteAsync(
            "**/api/experiments?*",
            route =>
                route.FulfillAsync(
                    new()
                    {
                        Status = 500,
                        ContentType = "application/problem+json",
                        Body = problem,
                    }
                )
        );
        await page.GetByRole(AriaRole.Link, new() { Name = "Cancel" })
            .Or(page.GetByRole(AriaRole.Link, new() { NameRegex = new("^Trainable") }))
            .First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("the log has it");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("abc123");
        await page.LookAsync("error");
        await page.UnrouteAllAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "kept" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task ASlowUploadShowsHowFarItIsAndCanBeCancelled()
    {
        await using var studio = await Studio.StartAsync(new ScriptedModels());
        var page = await studio.OpenAsync("/new");
        await ChooseAsync(page, "slow.csv", "a,b\n" + string.Concat(Enumerable.Repeat("1,2\n", 500_000)));
        await Expect(page.GetByText("Click a column to predict it.")).ToBeVisibleAsync();
        var debugger = await page.Context.NewCDPSessionAsync(page);
        await debugger.SendAsync(
            "Network.emulateNetworkConditions",
            new()
            {
                ["offline"] = false,
                ["latency"] = 5,
                ["downloadThroughput"] = -1,
                ["uploadThroughput"] = 200_000,
            }
        );
        await page.GetByRole(AriaRole.Button, new() { Name = "Create only" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Progressbar)).ToBeVisibleAsync();
        await Expect(page.GetByText(new System.Text.RegularExpressions.Regex("of 2\\.0 MB"))).ToBeVisibleAsync();
        await page.Locator("main").GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Create only" })).ToBeEnabledAsync();
    }

    [Fact]
    public async Task AFileThatIsNoTableIsSaidBeforeItIsSent()
    {
        await using var studio = await Studio.StartAsync(new ScriptedModels());
        var page = await studio.OpenAsync("/new");
        await ChooseAsync(page, "picture.csv", "\u0089PNG\r\n\u0000\u0000\u0000\rIHDR\u0000\u0000");
        await Expect(page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
    }

    [Fact]
    public async Task FiveThousandColumnsAreDrawnAsTheyAreScrolledToAndFoundByName()
    {
        await using var studio = await Studio.StartAsync(new ScriptedModels());
        var page = await studio.OpenAsync("/new");
        var text = new StringBuilder();
        text.AppendJoin(',', Enumerable.Range(1, 5_000).Select(column => $"column_{column}")).Append('\n');
        for (var row = 0; row < 20; row++)
            text.AppendJoin(',', Enumerable.Range(row, 5_000)).Append('\n');
        await ChooseAsync(page, "wide.csv", text.ToString());
        await Expect(page.GetByText("20 rows × 5,000 columns")).ToBeVisibleAsync();
        (await page.Locator("main button").CountAsync()).ShouldBeLessThan(60);
        await page.GetByLabel("Predict").ClickAsync();
        await page.GetByRole(AriaRole.Combobox, new() { Name = "Find a column" }).FillAsync("column_4987");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByLabel("Predict")).ToHaveTextAsync("column_4987");
    }

    [Fact]
    public async Task NothingThatAnAgentWroteRunsInThePage()
    {
        const string attack = """
            # Report <img src=x onerror="window.pwned=1"> <script>window.pwned = 2</script>

            [click](javascript:window.pwned=3) ![figure](figures/evil.svg) <iframe src="/api/experiments"></iframe>
            """;
        var html =
            "<h1>Made by the agent</h1><script>document.title='pwned'; parent.pwned=4; fetch('/api/experiments', {method:'DELETE'})</script>";
        var svg =
            "<svg xmlns='http://www.w3.org/2000/svg'><script>parent.pwned=5; window.pwned=6</script><circle r='9'/></svg>";
        var script = $$"""
            # Write what would do harm
            import os
            os.makedirs('figures', exist_ok=True)
            open('report.md', 'w').write({{Quote(attack)}})
            open('page.html', 'w').write({{Quote(html)}})
            open('figures/evil.svg', 'w').write({{Quote(svg)}})
            print('<img src=x onerror="window.pwned=7">')
            """;
        var models = new ScriptedModels(ScriptedModels.Run(script, "<script>window.pwned=8</script> **Done.**")).Then(
            ScriptedModels.Finish()
        );
        await using var studio = await Studio.StartAsync(models);
        var created = await studio.CreateAsync("<b onmouseover=alert(1)>demo</b>");
        await studio.StartStageAsync(created.SessionId);
        await studio.WaitForAsync(created.SessionId, SessionStates.Done(Stages.Eda));
        var folder = $"/sessions/{created.SessionId}/eda";
        var page = await studio.OpenAsync($"/sessions/{created.SessionId}?tab=report");
        var refused = new List<string>();
        page.Request += (_, request) =>
        {
            if (request.Method == "DELETE")
                refused.Add(request.Url);
        };
        await Expect(
                page.GetByRole(AriaRole.Tabpanel).GetByRole(AriaRole.Heading, new() { NameRegex = new("^Report") })
            )
            .ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Write what would do harm") }).ClickAsync();
        foreach (var file in new[] { "page.html", "figures/evil.svg", "report.md" })
        {
            await page.GotoAsync(
                new Uri(studio.Url, $"/sessions/{created.SessionId}?tab=files&path={folder}/{file}").ToString()
            );
            await Expect(page.GetByRole(AriaRole.Tabpanel)).ToContainTextAsync(Path.GetFileName(file));
            await Expect(page.GetByRole(AriaRole.Status, new() { Name = "Loading" })).ToHaveCountAsync(0);
            (await page.EvaluateAsync<bool>("() => 'pwned' in window || document.title === 'pwned'")).ShouldBeFalse(
                file
            );
        }
        refused.ShouldBeEmpty();
    }

    [Fact]
    public async Task AReportOfTwentyMegabytesIsReadFromItsTopAndHoldsNothingUp()
    {
        const string script = """
            # Write far too much
            line = 'A sentence about a column, with **some** emphasis. ' * 20 + '\\n\\n'
            with open('report.md', 'w') as file:
                file.write('# The findings\\n\\n')
                part = 0
                while file.tell() < 20_000_000:
                    part += 1
                    file.write(f'## Part {part}\\n\\n' + line * 20)
            """;
        await using var studio = await Studio.StartAsync(
            new ScriptedModels(ScriptedModels.Run(script, "I write it all down.")).Then(ScriptedModels.Finish())
        );
        var created = await studio.CreateAsync();
        await studio.StartStageAsync(created.SessionId);
        await studio.WaitForAsync(created.SessionId, SessionStates.Done(Stages.Eda));
        var page = await studio.OpenAsync($"/sessions/{created.SessionId}?tab=report");
        var panel = page.GetByRole(AriaRole.Tabpanel);
        await Expect(panel.GetByRole(AriaRole.Heading, new() { Name = "The findings" })).ToBeVisibleAsync();
        await Expect(panel).ToContainTextAsync("Part 1");
        await page.LookAsync("long-report");
        // The page answers: another tab opens, and the transcript is there.
        await page.GetByRole(AriaRole.Tab, new() { Name = "Files" }).ClickAsync();
        await Expect(panel.GetByText("report.md").First).ToBeVisibleAsync();
        await Expect(page.GetByText("I write it all down.")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task AFolderThatIsDroppedIsTakenWithTheFilesInIt()
    {
        await using var studio = await Studio.StartAsync(new ScriptedModels());
        var folder = Directory.CreateTempSubdirectory("trainable-dropped-");
        try
        {
            var files = folder.CreateSubdirectory("shop");
            await File.WriteAllTextAsync(
                Path.Combine(files.FullName, "orders.csv"),
                Tables.Small,
                TestContext.Current.CancellationToken
            );
            await File.WriteAllTextAsync(
                Path.Combine(files.FullName, ".DS_Store"),
                "litter",
                TestContext.Current.CancellationToken
            );
            var page = await studio.OpenAsync("/new");
            await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Choose files" })).ToBeVisibleAsync();
            await DropAsync(page, files.FullName);
            await Expect(page.GetByText("orders.csv").First).ToBeVisibleAsync();
            await Expect(page.GetByText("Click a column to predict it.")).ToBeVisibleAsync();
            await Expect(page.GetByText(".DS_Store")).ToHaveCountAsync(0);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>As the system's file manager does it, for the page cannot tell the difference.</summary>
    private static async Task DropAsync(IPage page, string path)
    {
        var browser = await page.Context.NewCDPSessionAsync(page);
        foreach (var type in new[] { "dragEnter", "dragOver", "drop" })
        {
            await browser.SendAsync(
                "Input.dispatchDragEvent",
                new()
                {
                    ["type"] = type,
                    ["x"] = 400,
                    ["y"] = 300,
                    ["data"] = new
                    {
                        items = Array.Empty<object>(),
                        files = new[] { path },
                        dragOperationsMask = 1,
                    },
                }
            );
        }
    }

    [Fact]
    public async Task APageThatDoesNotExistSaysSo()
    {
        await using var studio = await Studio.StartAsync(new ScriptedModels());
        var page = await studio.OpenAsync("/sessions/0199aaaa-0000-7000-8000-000000000000");
        await Expect(page.GetByText("This session does not exist")).ToBeVisibleAsync();
        await page.GotoAsync(new Uri(studio.Url, "/mistyped").ToString());
        await Expect(page.GetByText("There is no such page")).ToBeVisibleAsync();
        await page.ShouldBeAccessibleAsync("a page that does not exist");
    }

    [Fact]
    public async Task OnAPhoneEverythingIsReachable()
    {
        await using var studio = await Studio.StartAsync(new ScriptedModels(new ScriptedTurn.Hang("At work.")));
        var created = await studio.CreateAsync();
        await studio.StartStageAsync(created.SessionId);
        var page = await studio.OpenAsync("/", width: 375, height: 720);
        foreach (
            var path in new[]
            {
                "/",
                "/new",
                $"/sessions/{created.SessionId}",
                $"/experiments/{created.Id}",
                "/compare",
            }
        )
        {
            await page.GotoAsync(new Uri(studio.Url, path).ToString());
            await Expect(page.Locator("#main")).ToBeVisibleAsync();
            (await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(
                375,
                path
            );
        }
        await page.GotoAsync(new Uri(studio.Url, $"/sessions/{created.SessionId}").ToString());
        await Expect(page.GetByText("At work.")).ToBeVisibleAsync();
        await page.LookAsync("phone");
        await page.GetByRole(AriaRole.Tab, new() { Name = "What it made" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Tab, new() { Name = "Report" })).ToBeVisibleAsync();
    }

    private static async Task ChooseAsync(IPage page, string name, string content)
    {
        var chooser = await page.RunAndWaitForFileChooserAsync(() =>
            page.GetByRole(AriaRole.Button, new() { Name = "Choose files" }).ClickAsync()
        );
        await chooser.SetFilesAsync(
            new FilePayload
            {
                Name = name,
                MimeType = "text/csv",
                Buffer = Encoding.UTF8.GetBytes(content),
            }
        );
    }

    private static string Quote(string text) => System.Text.Json.JsonSerializer.Serialize(text);
}
