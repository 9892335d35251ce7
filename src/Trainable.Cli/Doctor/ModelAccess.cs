using Trainable.Server.Agents.Models.Autopilot;

namespace Trainable.Cli.Doctor;

/// <summary>Which keys of models are set (never what they are), and whether the provider can be reached.</summary>
internal sealed class ModelAccess(TimeProvider clock)
{
    private const string Group = "Models";
    private const string Key = "ANTHROPIC_API_KEY";
    private const string Address = "ANTHROPIC_BASE_URL";
    private const string DefaultAddress = "https://api.anthropic.com";

    public async Task<IReadOnlyList<Finding>> ExamineAsync(CancellationToken cancellation)
    {
        var autopilot = Finding.Ok(Group, AutopilotChatClient.ModelId, "Built in: needs no key and no network.");
        if (Variable(Key) is null)
            return [autopilot, Finding.Ok(Group, "keys", $"{Key} is not set.")];
        return [autopilot, Finding.Ok(Group, "keys", $"{Key} is set."), await ReachAsync(cancellation)];
    }

    private async Task<Finding> ReachAsync(CancellationToken cancellation)
    {
        const string name = "provider";
        var address = Variable(Address) ?? DefaultAddress;
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            return Finding.Broken(Group, name, $"{Address} is no address; it looks like {DefaultAddress}.");
        if (Variable("HTTPS_PROXY") is not null || Variable("https_proxy") is not null)
            return Finding.Ok(Group, name, $"{url.Host} is reached through HTTPS_PROXY; that was not tried.");
        return await Reach.TryAsync(url.Host, url.Port, clock, cancellation) is { } problem
            ? Finding.Warning(
                Group,
                name,
                $"{url.Host}:{url.Port} cannot be reached ({problem}); models behind it will fail.",
                $"check the network, or {Address}"
            )
            : Finding.Ok(Group, name, $"{url.Host}:{url.Port} can be reached.");
    }

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
