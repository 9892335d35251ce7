using Microsoft.Extensions.AI;
using Trainable.Contracts;
using Trainable.Server.Platform;

namespace Trainable.Server.Agents.Models;

/// <summary>The models of every provider. The first provider that can be used gives the default; autopilot, the last, always can.</summary>
internal sealed class ConfiguredModels(IEnumerable<IModelProvider> providers) : IModels
{
    private readonly IReadOnlyList<IModelProvider> _providers = [.. providers];

    public string Default => _providers.Select(provider => provider.Default).First(model => model is not null)!;

    public IReadOnlyList<ModelItem> List() =>
        [
            .. _providers
                .SelectMany(provider => provider.List())
                .Select(model => model with { Default = model.Id == Default })
                .OrderByDescending(model => model.Default),
        ];

    public Task RefreshAsync(CancellationToken cancellation) =>
        Task.WhenAll(_providers.Select(provider => provider.RefreshAsync(cancellation)));

    public ModelFacts Describe(string model) =>
        _providers.FirstOrDefault(provider => provider.Serves(model))?.Describe(model)
        ?? new ModelFacts { Id = model, Provider = "" };

    public IChatClient Open(string model) =>
        _providers.FirstOrDefault(provider => provider.Serves(model)) is { } provider
            ? provider.Open(model)
            : throw new UserFacingException(
                $"There is no model '{model}' here. Available: {string.Join(", ", List().Where(one => one.Available).Select(one => one.Id))}."
            );
}
