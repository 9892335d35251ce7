namespace Trainable.Server.Platform;

/// <summary>Tells a disk (or quota) without room from other failures, so that a person reads one clear sentence.</summary>
internal static class DiskFull
{
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;

    public static bool Is(Exception exception) =>
        exception is IOException && (exception.HResult & 0xFFFF) is NoSpace or QuotaExceeded
        || exception.Message.Contains("No space left on device", StringComparison.Ordinal)
        // What SQLite makes of it, in Microsoft.Data.Sqlite's words.
        || exception.Message.Contains("database or disk is full", StringComparison.Ordinal)
        || (exception.InnerException is { } inner && Is(inner));

    public static string Sentence(string what) => $"The disk is full, so {what}. Free some space and try again.";

    public static UserFacingException Explain(string what, Exception inner) =>
        new(Sentence(what), StatusCodes.Status507InsufficientStorage, inner);
}
