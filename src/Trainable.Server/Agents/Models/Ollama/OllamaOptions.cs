namespace Trainable.Server.Agents.Models.Ollama;

/// <summary>How an Ollama on one's own machine is reached.</summary>
internal sealed record OllamaOptions
{
    public const string UrlVariable = "OLLAMA_HOST";
    public const string ModelVariable = "OLLAMA_MODEL";

    private const string Usual = "http://localhost:11434";

    public Uri BaseUrl { get; init; } = new(Usual);

    /// <summary>The model a stage gets when nobody names one; null while Ollama is nobody's choice.</summary>
    public string? Model { get; init; }

    /// <summary>How long it may send nothing: a large model on a small machine takes its time to load.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromMinutes(10);

    public static OllamaOptions Read(IConfiguration configuration) =>
        new()
        {
            BaseUrl = ApiAddress.Read(configuration, UrlVariable, Usual),
            Model = configuration[ModelVariable]?.Trim() is { Length: > 0 } model ? model : null,
        };
}
