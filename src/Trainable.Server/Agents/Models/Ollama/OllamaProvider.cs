using Microsoft.Extensions.AI;
using OllamaSharp;
using OllamaSharp.Models.Exceptions;
using Trainable.Contracts;

namespace Trainable.Server.Agents.Models.Ollama;

/// <summary>Models that run on one's own machine, through Ollama: nothing is paid, and nothing leaves the machine.</summary>
internal sealed class OllamaProvider(
    OllamaOptions options,
    ModelCatalogue catalogue,
    TimeProvider clock,
    ILogger<RetryingChatClient> logger
) : IModelProvider, IDisposable
{
    private const string Name = "ollama";

    /// <summary>Names any model of the server: <c>ollama/llama3.1:70b</c>.</summary>
    private const string Prefix = "ollama/";

    /// <summary>What Ollama gives a model unless it is asked for more.</summary>
    private const long UsualWindow = 32_768;

    private readonly SocketsHttpHandler _connections = new() { ConnectTimeout = TimeSpan.FromSeconds(5) };
    private readonly OllamaReach _reach = new(options, clock);

    public string? Default => options.Model is { } model ? Prefix + Bare(model) : null;

    public IEnumerable<ModelItem> List() => Known().Select(model => model.ToItem(_reach.IsThere, _reach.Reason));

    public Task RefreshAsync(CancellationToken cancellation) =>
        Known().Count > 0 ? _reach.TryAsync(cancellation) : Task.CompletedTask;

    public bool Serves(string model) => model.StartsWith(Prefix, StringComparison.Ordinal);

    public ModelFacts Describe(string model) =>
        catalogue.Find(model)
        ?? new ModelFacts
        {
            Id = model,
            Provider = Name,
            ContextWindow = UsualWindow,
            Prices = new ModelPrices(0, 0, 0, 0),
        };

    public IChatClient Open(string model)
    {
        var retryAfter = new RetryAfterHandler(clock)
        {
            InnerHandler = new WrongAnswerHandler(OllamaOptions.UrlVariable)
            {
                InnerHandler = new SilenceHandler(options.Silence, clock) { InnerHandler = _connections },
            },
        };
        var failures = new HttpChatFailures(
            options.BaseUrl.Host,
            keyVariable: null,
            OllamaOptions.UrlVariable,
            key: null,
            options.Silence,
            retryAfter
        );
        var http = new HttpClient(retryAfter, disposeHandler: false)
        {
            BaseAddress = options.BaseUrl,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        var window = Describe(model).ContextWindow ?? UsualWindow;
        IChatClient sdk = new ConfigureOptionsChatClient(
            new OllamaApiClient(http, Bare(model)),
            asked => (asked.AdditionalProperties ??= [])["num_ctx"] = window
        );
        var client = new FailingChatClient(
            sdk,
            failure =>
                failure switch
                {
                    HttpRequestException { StatusCode: { } status } told => failures.OfStatus(
                        (int)status,
                        told.Message,
                        Bare(model)
                    ),
                    OllamaException told => new Platform.UserFacingException(
                        $"{options.BaseUrl.Host} could not run '{Bare(model)}': {told.Message.TrimEnd('.')}."
                    ),
                    _ => failures.Translate(failure),
                },
            failures.CutOff
        );
        return new RetryingChatClient(client, clock, logger);
    }

    public void Dispose()
    {
        _reach.Dispose();
        _connections.Dispose();
    }

    private List<ModelFacts> Known()
    {
        var known = catalogue.Of(Name).ToList();
        if (Default is { } chosen && !known.Exists(model => model.Id == chosen))
            known.Insert(0, Describe(chosen));
        return known;
    }

    private static string Bare(string model) =>
        model.StartsWith(Prefix, StringComparison.Ordinal) ? model[Prefix.Length..] : model;
}
