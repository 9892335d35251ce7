using System.CommandLine;
using Trainable.Cli.Serving;

namespace Trainable.Cli.Commands;

/// <summary><c>trainable up</c>: serves the API until Ctrl-C.</summary>
internal static class UpCommand
{
    private const string Lesson = """
        Examples:
          trainable up
          trainable up --port 0 --no-open          any free port
          TRAINABLE_HOST=0.0.0.0 trainable up      for other machines too; the token in the URL is the key

        Environment:
          TRAINABLE_HOME, TRAINABLE_PORT, TRAINABLE_HOST
          TRAINABLE_TOKEN    a token of your own instead of a random one
          TRAINABLE_AUTH     'none' asks for no token, for trusted set-ups
          TRAINABLE_ORIGINS  other front ends that may call the API, separated by commas
          DATABASE_URL       a PostgreSQL database instead of SQLite: postgres://user:password@host/database
        """;

    public static Command Create(IDictionary<Command, string> lessons)
    {
        var port = new Option<int?>("--port")
        {
            HelpName = "PORT",
            Description = "Where to listen; 8000 otherwise, 0 for any free port.",
        };
        port.Validators.Add(result =>
        {
            if (
                result.Tokens is [var token]
                && (!int.TryParse(token.Value, out var number) || number is < 0 or > 65_535)
            )
                result.AddError($"--port is '{token.Value}'; a port lies between 0 and 65535.");
        });
        var noOpen = new Option<bool>("--no-open") { Description = "Do not open the browser." };
        var home = Shared.Home();
        var command = new Command(
            "up",
            "Serve the studio and the API until Ctrl-C, and open the studio in the browser."
        )
        {
            port,
            home,
            noOpen,
        };
        command.SetAction((line, _) => ExecuteAsync(line.GetValue(home), line.GetValue(port), !line.GetValue(noOpen)));
        lessons[command] = Lesson;
        return command;
    }

    private static async Task<int> ExecuteAsync(string? home, int? port, bool open)
    {
        using var interrupts = new Interrupts();
        await using var server = await HomeServer.OpenAsync(home, port, "up", TimeProvider.System, interrupts.Token);
        if (server.Owner is { } owner)
        {
            var until = owner.Command == "up" ? "" : $", until that '{owner.Command}' has ended";
            Console.WriteLine($"{server.Home.Root} is served already, by process {owner.Pid}{until}:");
            Console.WriteLine($"  {Link(owner.Url, owner.Token)}");
            if (open)
                Browser.TryOpen(Link(owner.Url, owner.Token));
            return ExitCodes.Ok;
        }
        var own = server.Own!;
        var link = Link(own.Url, own.Token);
        Console.WriteLine($"Trainable is at  {link}");
        Console.WriteLine($"Home {server.Home.Root} · Ctrl-C stops it; what runs goes on at the next start.");
        if (open)
            Browser.TryOpen(link);
        var interrupted = Task.Delay(Timeout.InfiniteTimeSpan, interrupts.Token);
        if (await Task.WhenAny(own.Stopped, interrupted) == interrupted)
            return ExitCodes.Ok;
        throw new CommandException(
            $"The server stopped by itself; {Path.Combine(server.Home.Logs, "server.log")} says why."
        );
    }

    private static Uri Link(Uri url, string token) => new(url, $"/?token={Uri.EscapeDataString(token)}");
}
