using Trainable.Server.Platform;

namespace Trainable.Server.Predictions;

/// <summary>What people are told when nothing can be predicted.</summary>
internal static class PredictionRefusals
{
    public static UserFacingException NotFound() => new("Session not found", StatusCodes.Status404NotFound);

    public static UserFacingException NotYet(string sentence) => new(sentence, StatusCodes.Status409Conflict);

    public static UserFacingException Unprocessable(string sentence) =>
        new(sentence, StatusCodes.Status422UnprocessableEntity);
}
