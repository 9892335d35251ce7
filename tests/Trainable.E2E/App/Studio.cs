using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Trainable.Contracts;
using Trainable.Server;
using Trainable.Server.Agents.Models;
using Trainable.Server.Agents.Models.Anthropic;
using Trainable.Server.Events;
using Trainable.Server.Platform;
using Trainable.Server.S3;
using Trainable.Server.Sandboxes;
using Trainable.Tests.App;

namespace Trainable.E2E.App;

/// <summary>The real server with a home of its own, and people's browsers on it.</summary>
internal sealed class Studio : IAsyncDisposable
{
    private readonly List<IBrowserContext> _contexts = [];
    private readonly string _home = Directory.CreateTempSubdirectory("trainable-e2e-").FullName;
    private readonly ScriptedModels? _models;
    private RunningServer? _server;
    private HttpClient? _http;

    private readonly S3Options _s3;

    private Studio(ScriptedModels? models, S3Options? s3)
    {
        _models = models;
        _s3 = s3 ?? new S3Options();
    }

    public Uri Url { get; private set; } = null!;

    private HttpClient Http => _http ?? throw new InvalidOperationException("The server is down.");

    /// <summary>Starts a server; without scripted models autopilot drives the runs.</summary>
    public static async Task<Studio> StartAsync(ScriptedModels? models = null, S3Options? s3 = null)
    {
        var studio = new Studio(models, s3);
        await studio.UpAsync();
        return studio;
    }

    /// <summary>Starts the server again, at the same address and on the same home.</summary>
    /// <param name="token">Who may come in.</param>
    /// <param name="scripted">False where the models of people are to drive the runs from now on.</param>
    public async Task UpAsync(string token = "a-token", bool scripted = true)
    {
        _server = await ServerHost.StartAsync(
            new ServerOptions
            {
                Home = _home,
                Port = Url?.Port ?? 0,
                Token = token,
            },
            services =>
            {
                services.AddSingleton(new AnthropicOptions()); // Whoever runs the tests may have a key; they use none.
                services.AddSingleton(_s3);
                if (_models is null || !scripted)
                    return;
                services.AddSingleton<IModels>(_models);
                services.AddSingleton(provider =>
                    SandboxOptions.Read(provider.GetRequiredService<IConfiguration>()) with
                    {
                        Preload = false,
                    }
                );
            },
            TestContext.Current.CancellationToken
        );
        Url = _server.Url;
        _http = new HttpClient { BaseAddress = Url };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>Stops the server; what runs is taken up by the next start.</summary>
    public async Task DownAsync()
    {
        _http?.Dispose();
        _http = null;
        if (_server is not null)
            await _server.DisposeAsync();
        _server = null;
    }

    /// <summary>A person's browser, signed in, at a page.</summary>
    public async Task<IPage> OpenAsync(
        string path = "/",
        ColorScheme theme = ColorScheme.Light,
        int width = 1280,
        int height = 800
    )
    {
        var context = await Browser.ContextAsync(theme, width, height);
        _contexts.Add(context);
        var separator = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        return await OpenInAsync(context, $"{path}{separator}token=a-token");
    }

    /// <summary>Another tab of a browser, which is signed in.</summary>
    public Task<IPage> OpenBesideAsync(IPage page, string path) => OpenInAsync(page.Context, path);

    public async Task<ExperimentCreated> CreateAsync(
        string name = "demo",
        string csv = Tables.Small,
        string target = "bought"
    )
    {
        using var form = new MultipartFormDataContent();
        form.Add(new StringContent(name), "name");
        form.Add(new StringContent($$"""{"target":"{{target}}"}"""), "options");
        form.Add(new ByteArrayContent(Encoding.UTF8.GetBytes(csv)), "files", $"{name}.csv");
        var answer = await Http.PostAsync("/api/experiments", form, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
        var created = await answer.Content.ReadFromJsonAsync(
            ContractJson.Default.ExperimentCreated,
            TestContext.Current.CancellationToken
        );
        return created!;
    }

    public async Task StartStageAsync(Guid session, string stage = Stages.Eda)
    {
        var answer = await Http.PostAsync(
            $"/api/sessions/{session}/stages/{stage}/start",
            null,
            TestContext.Current.CancellationToken
        );
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Runs all stages of a session with a time budget.</summary>
    public async Task RunAllAsync(string session, double seconds)
    {
        var answer = await Http.PostAsJsonAsync(
            $"/api/sessions/{session}/auto",
            new Dictionary<string, double>(StringComparer.Ordinal) { ["budget_seconds"] = seconds },
            TestContext.Current.CancellationToken
        );
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Events as if a run had sent them.</summary>
    public async Task AppendAsync(Guid session, IReadOnlyList<EventDraft> events) =>
        await _server!
            .Services.GetRequiredService<EventLog>()
            .AppendAsync(new Append(session) { Events = events }, TestContext.Current.CancellationToken);

    /// <summary>Waits, by the session's own stream, until it is in a state.</summary>
    public async Task WaitForAsync(Guid session, string state)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Browser.PatienceMs);
        using var body = new StreamReader(
            await Http.GetStreamAsync($"/api/sessions/{session}/stream?after=0", patience.Token)
        );
        while (await body.ReadLineAsync(patience.Token) is { } line)
        {
            if (line.StartsWith("data:", StringComparison.Ordinal) && StateOf(line[5..]) == state)
                return;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var context in _contexts)
            await context.CloseAsync();
        await DownAsync();
        Directory.Delete(_home, recursive: true);
    }

    private async Task<IPage> OpenInAsync(IBrowserContext context, string path)
    {
        var page = await context.NewPageAsync();
        await page.GotoAsync(new Uri(Url, path).ToString());
        return page;
    }

    private static string? StateOf(string json)
    {
        using var item = JsonDocument.Parse(json);
        return item.RootElement.GetProperty("type").GetString() == EventTypes.StateChange
            ? item.RootElement.GetProperty("data").GetProperty("state").GetString()
            : null;
    }
}
