using System.CommandLine;
using System.Text.Json;
using Trainable.Cli.Api;
using Trainable.Cli.Serving;
using Trainable.Cli.Terminal;

namespace Trainable.Cli.Commands;

/// <summary><c>trainable stop</c>: cancels what runs in a session.</summary>
internal static class StopCommand
{
    public static Command Create(IDictionary<Command, string> lessons)
    {
        var session = Shared.Session();
        var home = Shared.Home();
        var json = Shared.Json("The server's answer as JSON.");
        var command = new Command("stop", "Stop a session's run and its sandbox. What it made is kept.")
        {
            session,
            home,
            json,
        };
        command.SetAction(
            (line, _) => ExecuteAsync(line.GetRequiredValue(session), line.GetValue(home), line.GetValue(json))
        );
        lessons[command] = """
            Examples:
              trainable stop latest
              trainable stop 0192f3a1
            """;
        return command;
    }

    private static async Task<int> ExecuteAsync(string name, string? home, bool json)
    {
        using var interrupts = new Interrupts();
        await using var server = await HomeServer.OpenAsync(home, 0, "stop", TimeProvider.System, interrupts.Token);
        var session = await SessionName.ResolveAsync(server.Api, name, interrupts.Token);
        var result = await server.Api.AbortAsync(session, interrupts.Token);
        if (json)
            Console.WriteLine(JsonSerializer.Serialize(result, ReportJson.Default.AbortResult));
        else if (result.Status == "not_running")
            Console.WriteLine($"Nothing runs in {SessionName.Short(session)}.");
        else
            Console.WriteLine($"Stopped {SessionName.Short(session)}; what it made is kept.");
        return ExitCodes.Ok;
    }
}
