using Trainable.Server;
using Trainable.Server.Platform;

try
{
    await using var server = await ServerHost.StartAsync(ServerOptions.FromEnvironment());
    Console.WriteLine($"Trainable listens on {server.Url}?token={server.Token}");
    await server.Stopped;
    return 0;
}
catch (UserFacingException told)
{
    await Console.Error.WriteLineAsync(told.Message);
    return 1;
}
