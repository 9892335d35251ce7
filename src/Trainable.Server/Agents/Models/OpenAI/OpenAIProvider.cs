using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.Extensions.AI;
using OpenAI;
using Trainable.Contracts;
using Trainable.Server.Platform;

namespace Trainable.Server.Agents.Models.OpenAI;

/// <summary>Models of OpenAI, and of every server that speaks its chat completions, through OpenAI's own SDK.</summary>
internal sealed class OpenAIProvider(
    OpenAIOptions options,
    ModelCatalogue catalogue,
    TimeProvider clock,
    ILogger<RetryingChatClient> logger
) : IModelProvider, IDisposable
{
    private const string Name = "openai";

    /// <summary>Names any model of the server: <c>openai/qwen3-coder</c>.</summary>
    private const string Prefix = "openai/";

    private const string Missing =
        $"Set {OpenAIOptions.KeyVariable} to use it, or {OpenAIOptions.UrlVariable} for a server of your own.";

    // A redirect would take the key to wherever it points.
    private readonly SocketsHttpHandler _connections = new()
    {
        AllowAutoRedirect = false,
        ConnectTimeout = TimeSpan.FromSeconds(20),
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
    };

    public string? Default => options.IsSet ? options.Model ?? (options.ApiKey is null ? null : First) : null;

    private string? First => catalogue.Of(Name).FirstOrDefault()?.Id;

    public IEnumerable<ModelItem> List()
    {
        var known = catalogue.Of(Name).ToList();
        if (options.Model is { } chosen && !known.Exists(model => model.Id == chosen))
            known.Insert(0, Describe(chosen));
        return known.Select(model => model.ToItem(options.IsSet, options.IsSet ? null : Missing));
    }

    public bool Serves(string model) =>
        model == options.Model
        || model.StartsWith(Prefix, StringComparison.Ordinal)
        || catalogue.Find(model)?.Provider == Name;

    public ModelFacts Describe(string model) =>
        catalogue.Find(model)
        ?? (catalogue.Find(Bare(model)) is { } known ? known with { Id = model } : null)
        ?? new ModelFacts { Id = model, Provider = Name };

    public IChatClient Open(string model)
    {
        if (!options.IsSet)
            throw new UserFacingException(
                $"The model '{model}' needs a key: set {OpenAIOptions.KeyVariable}, or choose autopilot."
            );
        var retryAfter = new RetryAfterHandler(clock)
        {
            InnerHandler = new WrongAnswerHandler(OpenAIOptions.UrlVariable)
            {
                InnerHandler = new SilenceHandler(options.Silence, clock) { InnerHandler = _connections },
            },
        };
        var failures = new HttpChatFailures(
            options.BaseUrl.Host,
            OpenAIOptions.KeyVariable,
            OpenAIOptions.UrlVariable,
            options.ApiKey,
            options.Silence,
            retryAfter
        );
        var http = new HttpClient(retryAfter, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
        var sdk = new OpenAIClient(
            // A server that wants no key is sent one all the same: the SDK knows no other way.
            new ApiKeyCredential(options.ApiKey ?? "none"),
            new OpenAIClientOptions
            {
                Endpoint = options.BaseUrl,
                Transport = new HttpClientPipelineTransport(http),
                RetryPolicy = new ClientRetryPolicy(0), // RetryingChatClient's are the only tries: they can be seen.
                NetworkTimeout = Timeout.InfiniteTimeSpan, // SilenceHandler ends one that hangs.
            }
        );
        var client = new FailingChatClient(
            sdk.GetChatClient(Bare(model)).AsIChatClient(),
            failure => Translate(failure, failures, model),
            failures.CutOff
        );
        return new RetryingChatClient(client, clock, logger);
    }

    public void Dispose() => _connections.Dispose();

    private static string Bare(string model) =>
        model.StartsWith(Prefix, StringComparison.Ordinal) ? model[Prefix.Length..] : model;

    private static Exception Translate(Exception failure, HttpChatFailures failures, string model) =>
        failure is ClientResultException { Status: > 0 } response
            ? failures.OfStatus(response.Status, response.GetRawResponse()?.Content?.ToString(), Bare(model))
            : failures.Translate(failure);
}
