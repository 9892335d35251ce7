namespace Trainable.Server.Agents.Models.OpenAI;

/// <summary>How an OpenAI-compatible API is reached. A class, because a record would print its key.</summary>
internal sealed class OpenAIOptions
{
    public const string KeyVariable = "OPENAI_API_KEY";
    public const string UrlVariable = "OPENAI_BASE_URL";
    public const string ModelVariable = "OPENAI_MODEL";

    private const string Official = "https://api.openai.com/v1";

    /// <summary>Null while there is none; servers on one's own machine seldom want one.</summary>
    public string? ApiKey { get; init; }

    public Uri BaseUrl { get; init; } = new(Official);

    /// <summary>The model a stage gets when nobody names one; null for the catalogue's first.</summary>
    public string? Model { get; init; }

    /// <summary>How long the API may send nothing at all.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>True where a model can be asked: there is a key, or a server that needs none.</summary>
    public bool IsSet => ApiKey is not null || BaseUrl.Host != "api.openai.com";

    public static OpenAIOptions Read(IConfiguration configuration) =>
        new()
        {
            ApiKey = configuration[KeyVariable]?.Trim() is { Length: > 0 } key ? key : null,
            BaseUrl = ApiAddress.Read(configuration, UrlVariable, Official),
            Model = configuration[ModelVariable]?.Trim() is { Length: > 0 } model ? model : null,
        };
}
