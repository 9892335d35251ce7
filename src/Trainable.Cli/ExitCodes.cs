namespace Trainable.Cli;

/// <summary>What the command's exit code says; the launcher uses the same.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>A stage failed, or something on the way to it did.</summary>
    public const int Failed = 1;

    /// <summary>The command line cannot be understood.</summary>
    public const int Usage = 2;

    /// <summary>Something has to be installed first.</summary>
    public const int Missing = 3;

    /// <summary>Cancelled by a person, as a shell reports an interrupt.</summary>
    public const int Cancelled = 130;
}
