using System.Text.Json;
using System.Text.Json.Serialization;
using Trainable.Contracts;
using Trainable.Server.Platform;

namespace Trainable.Server.Agents.Models;

/// <summary>What is known of a model beforehand.</summary>
internal sealed record ModelFacts
{
    public required string Id { get; init; }
    public required string Provider { get; init; }
    public long? ContextWindow { get; init; }

    /// <summary>It reads a conversation of any length, and needs all of it.</summary>
    public bool IsUnlimited { get; init; }
    public int? MaxOutputTokens { get; init; }
    public ModelPrices? Prices { get; init; }

    /// <summary>One of <see cref="ThinkingKinds"/>; null where nobody knows, and what is asked for is sent.</summary>
    public string? Thinking { get; init; }

    public ModelItem ToItem(bool available, string? reason) =>
        new()
        {
            Id = Id,
            Provider = Provider,
            Available = available,
            Reason = reason,
            ContextWindow = ContextWindow,
            Prices = Prices,
            Thinking = Thinking == ThinkingKinds.None ? [] : ThinkingLevels.All,
            Default = false,
        };
}

/// <summary>How a model takes what is said of its thinking.</summary>
internal static class ThinkingKinds
{
    /// <summary>It does not think, and refuses to be asked.</summary>
    public const string None = "none";

    /// <summary>A level is sent as it is.</summary>
    public const string Effort = "effort";

    /// <summary>A level is sent as a number of tokens.</summary>
    public const string Tokens = "tokens";
}

/// <summary>
/// The models <c>catalogue.json</c> lists, and those a home's own file adds or puts in their place. A model that is in neither
/// can be used; its prices and limits are not known.
/// </summary>
internal sealed partial class ModelCatalogue
{
    /// <summary>The file in a home that adds to the models listed here.</summary>
    public const string OwnFile = "models.json";

    /// <summary>Names another file in its place.</summary>
    public const string FileVariable = "TRAINABLE_MODELS";

    private readonly List<ModelFacts> _models;

    private ModelCatalogue(List<ModelFacts> models) => _models = models;

    public static ModelCatalogue Shipped()
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Agents", "Models", "catalogue.json"));
        return new ModelCatalogue(Read(file));
    }

    /// <summary>The shipped catalogue with a home's own on top.</summary>
    /// <exception cref="UserFacingException">The own file cannot be used; the sentence says why.</exception>
    public static ModelCatalogue Of(TrainableHome home, IConfiguration configuration)
    {
        var named = configuration[FileVariable] is { Length: > 0 } path ? path : null;
        var own = named ?? Path.Combine(home.Root, OwnFile);
        if (named is null && !File.Exists(own))
            return Shipped();
        try
        {
            using var file = File.OpenRead(own);
            var models = Read(file);
            foreach (var model in models)
                Check(model);
            return new ModelCatalogue([
                .. models,
                .. Shipped()._models.Where(one => !models.Exists(it => it.Id == one.Id)),
            ]);
        }
        catch (Exception broken)
            when (broken is JsonException or IOException or UnauthorizedAccessException or UserFacingException)
        {
            throw new UserFacingException(
                $"The models of {own} cannot be used: {broken.Message.TrimEnd('.')}. "
                    + "It looks like {\"models\":[{\"id\":\"openai/my-model\",\"provider\":\"openai\","
                    + "\"context_window\":32768,\"prices\":{\"input\":0.1,\"output\":0.4}}]}.",
                inner: broken
            );
        }
    }

    public IEnumerable<ModelFacts> Of(string provider) => _models.Where(model => model.Provider == provider);

    /// <summary>Facts of a model; a dated snapshot (<c>claude-haiku-4-5-20251001</c>) has those of its family.</summary>
    public ModelFacts? Find(string id) =>
        _models.Find(model => model.Id == id)
        ?? _models.Find(model =>
            id.Length == model.Id.Length + 9
            && id.StartsWith($"{model.Id}-", StringComparison.Ordinal)
            && id.AsSpan(model.Id.Length + 1).IndexOfAnyExceptInRange('0', '9') < 0
        );

    private static List<ModelFacts> Read(Stream file) =>
        [
            .. JsonSerializer
                .Deserialize(file, Json.Default.Content)!
                .Models.Select(entry => new ModelFacts
                {
                    Id = entry.Id,
                    Provider = entry.Provider,
                    ContextWindow = entry.ContextWindow,
                    MaxOutputTokens = entry.MaxOutputTokens,
                    Thinking = entry.Thinking,
                    // A provider without prices of its own for its cache charges the usual one.
                    Prices = entry.Prices is { } prices
                        ? new ModelPrices(
                            prices.Input,
                            prices.Output,
                            prices.CacheWrite ?? prices.Input,
                            prices.CacheRead ?? prices.Input
                        )
                        : null,
                }),
        ];

    private static void Check(ModelFacts model)
    {
        if (model.Provider is not ("anthropic" or "openai" or "ollama"))
            throw new UserFacingException(
                $"the provider of '{model.Id}' is '{model.Provider}'; it can be anthropic, openai or ollama"
            );
        if (model.ContextWindow is < 1_000)
            throw new UserFacingException($"the context_window of '{model.Id}' is under 1,000 tokens");
        if (model.Prices is { } prices && (prices.Input < 0 || prices.Output < 0))
            throw new UserFacingException($"a price of '{model.Id}' is below 0");
    }

    private sealed record Content(List<Entry> Models);

    private sealed record Entry
    {
        public required string Id { get; init; }
        public required string Provider { get; init; }
        public long? ContextWindow { get; init; }
        public int? MaxOutputTokens { get; init; }
        public string? Thinking { get; init; }
        public EntryPrices? Prices { get; init; }
    }

    private sealed record EntryPrices
    {
        public required decimal Input { get; init; }
        public required decimal Output { get; init; }
        public decimal? CacheWrite { get; init; }
        public decimal? CacheRead { get; init; }
    }

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
    [JsonSerializable(typeof(Content))]
    private sealed partial class Json : JsonSerializerContext;
}
