using Microsoft.Extensions.Configuration;
using Trainable.Server.Agents.Models;
using Trainable.Server.Agents.Models.Anthropic;
using Trainable.Server.Agents.Models.Autopilot;
using Trainable.Server.Agents.Models.Ollama;
using Trainable.Server.Agents.Models.OpenAI;
using Trainable.Server.Platform;

namespace Trainable.Cli.Doctor;

/// <summary>Which keys of models are set (never what they are), and whether the providers can be reached.</summary>
internal sealed class ModelAccess(TimeProvider clock)
{
    private const string Group = "Models";
    private const string Claude = "https://api.anthropic.com";
    private const string OpenAI = "https://api.openai.com/v1";
    private const string Ollama = "http://localhost:11434";

    private readonly IConfiguration _settings = new ConfigurationBuilder().AddEnvironmentVariables().Build();

    public async Task<IReadOnlyList<Finding>> ExamineAsync(CancellationToken cancellation)
    {
        var findings = new List<Finding>
        {
            Finding.Ok(Group, AutopilotChatClient.ModelId, "Built in: needs no key and no network."),
            Finding.Ok(
                Group,
                "keys",
                string.Join(
                    ' ',
                    new[] { AnthropicOptions.KeyVariable, OpenAIOptions.KeyVariable }.Select(key =>
                        $"{key} is {(IsSet(key) ? "" : "not ")}set."
                    )
                )
            ),
        };
        if (IsSet(AnthropicOptions.KeyVariable))
            findings.Add(await ReachAsync("anthropic", AnthropicOptions.UrlVariable, Claude, cancellation));
        if (IsSet(OpenAIOptions.KeyVariable) || IsSet(OpenAIOptions.UrlVariable))
            findings.Add(await ReachAsync("openai", OpenAIOptions.UrlVariable, OpenAI, cancellation));
        if (IsSet(OllamaOptions.ModelVariable) || IsSet(OllamaOptions.UrlVariable))
            findings.Add(await ReachAsync("ollama", OllamaOptions.UrlVariable, Ollama, cancellation));
        return findings;
    }

    private async Task<Finding> ReachAsync(string name, string address, string usual, CancellationToken cancellation)
    {
        Uri url;
        try
        {
            url = ApiAddress.Read(_settings, address, usual);
        }
        catch (UserFacingException wrong)
        {
            return Finding.Broken(Group, name, wrong.Message);
        }
        if (url.Scheme == "https" && (IsSet("HTTPS_PROXY") || IsSet("https_proxy")))
            return Finding.Ok(Group, name, $"{url.Host} is reached through HTTPS_PROXY; that was not tried.");
        return await Reach.TryAsync(url.Host, url.Port, clock, cancellation) is { } problem
            ? Finding.Warning(
                Group,
                name,
                $"{url.Host}:{url.Port} cannot be reached ({problem}); models behind it will fail.",
                name == "ollama" ? $"start Ollama, or check {address}" : $"check the network, or {address}"
            )
            : Finding.Ok(Group, name, $"{url.Host}:{url.Port} can be reached.");
    }

    private bool IsSet(string name) => _settings[name]?.Trim() is { Length: > 0 };
}
