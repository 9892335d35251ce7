using Microsoft.Extensions.AI;
using Trainable.Contracts;

namespace Trainable.Server.Agents.Models;

/// <summary>The models a stage can be run with.</summary>
internal interface IModels
{
    /// <summary>The model a stage gets when nobody names one.</summary>
    string Default { get; }

    IReadOnlyList<ModelItem> List();

    /// <summary>Finds out which of the models are there now; takes a moment at most.</summary>
    Task RefreshAsync(CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>What is known of a model: window, prices, abilities. Of one nobody knows, only its name.</summary>
    ModelFacts Describe(string model);

    /// <summary>A client for the model. Only its streaming is used.</summary>
    /// <exception cref="Platform.UserFacingException">The model is unknown, or its key is missing.</exception>
    IChatClient Open(string model);
}
