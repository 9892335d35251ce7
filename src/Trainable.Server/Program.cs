using Trainable.Server;
using Trainable.Server.Platform;

try
{
    var options = ServerOptions.FromEnvironment();
    using var home = HomeLock.TryAcquire(new TrainableHome(options.Home));
    if (home is null)
        throw new UserFacingException(
            $"Another process serves {options.Home}. Stop it, or choose another TRAINABLE_HOME."
        );
    await using var server = await ServerHost.StartAsync(options);
    home.Publish(
        new HomeOwner
        {
            Pid = Environment.ProcessId,
            Url = server.Url,
            Token = server.Token,
            Command = "server",
        }
    );
    Console.WriteLine($"Trainable listens on {server.Url}?token={server.Token}");
    await server.Stopped;
    return 0;
}
catch (UserFacingException told)
{
    await Console.Error.WriteLineAsync(told.Message);
    return 1;
}
