namespace Trainable.Server.Platform;

/// <summary>
/// The one exception whose message may reach a person or a model: a sentence that says what is wrong and what to do.
/// Everything else that escapes becomes a problem with a trace id.
/// </summary>
internal sealed class UserFacingException(
    string message,
    int status = StatusCodes.Status400BadRequest,
    Exception? inner = null
) : Exception(message, inner)
{
    /// <summary>The HTTP status when it ends a request.</summary>
    public int Status { get; } = status;
}
