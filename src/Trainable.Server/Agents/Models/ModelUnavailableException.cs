namespace Trainable.Server.Agents.Models;

/// <summary>
/// A model did not answer, or not to the end, for a reason that may pass. The message may be shown to a person and logged; it
/// carries no inner exception, because what a provider sent may hold what we sent it.
/// </summary>
/// <param name="sentence">What happened, without a full stop.</param>
/// <param name="retryAfter">How long the provider asks to wait; null when it does not say.</param>
internal sealed class ModelUnavailableException(string sentence, TimeSpan? retryAfter = null) : Exception(sentence)
{
    public TimeSpan? RetryAfter => retryAfter;
}
