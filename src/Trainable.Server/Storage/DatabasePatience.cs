namespace Trainable.Server.Storage;

/// <summary>
/// How long reads wait for a database that is away. A run outlives its database's restarts; a request is better told at
/// once. It is a property of the flow of work and not of the code, which both share.
/// </summary>
internal static class DatabasePatience
{
    private static readonly AsyncLocal<bool> Unlimited = new();

    public static bool IsUnlimited => Unlimited.Value;

    /// <summary>From here to the end of the calling async method, and in all it calls, reads wait until the database is back.</summary>
    public static void WaitForever() => Unlimited.Value = true;
}
