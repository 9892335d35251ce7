using System.CommandLine;
using System.Text.Json;
using Trainable.Cli.Api;
using Trainable.Cli.Serving;
using Trainable.Cli.Terminal;
using Trainable.Contracts;

namespace Trainable.Cli.Commands;

/// <summary><c>trainable exec</c>: a script in a session's sandbox, with its output and its exit code.</summary>
internal static class ExecCommand
{
    public static Command Create(IDictionary<Command, string> lessons)
    {
        var session = Shared.Session();
        var script = new Argument<string>("SCRIPT") { Description = "A Python file, or '-' for standard input." };
        var home = Shared.Home();
        var command = new Command("exec", "Run a script in a session's sandbox, as its agent would.")
        {
            session,
            script,
            home,
        };
        command.SetAction(
            (line, _) =>
                ExecuteAsync(line.GetRequiredValue(session), line.GetRequiredValue(script), line.GetValue(home))
        );
        lessons[command] = """
            The script's working directory is the session's: eda/, prep/ and train/ lie in it. What it writes there stays, and
            the script itself is kept in exec/. The exit code is the script's own.

            Examples:
              trainable exec latest check.py
              echo "import os; print(os.listdir('eda'))" | trainable exec latest -
            """;
        return command;
    }

    private static async Task<int> ExecuteAsync(string name, string path, string? home)
    {
        using var interrupts = new Interrupts();
        var code = await ReadAsync(path, interrupts.Token);
        await using var server = await HomeServer.OpenAsync(home, 0, "exec", TimeProvider.System, interrupts.Token);
        var session = await SessionName.ResolveAsync(server.Api, name, interrupts.Token);
        await using var stream = await server.Api.OpenExecAsync(session, code, interrupts.Token);
        using var lines = new StreamReader(stream);
        while (await lines.ReadLineAsync(interrupts.Token) is { } line)
        {
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.GetProperty("type").GetString() == "end")
                return End(document.Deserialize(ContractJson.Default.ExecEnded)!);
            Write(document.Deserialize(ContractJson.Default.ExecOutput)!);
        }
        throw new CommandException("The server went away before the script's end; it is not known what it did.");
    }

    private static async Task<string> ReadAsync(string path, CancellationToken cancellation)
    {
        if (path == "-")
            return await Console.In.ReadToEndAsync(cancellation);
        if (!File.Exists(path))
            throw new CommandException($"There is no file '{path}'.", ExitCodes.Usage);
        return await File.ReadAllTextAsync(path, cancellation);
    }

    private static void Write(ExecOutput output)
    {
        // Hostile text for a terminal; what a program reads gets the bytes as they are.
        if (output.Stream == "stderr")
            Console.Error.Write(Console.IsErrorRedirected ? output.Text : CleanText.Block(output.Text));
        else if (output.Stream == "stdout")
            Console.Out.Write(Console.IsOutputRedirected ? output.Text : CleanText.Block(output.Text));
    }

    private static int End(ExecEnded end)
    {
        if (end.Outcome is not ("ok" or "error"))
            Console.Error.WriteLine(CleanText.Line(end.Sentence));
        return end.Outcome switch
        {
            "ok" => ExitCodes.Ok,
            "cancelled" => ExitCodes.Cancelled,
            _ => end.ExitCode is > 0 and var code ? code : ExitCodes.Failed,
        };
    }
}
