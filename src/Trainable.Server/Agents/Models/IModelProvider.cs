using Microsoft.Extensions.AI;
using Trainable.Contracts;

namespace Trainable.Server.Agents.Models;

/// <summary>Where some of the models come from.</summary>
internal interface IModelProvider
{
    /// <summary>The model to use when nobody names one; null while the provider cannot be used.</summary>
    string? Default { get; }

    /// <summary>The models worth offering; others may work as well.</summary>
    IEnumerable<ModelItem> List();

    /// <summary>Finds out whether what it lists is there, where that can change; takes a moment at most.</summary>
    Task RefreshAsync(CancellationToken cancellation) => Task.CompletedTask;

    bool Serves(string model);

    ModelFacts Describe(string model);

    /// <exception cref="Platform.UserFacingException">Something has to be set first.</exception>
    IChatClient Open(string model);
}
