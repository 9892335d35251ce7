using System.Globalization;
using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using Trainable.Contracts;
using Trainable.Server;
using Trainable.Server.Agents.Models;
using Trainable.Server.Platform;

namespace Trainable.Bench;

/// <summary>The real server in this process, over a home of its own that is deleted at the end.</summary>
internal sealed class BenchServer : IAsyncDisposable
{
    public const string Csv =
        "size,colour,bought\n1.5,red,no\n2.5,blue,no\n3.5,red,yes\n4.5,green,yes\n"
        + "1.2,red,no\n2.2,blue,no\n3.2,blue,yes\n4.2,green,yes\n1.7,green,no\n2.7,red,no\n3.7,red,yes\n4.7,blue,yes\n";

    private readonly RunningServer _server;

    private BenchServer(RunningServer server, string home)
    {
        _server = server;
        Home = home;
        Http = new HttpClient(new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero }) { BaseAddress = Url };
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", server.Token);
    }

    public string Home { get; }
    public HttpClient Http { get; }
    public Uri Url => _server.Url;
    public string Token => _server.Token;
    public IServiceProvider Services => _server.Services;

    public static async Task<BenchServer> StartAsync(
        IModels? models = null,
        string? home = null,
        Action<IServiceCollection>? configure = null
    )
    {
        home ??= Directory.CreateTempSubdirectory("trainable-bench-").FullName;
        var server = await ServerHost.StartAsync(
            new ServerOptions { Home = home, Port = 0 },
            services =>
            {
                if (models is not null)
                    services.AddSingleton(models);
                configure?.Invoke(services);
            }
        );
        return new BenchServer(server, home);
    }

    public async Task<ExperimentCreated> CreateExperimentAsync()
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent("bench"), "name" },
            { new StringContent(Csv), "files", "data.csv" },
        };
        using var answer = await Http.PostAsync("/api/experiments", form);
        answer.EnsureSuccessStatusCode();
        await using var body = await answer.Content.ReadAsStreamAsync();
        return (await System.Text.Json.JsonSerializer.DeserializeAsync(body, ContractJson.Default.ExperimentCreated))!;
    }

    /// <param name="session">The session.</param>
    /// <param name="steps">How many replies its model may give; the server's default when left out.</param>
    public async Task StartEdaAsync(Guid session, int? steps = null)
    {
        using var body = steps is null
            ? null
            : System.Net.Http.Json.JsonContent.Create(
                new StartStageRequest { Budget = new BudgetLimits { Steps = steps } },
                ContractJson.Default.StartStageRequest
            );
        using var started = await Http.PostAsync($"/api/sessions/{session}/stages/eda/start", body);
        started.EnsureSuccessStatusCode();
    }

    /// <summary>Another session on an experiment's dataset.</summary>
    public async Task<Guid> AddSessionAsync(Guid experiment)
    {
        using var added = await Http.PostAsync($"/api/experiments/{experiment}/sessions", content: null);
        added.EnsureSuccessStatusCode();
        await using var body = await added.Content.ReadAsStreamAsync();
        return (await System.Text.Json.JsonSerializer.DeserializeAsync(body, ContractJson.Default.SessionSummary))!.Id;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _server.DisposeAsync();
        Directory.Delete(Home, recursive: true);
    }

    /// <summary>Milliseconds of one GET of a path, its body read.</summary>
    public async Task<double> TimeGetAsync(string path)
    {
        var since = TimeProvider.System.GetTimestamp();
        await Http.GetByteArrayAsync(path);
        return TimeProvider.System.GetElapsedTime(since).TotalMilliseconds;
    }

    public static string Format(double value, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{value:#,0.##} {unit}");
}
