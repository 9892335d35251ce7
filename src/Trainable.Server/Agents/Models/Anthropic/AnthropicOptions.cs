using Trainable.Server.Platform;

namespace Trainable.Server.Agents.Models.Anthropic;

/// <summary>How Claude is reached. A class, because a record would print its key.</summary>
internal sealed class AnthropicOptions
{
    public const string KeyVariable = "ANTHROPIC_API_KEY";
    public const string UrlVariable = "ANTHROPIC_BASE_URL";
    public const string ModelVariable = "CLAUDE_MODEL";

    /// <summary>Null while there is none; then Claude cannot be used.</summary>
    public string? ApiKey { get; init; }

    public Uri BaseUrl { get; init; } = new("https://api.anthropic.com");

    /// <summary>The Claude a stage gets when nobody names a model.</summary>
    public string Model { get; init; } = "claude-opus-4-6";

    /// <summary>How long the API may send nothing at all; while it works it sends a ping every few seconds.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromMinutes(2);

    /// <exception cref="UserFacingException">A setting is wrong.</exception>
    public static AnthropicOptions Read(IConfiguration configuration)
    {
        var options = new AnthropicOptions();
        var url = configuration[UrlVariable] is { Length: > 0 } text ? ParseUrl(text) : options.BaseUrl;
        return new AnthropicOptions
        {
            ApiKey = configuration[KeyVariable]?.Trim() is { Length: > 0 } key ? key : null,
            BaseUrl = url,
            Model = configuration[ModelVariable]?.Trim() is { Length: > 0 } model ? model : options.Model,
        };
    }

    // The address is not repeated: it may hold a password.
    private static Uri ParseUrl(string text) =>
        Uri.TryCreate(text.Trim(), UriKind.Absolute, out var url) && url.Scheme is ("https" or "http")
            ? url
            : throw new UserFacingException($"{UrlVariable} is no address; it looks like https://api.anthropic.com.");
}
