using Anthropic;
using Anthropic.Core;
using Microsoft.Extensions.AI;
using Trainable.Contracts;
using Trainable.Server.Platform;

namespace Trainable.Server.Agents.Models.Anthropic;

/// <summary>Claude, through Anthropic's own SDK.</summary>
internal sealed class AnthropicProvider(
    AnthropicOptions options,
    ModelCatalogue catalogue,
    TimeProvider clock,
    ILogger<RetryingChatClient> logger
) : IModelProvider, IDisposable
{
    private const string Name = "anthropic";
    private const string Prefix = "claude-";

    /// <summary>Enough for any script; a reply that runs away ends here instead of at the model's own limit.</summary>
    private const int MaxOutputTokens = 32_000;

    /// <summary>What every Claude can write.</summary>
    private const int UnknownMaxOutputTokens = 8_192;

    private const string MissingKey = $"Set {AnthropicOptions.KeyVariable} to use Claude.";

    // A redirect would take the key to wherever it points.
    private readonly SocketsHttpHandler _connections = new()
    {
        AllowAutoRedirect = false,
        ConnectTimeout = TimeSpan.FromSeconds(20),
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
    };

    public string? Default => options.ApiKey is null ? null : options.Model;

    public IEnumerable<ModelItem> List()
    {
        var known = catalogue.Of(Name).ToList();
        if (!known.Exists(model => model.Id == options.Model))
            known.Insert(0, Describe(options.Model));
        return known.Select(model =>
            model.ToItem(options.ApiKey is not null, options.ApiKey is null ? MissingKey : null)
        );
    }

    public bool Serves(string model) => model == options.Model || model.StartsWith(Prefix, StringComparison.Ordinal);

    public IChatClient Open(string model)
    {
        if (options.ApiKey is not { } key)
            throw new UserFacingException(
                $"The model '{model}' needs a key: set {AnthropicOptions.KeyVariable}, or choose autopilot."
            );
        var retryAfter = new RetryAfterHandler(clock)
        {
            InnerHandler = new WrongAnswerHandler(AnthropicOptions.UrlVariable)
            {
                InnerHandler = new SilenceHandler(options.Silence, clock) { InnerHandler = _connections },
            },
        };
        var http = new HttpClient(retryAfter, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
        var sdk = new AnthropicClient(
            new ClientOptions
            {
                ApiKey = key,
                BaseUrl = options.BaseUrl.AbsoluteUri.TrimEnd('/'),
                HttpClient = http,
                MaxRetries = 0, // RetryingChatClient's are the only ones: they can be seen.
                Timeout = TimeSpan.FromHours(1), // Of a whole reply; SilenceHandler ends one that hangs.
            }
        );
        var facts = Describe(model);
        var limit = Math.Min(facts.MaxOutputTokens ?? UnknownMaxOutputTokens, MaxOutputTokens);
        var failures = new AnthropicFailures(options, retryAfter);
        var thinking =
            facts.Thinking == ThinkingKinds.Tokens ? AnthropicThinkingMode.Extended : AnthropicThinkingMode.Adaptive;
        var client = new AnthropicChatClient(sdk.AsIChatClient(model, limit, thinking), failures);
        return new RetryingChatClient(client, clock, logger);
    }

    public void Dispose() => _connections.Dispose();

    public ModelFacts Describe(string model) => catalogue.Find(model) ?? new ModelFacts { Id = model, Provider = Name };
}
