namespace Trainable.Server.Sandboxes.Runner;

/// <summary>What a step has to say to the server's own log: runners that went wrong, never what a script did.</summary>
internal static partial class StepLog
{
    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Sandbox {Name}: the process the runner calls {Pid} was not found"
    )]
    public static partial void NotFound(ILogger logger, string name, int pid);

    [LoggerMessage(Level = LogLevel.Error, Message = "Sandbox {Name}: processes of a step outlived SIGKILL")]
    public static partial void Survivors(ILogger logger, string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sandbox {Name}: the runner ended during a step: {Errors}")]
    public static partial void Ended(ILogger logger, string name, string errors);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sandbox {Name}: the runner did not answer in time: {Errors}")]
    public static partial void GivenUp(ILogger logger, string name, string errors);

    [LoggerMessage(Level = LogLevel.Error, Message = "Sandbox {Name}: the runner broke the protocol: {Errors}")]
    public static partial void Broken(ILogger logger, Exception failure, string name, string errors);
}
