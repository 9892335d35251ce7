using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;
using Trainable.Tests;

namespace Trainable.E2E.App;

/// <summary>What is looked at on every page: that it is accessible, and how it looks, in both themes.</summary>
internal static class Looking
{
    private static readonly string Axe = Path.Combine(Repository.Root, "web", "node_modules", "axe-core", "axe.min.js");
    private static readonly string Screenshots = Path.Combine(Repository.Root, "docs", "screenshots");

    /// <summary>
    /// Looks at a page in both themes. TRAINABLE_SCREENSHOTS=1 keeps what was seen as docs/screenshots/NAME-THEME.png.
    /// </summary>
    public static async Task LookAsync(this IPage page, string name)
    {
        foreach (var theme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            // As when the system goes dark in the evening: the studio follows, charts and all.
            await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = theme });
            var word = theme == ColorScheme.Light ? "light" : "dark";
            await Assertions.Expect(page.Locator($"html[data-theme={word}]")).ToHaveCountAsync(1);
            await page.ShouldBeAccessibleAsync($"{name} in {word}");
            if (Environment.GetEnvironmentVariable("TRAINABLE_SCREENSHOTS") != "1")
                continue;
            // The pointer may rest on something that it lights up, and the keyboard's ring on what was pressed last.
            await page.Mouse.MoveAsync(0, 0);
            await page.EvaluateAsync("() => document.querySelector('[role=dialog]') || document.activeElement?.blur()");
            await page.ScreenshotAsync(
                new PageScreenshotOptions { Path = Path.Combine(Screenshots, $"{name}-{word}.png") }
            );
        }
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Light });
    }

    /// <summary>axe finds nothing that would keep somebody out.</summary>
    public static async Task ShouldBeAccessibleAsync(this IPage page, string where)
    {
        // By the debugger, which the page's content security policy does not bind.
        await page.EvaluateAsync(await File.ReadAllTextAsync(Axe, TestContext.Current.CancellationToken));
        var found = await page.EvaluateAsync<JsonElement>(
            """
            async () => (await axe.run(document, { resultTypes: ['violations'] })).violations
                .filter(one => one.impact === 'serious' || one.impact === 'critical')
                .map(one => `${one.id}: ${one.nodes.slice(0, 3).map(node => node.html.slice(0, 160) + ' ' + node.failureSummary).join(' | ')}`)
            """
        );
        string.Join("\n", found.EnumerateArray().Select(one => one.GetString())).ShouldBe("", where);
    }

    /// <summary>The number that a text begins with.</summary>
    public static int Number(string text) =>
        int.Parse(new string([.. text.Where(char.IsAsciiDigit)]), CultureInfo.InvariantCulture);
}
