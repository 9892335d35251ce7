using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Trainable.E2E.App;

/// <summary>
/// A new Chromium, with nothing in its caches, that nobody debugs while a page opens: a debugger takes the stack of every request
/// and promise, which makes the start of a program a fifth longer than it is for people.
/// </summary>
internal sealed partial class UnwatchedBrowser : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _profile = Directory.CreateTempSubdirectory("trainable-chromium-").FullName;
    private readonly HttpClient _debugger = new();

    private UnwatchedBrowser()
    {
        string[] options =
        [
            .. Browser.Options,
            "--headless",
            "--remote-debugging-port=0",
            $"--user-data-dir={_profile}",
            "--window-size=1280,800",
            "about:blank",
        ];
        _process = new Process
        {
            StartInfo = new(Browser.Program(), options) { RedirectStandardError = true, UseShellExecute = false },
        };
    }

    /// <summary>Starts it and lets it see a file of the server that no page needs, which signs it in.</summary>
    public static async Task<UnwatchedBrowser> StartAsync(Uri server)
    {
        var browser = new UnwatchedBrowser();
        browser._debugger.BaseAddress = await browser.ListenAsync();
        await browser.CloseAsync(await browser.OpenAsync(new Uri(server, "/icon.svg?token=a-token")));
        return browser;
    }

    /// <summary>Opens a page in a tab and closes it again.</summary>
    /// <returns>
    /// Milliseconds from navigation to Time to Interactive (https://web.dev/articles/tti): the largest contentful paint, or the end
    /// of the last task of more than 50 ms before a second without one, whichever is later.
    /// </returns>
    public async Task<double> TimeToInteractiveAsync(Uri url)
    {
        var tab = await OpenAsync(url);
        using var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.ConnectOverCDPAsync(_debugger.BaseAddress!.ToString());
        var page = browser.Contexts[0].Pages.Single(one => one.Url != "about:blank");
        var time = await page.EvaluateAsync<double>(
            """
            async () => {
                const seen = (type, patience) => new Promise(done => {
                    new PerformanceObserver((list, self) => { self.disconnect(); done(list.getEntries()); }).observe({ type, buffered: true });
                    setTimeout(() => done([]), patience);
                });
                // There is always a paint, and it may be late; there may have been no long task.
                let end = (await seen('largest-contentful-paint', 60000)).at(-1).startTime;
                for (const task of await seen('longtask', 200)) {
                    if (task.startTime - end > 1000) break;
                    end = Math.max(end, task.startTime + task.duration);
                }
                return end;
            }
            """
        );
        await browser.CloseAsync(); // Leaves, as it only connected.
        await CloseAsync(tab);
        return time;
    }

    private async Task<string> OpenAsync(Uri url)
    {
        var stop = TestContext.Current.CancellationToken;
        using var answer = await _debugger.PutAsync($"/json/new?{url}", null, stop);
        var tab = await answer.Content.ReadFromJsonAsync<JsonElement>(stop);
        // Whoever asks, debugs: the page has this second for itself, and the one that the definition asks for.
        await Task.Delay(TimeSpan.FromSeconds(2), stop);
        return tab.GetProperty("id").GetString()!;
    }

    private async Task CloseAsync(string tab)
    {
        using var closed = await _debugger.GetAsync($"/json/close/{tab}", TestContext.Current.CancellationToken);
    }

    /// <summary>Starts the program and waits for the address at which it can be told what to do.</summary>
    private Task<Uri> ListenAsync()
    {
        var address = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        // Read to its end: a program that nobody listens to stands still once the pipe is full.
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is null)
                address.TrySetException(new InvalidOperationException("Chromium ended before it could be used."));
            else if (Listening().Match(line.Data) is { Success: true } found)
                address.TrySetResult(new Uri($"http://127.0.0.1:{found.Groups[1].Value}"));
        };
        _process.Start();
        _process.BeginErrorReadLine();
        return address.Task;
    }

    public async ValueTask DisposeAsync()
    {
        // It ends by itself, and with it all its processes, before its folder is taken away.
        using (var playwright = await Playwright.CreateAsync())
        {
            var browser = await playwright.Chromium.ConnectOverCDPAsync(_debugger.BaseAddress!.ToString());
            await (await browser.NewBrowserCDPSessionAsync()).SendAsync("Browser.close");
        }
        await _process
            .WaitForExitAsync(CancellationToken.None)
            .WaitAsync(TimeSpan.FromMilliseconds(Browser.PatienceMs), CancellationToken.None);
        _process.Dispose();
        _debugger.Dispose();
        Directory.Delete(_profile, recursive: true);
    }

    [GeneratedRegex("DevTools listening on ws://127\\.0\\.0\\.1:([0-9]+)/")]
    private static partial Regex Listening();
}
