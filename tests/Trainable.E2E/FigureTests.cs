using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;
using Trainable.Contracts;
using Trainable.E2E.App;
using Trainable.Server.Events;
using Trainable.Tests.App;
using static Microsoft.Playwright.Assertions;

namespace Trainable.E2E;

/// <summary>
/// How quick the studio is, by the browser's own clocks. Bounds are what a busy machine still has to keep; what was measured is
/// a line of the test's output, and bench/README.md has the figures of a quiet one.
/// </summary>
public sealed class FigureTests(ITestOutputHelper output)
{
    /// <summary>The file that keeps them; where one is named, more is measured.</summary>
    private static readonly string? Figures = Environment.GetEnvironmentVariable("TRAINABLE_FIGURES");

    private const string Watch = """
        () => {
            window.longTasks = [];
            new PerformanceObserver(list => window.longTasks.push(...list.getEntries().map(one => Math.round(one.duration))))
                .observe({ type: 'longtask' });
        }
        """;

    [Fact]
    public async Task ASessionOfTwoThousandMessagesOpensNearlyAsFastAsOneOfTwo()
    {
        await using var studio = await Studio.StartAsync(new ScriptedModels());
        var (brief, full) = (await TalkAsync(studio, 2), await TalkAsync(studio, 2_000));
        var page = await studio.OpenAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "demo" }).First).ToBeVisibleAsync();
        await page.Context.AddInitScriptAsync(
            """
            new MutationObserver(() => {
                window.shownAt ??= document.body?.textContent.includes('The end of a long talk') ? performance.now() : undefined;
            }).observe(document, { subtree: true, childList: true, characterData: true });
            """
        );
        var (briefs, fulls) = (new List<double>(), new List<double>());
        for (var run = 0; run < 5; run++)
        {
            briefs.Add(await OpeningAsync(studio, page, brief));
            fulls.Add(await OpeningAsync(studio, page, full));
        }
        briefs.Sort();
        fulls.Sort();
        Tell(
            $"a session from navigation to its last message shown, of 2,000 messages: {Listed(fulls)} ms; of 2: {Listed(briefs)} ms"
        );
        fulls[2].ShouldBeLessThan(4 * briefs[2]);
    }

    private static async Task<Guid> TalkAsync(Studio studio, int messages)
    {
        var created = await studio.CreateAsync();
        await studio.AppendAsync(
            created.SessionId,
            [
                Running(),
                .. Enumerable
                    .Range(1, messages - 1)
                    .Select(number => Say($"Message **{number}** of a long talk, with a few words in it.")),
                Say("The end of a long talk."),
            ]
        );
        return created.SessionId;
    }

    private static async Task<double> OpeningAsync(Studio studio, IPage beside, Guid session)
    {
        var tab = await studio.OpenBesideAsync(beside, $"/sessions/{session}");
        // Playwright's own looking for a text walks the whole page again and again; a number costs the page nothing.
        await tab.WaitForFunctionAsync("() => window.shownAt");
        var shown = await tab.EvaluateAsync<double>("() => window.shownAt");
        await Expect(tab.GetByText("The end of a long talk.")).ToBeVisibleAsync();
        await tab.CloseAsync();
        return shown;
    }

    [Fact]
    public async Task TenThousandLinesAndAHundredThousandPointsHoldNothingUp()
    {
        await using var studio = await Studio.StartAsync(new ScriptedModels());
        var created = await studio.CreateAsync();
        var session = created.SessionId;
        await studio.AppendAsync(session, [Running(Stages.Train), Start("c1")]);
        var lines = Enumerable
            .Range(0, 100)
            .Select(part =>
                Output(
                    "c1",
                    string.Concat(
                        Enumerable
                            .Range(part * 100, 100)
                            .Select(line => $"epoch {line}: loss {1.0 / (line + 1):0.0000}\n")
                    )
                )
            );
        await studio.AppendAsync(session, [.. lines]);
        for (var part = 0; part < 100; part++)
            await studio.AppendAsync(session, [Points(part * 1_000, 1_000)]);
        var page = await studio.OpenAsync($"/sessions/{session}?tab=metrics");
        await Expect(page.Locator("canvas").First).ToBeVisibleAsync();
        await Expect(page.GetByText("100,000 points")).ToBeVisibleAsync();
        await page.EvaluateAsync(Watch);
        // It is used: the step opened and closed, all lines scrolled through, charts hovered, more of both arriving.
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Fit for a long time") }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("Show all 10,000 lines") }).ClickAsync();
        var viewer = page.GetByRole(AriaRole.Region, new() { Name = "the output" });
        for (var at = 1; at <= 20; at++)
            await viewer.EvaluateAsync($"log => log.scrollTop = log.scrollHeight * {at / 20.0:0.00}");
        await page.Keyboard.PressAsync("Escape");
        for (var part = 100; part < 120; part++)
            await studio.AppendAsync(session, [Points(part * 1_000, 50), Output("c1", $"epoch {part}\n")]);
        await Expect(page.GetByText("101,000 points")).ToBeVisibleAsync();
        var tasks = await page.EvaluateAsync<int[]>("() => window.longTasks");
        Tell(
            $"long tasks while 10,000 lines and 100,000 points are used and grow: {tasks.Length}, longest {tasks.DefaultIfEmpty().Max()} ms"
        );
        tasks.DefaultIfEmpty().Max().ShouldBeLessThan(400);
    }

    [Fact]
    public async Task TwoHundredEventsASecondLeaveThePageSmooth()
    {
        await using var studio = await Studio.StartAsync(new ScriptedModels());
        var created = await studio.CreateAsync();
        var session = created.SessionId;
        await studio.AppendAsync(session, [Running(Stages.Train), Start("c1")]);
        var page = await studio.OpenAsync($"/sessions/{session}?tab=metrics");
        await Expect(page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Fit for a long time") }))
            .ToBeVisibleAsync();
        await page.EvaluateAsync(Watch);
        await page.EvaluateAsync(
            "() => { window.frames_ = []; let last = performance.now(); const tick = now => { window.frames_.push(now - last); last = now; requestAnimationFrame(tick); }; requestAnimationFrame(tick); }"
        );
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        for (var beat = 0; beat < 100 && await pace.WaitForNextTickAsync(TestContext.Current.CancellationToken); beat++)
        {
            var at = beat;
            await studio.AppendAsync(
                session,
                [
                    .. Enumerable
                        .Range(0, 5)
                        .SelectMany(part => new[] { Points((at * 5) + part, 1), Output("c1", $"step {at} {part}\n") }),
                ]
            );
        }
        await Expect(page.GetByText("step 99 4")).ToBeVisibleAsync();
        var frames = await page.EvaluateAsync<double[]>("() => window.frames_.slice(5)");
        var tasks = await page.EvaluateAsync<int[]>("() => window.longTasks");
        Array.Sort(frames);
        var perSecond = 1000 * frames.Length / frames.Sum();
        Tell(
            string.Create(
                CultureInfo.InvariantCulture,
                $"200 events a second: {perSecond:0} frames a second, 99th percentile {frames[(int)(frames.Length * 0.99)]:0} ms, {tasks.Length} long tasks, longest {tasks.DefaultIfEmpty().Max()} ms"
            )
        );
        perSecond.ShouldBeGreaterThan(15);
    }

    [Theory]
    [InlineData("gallery", 50, 200)]
    [InlineData("studio", 1, 260)]
    public async Task ThePageIsThereSoonAndSmall(string name, int experiments, int mostKilobytes)
    {
        await using var studio = await Studio.StartAsync(new ScriptedModels());
        for (var made = 1; made < experiments; made++)
            await studio.CreateAsync($"demo {made}");
        var session = (await studio.CreateAsync()).SessionId;
        var path = name == "gallery" ? "/" : $"/sessions/{session}";
        await ShouldBeSmallAsync(await studio.OpenAsync(path), name, mostKilobytes);

        var (first, later) = (new List<double>(), new List<double>());
        for (var run = 0; run < (Figures is null ? 1 : 3); run++)
        {
            await using var browser = await UnwatchedBrowser.StartAsync(studio.Url);
            first.Add(await browser.TimeToInteractiveAsync(new Uri(studio.Url, path)));
            for (var visit = 0; visit < 3; visit++)
                later.Add(await browser.TimeToInteractiveAsync(new Uri(studio.Url, path)));
        }
        first.Sort();
        later.Sort();
        Tell($"{name}: interactive after {Listed(first)} ms at the first visit, {Listed(later)} ms at later ones");
    }

    private async Task ShouldBeSmallAsync(IPage page, string name, int mostKilobytes)
    {
        var main = name == "gallery" ? page.Locator("a[href^='/sessions/']").First : page.Locator("textarea");
        await Expect(main).ToBeVisibleAsync();
        // With what it loads when it has time, the last of its scripts.
        await page.WaitForFunctionAsync(
            "() => ['palette', 'toast-list'].every(part => performance.getEntriesByType('resource').some(one => one.name.includes(`/${part}-`)))"
        );
        var bytes = await page.EvaluateAsync<long>(
            """
            () => performance.getEntriesByType('resource').filter(one => one.name.endsWith('.js')).reduce((sum, one) => sum + one.encodedBodySize, 0)
            """
        );
        Tell($"{name}: {bytes / 1000} kB of scripts as sent");
        (bytes / 1000).ShouldBeLessThanOrEqualTo(mostKilobytes, name);
        // What early.js asks for is what the program asks for, to the letter: else it comes twice.
        var asked = await page.EvaluateAsync<string[]>(
            "() => performance.getEntriesByType('resource').map(one => one.name.split('?')[0]).filter(name => /[/]api[/](experiments|sessions)/.test(name))"
        );
        asked.ShouldNotBeEmpty();
        asked.ShouldBeUnique();
    }

    private void Tell(string line)
    {
        output.WriteLine(line);
        if (Figures is not null)
            File.AppendAllText(Figures, line + "\n");
    }

    private static string Listed(IEnumerable<double> values) =>
        string.Join(' ', values.Select(value => value.ToString("0", CultureInfo.InvariantCulture)));

    private static EventDraft Running(string stage = Stages.Eda) =>
        EventDraft.StateChange(SessionStates.Running(stage), stage);

    private static EventDraft Say(string text) =>
        EventDraft.Create(EventTypes.AgentMessage, new AgentMessage(text), ContractJson.Default.AgentMessage);

    private static EventDraft Start(string call) =>
        EventDraft.Create(
            EventTypes.ToolStart,
            new ToolStarted(
                "execute_code",
                JsonSerializer.SerializeToElement(
                    new Dictionary<string, string>(StringComparer.Ordinal) { ["code"] = "# Fit for a long time\nfit()" }
                )
            )
            {
                CallId = call,
                Stage = Stages.Train,
            },
            ContractJson.Default.ToolStarted
        );

    private static EventDraft Output(string call, string text) =>
        EventDraft.Create(
            EventTypes.CodeOutput,
            new CodeOutput("stdout", text) { CallId = call },
            ContractJson.Default.CodeOutput
        );

    private static EventDraft Points(int from, int count) =>
        EventDraft.Create(
            EventTypes.MetricsBatch,
            new MetricsBatch([
                .. Enumerable
                    .Range(from, count)
                    .Select(step => new MetricPoint(
                        step / 4,
                        $"loss_{step % 4}",
                        1.0 / (step + 1),
                        Stages.Train,
                        null
                    )),
            ]),
            ContractJson.Default.MetricsBatch
        );
}
