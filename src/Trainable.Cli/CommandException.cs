namespace Trainable.Cli;

/// <summary>Ends the command with one sentence on stderr and an exit code.</summary>
internal sealed class CommandException(string message, int exitCode = ExitCodes.Failed, Exception? inner = null)
    : Exception(message, inner)
{
    public int ExitCode => exitCode;
}
