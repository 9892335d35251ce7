using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Trainable.Contracts;
using Trainable.Server;
using Trainable.Server.Agents.Models;
using Trainable.Server.Agents.Models.Anthropic;
using Trainable.Server.Agents.Models.Ollama;
using Trainable.Server.Agents.Models.OpenAI;
using Trainable.Server.Platform;
using Trainable.Server.S3;
using Trainable.Server.Sandboxes;

namespace Trainable.Tests.App;

/// <summary>
/// The real server on a free port with a home of its own, and what a person does to it as methods. Only the model is
/// replaced, by transcripts; <see cref="StartAsync"/> without one leaves autopilot in place.
/// </summary>
internal sealed class TrainableApp : IAsyncDisposable
{
    /// <summary>The one limit of everything a test waits for.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>PostgreSQL databases by home: a server that starts again on a home finds its rows.</summary>
    private static readonly ConcurrentDictionary<string, DatabaseUrl> Databases = new(StringComparer.Ordinal);

    private readonly bool _ownsHome;

    private TrainableApp(RunningServer server, string home, bool ownsHome)
    {
        Server = server;
        Home = home;
        _ownsHome = ownsHome;
        // A stream that is left is left at once, not read on in the hope of its end.
        var handler = new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero };
        Http = new HttpClient(handler) { BaseAddress = server.Url, Timeout = Patience };
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", server.Token);
    }

    public RunningServer Server { get; }
    public HttpClient Http { get; }
    public string Home { get; }

    public static async Task<TrainableApp> StartAsync(
        ScriptedModels? models = null,
        string? home = null,
        Func<ServerOptions, ServerOptions>? change = null,
        Action<IServiceCollection>? configure = null
    )
    {
        var directory = home ?? Directory.CreateTempSubdirectory("trainable-").FullName;
        var options = new ServerOptions
        {
            Home = directory,
            Port = 0,
            Database = OnPostgresAttribute.IsOnThisTest ? await DatabaseAsync(directory) : null,
        };
        var server = await ServerHost.StartAsync(
            change is null ? options : change(options),
            services =>
            {
                // Whoever runs the tests may have keys; they use none.
                services.AddSingleton(new AnthropicOptions());
                services.AddSingleton(new OpenAIOptions());
                services.AddSingleton(new OllamaOptions());
                services.AddSingleton(new S3Options());
                configure?.Invoke(services);
                if (models is null)
                    return;
                services.AddSingleton<IModels>(models);
                WithoutPreloading(services);
            },
            TestContext.Current.CancellationToken
        );
        return new TrainableApp(server, directory, ownsHome: home is null);
    }

    /// <summary>What a short transcript runs needs no packages; importing them would be most of a test's time.</summary>
    public static void WithoutPreloading(IServiceCollection services) =>
        services.AddSingleton(provider =>
            SandboxOptions.Read(provider.GetRequiredService<IConfiguration>()) with
            {
                Preload = false,
            }
        );

    public async Task<ExperimentCreated> CreateExperimentAsync(
        string csv = Tables.Small,
        string file = "data.csv",
        ExperimentOptions? options = null,
        string name = "demo",
        string instructions = ""
    )
    {
        var response = await PostExperimentAsync(Encoding.UTF8.GetBytes(csv), file, options, name, instructions);
        response.EnsureSuccessStatusCode();
        return (await ReadAsync(response, ContractJson.Default.ExperimentCreated))!;
    }

    public async Task<HttpResponseMessage> PostExperimentAsync(
        byte[] content,
        string file,
        ExperimentOptions? options = null,
        string? name = "demo",
        string instructions = ""
    )
    {
        using var form = new MultipartFormDataContent();
        if (name is not null)
            form.Add(new StringContent(name), "name");
        form.Add(new StringContent(instructions), "instructions");
        if (options is not null)
            form.Add(
                new StringContent(JsonSerializer.Serialize(options, ContractJson.Default.ExperimentOptions)),
                "options"
            );
        form.Add(new ByteArrayContent(content), "files", file);
        return await Http.PostAsync("/api/experiments", form, TestContext.Current.CancellationToken);
    }

    /// <summary>Another session of an experiment.</summary>
    public async Task<Guid> AddSessionAsync(Guid experiment)
    {
        var response = await Http.PostAsync(
            $"/api/experiments/{experiment}/sessions",
            content: null,
            TestContext.Current.CancellationToken
        );
        response.EnsureSuccessStatusCode();
        return (await ReadAsync(response, ContractJson.Default.SessionSummary))!.Id;
    }

    public Task<HttpResponseMessage> StartStageAsync(Guid session, string stage, StartStageRequest? request = null) =>
        Http.PostAsync(
            $"/api/sessions/{session}/stages/{stage}/start",
            JsonContent.Create(request ?? new StartStageRequest(), ContractJson.Default.StartStageRequest),
            TestContext.Current.CancellationToken
        );

    public Task<HttpResponseMessage> AbortAsync(Guid session) =>
        Http.PostAsync($"/api/sessions/{session}/abort", content: null, TestContext.Current.CancellationToken);

    public async Task<SessionDetail> SessionAsync(Guid session) =>
        (
            await Http.GetFromJsonAsync(
                $"/api/sessions/{session}",
                ContractJson.Default.SessionDetail,
                TestContext.Current.CancellationToken
            )
        )!;

    /// <summary>A session's events from <paramref name="after"/> on (all by default), as they come.</summary>
    public async IAsyncEnumerable<StreamEvent> FollowAsync(
        Guid session,
        long? after = 0,
        [EnumeratorCancellation] CancellationToken cancellation = default
    )
    {
        var url = $"/api/sessions/{session}/stream" + (after is null ? "" : $"?after={after}");
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        using var response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        response.EnsureSuccessStatusCode();
        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        await foreach (var item in SseParser.Create(body).EnumerateAsync(cancellation))
            yield return JsonSerializer.Deserialize(item.Data, ContractJson.Default.StreamEvent)!;
    }

    /// <summary>Reads events until one satisfies <paramref name="last"/>; returns all read.</summary>
    public async Task<List<StreamEvent>> FollowUntilAsync(Guid session, Func<StreamEvent, bool> last, long? after = 0)
    {
        var events = new List<StreamEvent>();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        await foreach (var item in FollowAsync(session, after).WithCancellation(patience.Token))
        {
            events.Add(item);
            if (last(item))
                return events;
        }
        throw new InvalidOperationException("The stream ended before the awaited event.");
    }

    /// <summary>Waits for a state; returns every event up to it.</summary>
    public Task<List<StreamEvent>> FollowToStateAsync(Guid session, params string[] states) =>
        FollowUntilAsync(session, item => StateOf(item) is { } state && states.Contains(state));

    public static string? StateOf(StreamEvent item) =>
        item.Type == EventTypes.StateChange ? item.Data.GetProperty("state").GetString() : null;

    public static async Task<T?> ReadAsync<T>(
        HttpResponseMessage response,
        System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> json
    ) => await response.Content.ReadFromJsonAsync(json, TestContext.Current.CancellationToken);

    public static async Task<string> DetailAsync(HttpResponseMessage response)
    {
        using var body = JsonDocument.Parse(
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)
        );
        return body.RootElement.GetProperty("detail").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Server.DisposeAsync();
        if (!_ownsHome)
            return;
        Directory.Delete(Home, recursive: true);
        if (Databases.TryRemove(Home, out var database))
            await (await SharedPostgres.ClusterAsync()).DropDatabaseAsync(database.Database);
    }

    private static async Task<DatabaseUrl> DatabaseAsync(string home) =>
        Databases.TryGetValue(home, out var known)
            ? known
            : Databases.GetOrAdd(home, await SharedPostgres.CreateDatabaseAsync());
}
