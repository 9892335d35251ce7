using Microsoft.Playwright;
using Trainable.E2E.App;
using Trainable.Server.Platform;
using Trainable.Tests.App;
using static Microsoft.Playwright.Assertions;

namespace Trainable.E2E;

/// <summary>What is shown is what is, in every tab, whatever happens in between.</summary>
public sealed class LiveTests
{
    [Fact]
    public async Task EightTabsAreLiveOverOneConnection()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var models = new ScriptedModels(
            new ScriptedTurn.Held(
                gate.Task,
                new ScriptedTurn.Reply(
                    "",
                    ScriptedModels.Call("execute_code", ("code", "# Count\nprint('forty', 'two')"))
                )
            )
        ).Then(new ScriptedTurn.Hang("Now I wait."));
        await using var studio = await Studio.StartAsync(models);
        var created = await studio.CreateAsync();
        await studio.StartStageAsync(created.SessionId);
        var first = await studio.OpenAsync($"/sessions/{created.SessionId}");
        var tabs = new List<IPage> { first };
        while (tabs.Count < 8)
            tabs.Add(await studio.OpenBesideAsync(first, $"/sessions/{created.SessionId}"));
        foreach (var tab in tabs)
            await Expect(tab.GetByText("Let me see.")).ToBeVisibleAsync();
        gate.SetResult();
        foreach (var tab in tabs)
        {
            await Expect(tab.GetByRole(AriaRole.Button, new() { NameRegex = new("^Count") })).ToHaveCountAsync(1);
            await Expect(tab.GetByText("Now I wait.")).ToBeVisibleAsync();
        }
    }

    [Fact]
    public async Task AServerThatWasRestartedIsCaughtUpWithNothingMissingOrDouble()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var models = new ScriptedModels(
            ScriptedModels.Run("# First\nprint('one')", "I begin."),
            new ScriptedTurn.Hang("I am at it."),
            new ScriptedTurn.Held(
                gate.Task,
                new ScriptedTurn.Reply("", ScriptedModels.Call("execute_code", ("code", "# Second\nprint('two')")))
            )
        ).Then(new ScriptedTurn.Hang("I wait."));
        await using var studio = await Studio.StartAsync(models);
        var created = await studio.CreateAsync();
        await studio.StartStageAsync(created.SessionId);
        var page = await studio.OpenAsync($"/sessions/{created.SessionId}");
        await Expect(page.GetByText("I am at it.")).ToBeVisibleAsync();

        await studio.DownAsync();
        await Expect(page.GetByText("nothing is lost")).ToBeVisibleAsync();
        await Expect(page.GetByText("I begin.")).ToBeVisibleAsync();
        await page.ShouldBeAccessibleAsync("without a connection");
        await studio.UpAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Now" })
            .Or(page.GetByText("Let me see."))
            .First.ClickAsync();
        await Expect(page.GetByText("nothing is lost")).ToHaveCountAsync(0);
        gate.SetResult();
        await Expect(page.GetByText("I wait.")).ToBeVisibleAsync();
        foreach (var title in new[] { "First", "Second" })
            await Expect(page.GetByRole(AriaRole.Button, new() { NameRegex = new($"^{title}") })).ToHaveCountAsync(1);
        await Expect(page.GetByText("I begin.")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task APartOfThePageThatCannotBeFetchedComesLaterAndBreaksNothing()
    {
        await using var studio = await Studio.StartAsync(new ScriptedModels(new ScriptedTurn.Hang("I am **at** it.")));
        var created = await studio.CreateAsync();
        await studio.StartStageAsync(created.SessionId);
        var page = await studio.OpenAsync();
        var refused = 0;
        await page.RouteAsync(
            "**/assets/markdown-body-*.js",
            route => ++refused < 2 ? route.AbortAsync() : route.ContinueAsync()
        );
        await page.GotoAsync(new Uri(studio.Url, $"/sessions/{created.SessionId}").ToString());
        await Expect(page.GetByText("I am **at** it.")).ToBeVisibleAsync();
        await Expect(page.Locator("strong", new() { HasText = "at" })).ToBeVisibleAsync();
        refused.ShouldBe(2);
    }

    [Fact]
    public async Task TheGalleryShowsWhatOthersDoWithoutBeingAsked()
    {
        await using var studio = await Studio.StartAsync(new ScriptedModels(new ScriptedTurn.Hang("At work.")));
        await studio.CreateAsync("first");
        var page = await studio.OpenAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "first" })).ToBeVisibleAsync();
        var second = await studio.CreateAsync("second");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "second" })).ToBeVisibleAsync();
        await studio.StartStageAsync(second.SessionId);
        await Expect(page.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "second" }))
            .ToContainTextAsync("EDA ·");
        await Expect(page.GetByText("1 running")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task WhoScrolledUpStaysThereAndIsToldOfWhatIsNew()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var models = new ScriptedModels([
            .. Enumerable
                .Range(1, 12)
                .Select(number =>
                    ScriptedModels.Run($"# Part {number}\nprint({number})", $"Part {number} of the work.")
                ),
            new ScriptedTurn.Held(
                gate.Task,
                new ScriptedTurn.Reply("", ScriptedModels.Call("execute_code", ("code", "# Last part\nprint('x')")))
            ),
            new ScriptedTurn.Hang("The end."),
        ]);
        await using var studio = await Studio.StartAsync(models);
        var created = await studio.CreateAsync();
        await studio.StartStageAsync(created.SessionId);
        var page = await studio.OpenAsync($"/sessions/{created.SessionId}", height: 600);
        await Expect(page.GetByText("Let me see.")).ToBeVisibleAsync();
        var log = page.GetByRole(AriaRole.Log, new() { Name = "What the agent says and does" });
        await log.EvaluateAsync("log => { log.scrollTop = 0; }");
        await Expect(page.GetByText("Part 1 of the work.")).ToBeVisibleAsync();
        gate.SetResult();
        var pill = page.GetByRole(AriaRole.Button, new() { NameRegex = new("new below") });
        await Expect(pill).ToBeVisibleAsync();
        (await log.EvaluateAsync<int>("log => log.scrollTop")).ShouldBe(0);
        await pill.ClickAsync();
        await Expect(page.GetByText("The end.")).ToBeInViewportAsync();
    }

    [Fact]
    public async Task WhatTheAgentAsksIsAnsweredWithOneClick()
    {
        var models = new ScriptedModels(
            new ScriptedTurn.Reply(
                "I need to know.",
                ScriptedModels.Call(
                    "ask_user",
                    ("question", "Drop the 11 rows with blank charges?"),
                    ("options", "Drop\nImpute")
                )
            ),
            new ScriptedTurn.Hang("Then I go on.")
        );
        await using var studio = await Studio.StartAsync(models);
        var created = await studio.CreateAsync();
        await studio.StartStageAsync(created.SessionId);
        var page = await studio.OpenAsync($"/sessions/{created.SessionId}");
        var asked = page.GetByRole(AriaRole.Region, new() { Name = "The agent asks" });
        await Expect(asked).ToContainTextAsync("11 rows");
        await page.LookAsync("question");
        await asked.GetByRole(AriaRole.Button, new() { Name = "Impute" }).ClickAsync();
        await Expect(asked).ToContainTextAsync("You answered: Impute");
        await Expect(page.GetByText("Then I go on.")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task WhereTheModelIsGoneForGoodAutopilotGoesOnAtAClick()
    {
        var models = new ScriptedModels(
            ScriptedModels.Run("# Look around\nopen('notes.txt', 'w').write('x')"),
            new ScriptedTurn.Fail(new UserFacingException("The quota is used up; 5 tries were made."))
        );
        await using var studio = await Studio.StartAsync(models);
        var created = await studio.CreateAsync();
        await studio.StartStageAsync(created.SessionId);
        await studio.WaitForAsync(created.SessionId, "failed");
        await studio.DownAsync();
        await studio.UpAsync(scripted: false);

        var page = await studio.OpenAsync($"/sessions/{created.SessionId}");
        await Expect(page.GetByText("The quota is used up").First).ToBeVisibleAsync();
        await page.LookAsync("hand-over");
        await page.GetByRole(AriaRole.Button, new() { Name = "Let autopilot go on" }).ClickAsync();

        await Expect(page.GetByText("Another agent has worked on this stage").First).ToBeVisibleAsync();
        await studio.WaitForAsync(created.SessionId, "eda_done");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Let autopilot go on" })).ToHaveCountAsync(0);
    }
}
