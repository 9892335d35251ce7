using Microsoft.Playwright;
using Xunit.Sdk;

namespace Trainable.E2E.App;

/// <summary>The one Chromium of the run. Every test has a context, and so cookies and storage, of its own.</summary>
internal static class Browser
{
    /// <summary>The one limit of everything a test waits for.</summary>
    public const int PatienceMs = 90_000;

    private static readonly string[] Places =
    [
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome",
    ];

    public static readonly string[] Options =
    [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
    ];

    private static readonly Lazy<Task<IBrowser>> Shared = new(LaunchAsync);

    public static async Task<IBrowserContext> ContextAsync(
        ColorScheme theme = ColorScheme.Light,
        int width = 1280,
        int height = 800
    )
    {
        var browser = await Shared.Value;
        var context = await browser.NewContextAsync(
            new BrowserNewContextOptions
            {
                ColorScheme = theme,
                ViewportSize = new ViewportSize { Width = width, Height = height },
                ReducedMotion = ReducedMotion.Reduce,
            }
        );
        context.SetDefaultTimeout(PatienceMs);
        Assertions.SetDefaultExpectTimeout(PatienceMs);
        return context;
    }

    /// <summary>Where Chromium is; skips the test where it is missing, except in CI.</summary>
    public static string Program()
    {
        var program = Environment.GetEnvironmentVariable("TRAINABLE_CHROMIUM") ?? Array.Find(Places, File.Exists);
        if (program is not null)
            return program;
        const string missing = "Chromium is missing: './trainable setup --tests' installs it.";
        if (Environment.GetEnvironmentVariable("CI") == "true")
            throw new InvalidOperationException(missing);
        throw SkipException.ForSkip(missing);
    }

    private static async Task<IBrowser> LaunchAsync()
    {
        var program = Program();
        var playwright = await Playwright.CreateAsync();
        return await playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions { ExecutablePath = program, Args = Options }
        );
    }
}
