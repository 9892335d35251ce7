using System.Text.Json;
using System.Text.Json.Serialization;
using Trainable.Contracts;

namespace Trainable.Server.Agents.Models;

/// <summary>What is known of a model beforehand.</summary>
internal sealed record ModelFacts
{
    public required string Id { get; init; }
    public required string Provider { get; init; }
    public long? ContextWindow { get; init; }
    public int? MaxOutputTokens { get; init; }
    public ModelPrices? Prices { get; init; }
}

/// <summary>The models <c>catalogue.json</c> lists. A model that is not in it can be used; its prices and limits are not known.</summary>
internal sealed partial class ModelCatalogue
{
    /// <summary>The file in a home that adds to the models listed here.</summary>
    public const string OwnFile = "models.json";

    private readonly List<ModelFacts> _models;

    private ModelCatalogue(List<ModelFacts> models) => _models = models;

    public static ModelCatalogue Shipped()
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Agents", "Models", "catalogue.json"));
        return new ModelCatalogue(JsonSerializer.Deserialize(file, Json.Default.Content)!.Models);
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

    private sealed record Content(List<ModelFacts> Models);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
    [JsonSerializable(typeof(Content))]
    private sealed partial class Json : JsonSerializerContext;
}
