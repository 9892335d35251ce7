using System.CommandLine;
using Trainable.Cli.Api;
using Trainable.Cli.Arguments;
using Trainable.Cli.Serving;
using Trainable.Cli.Terminal;
using Trainable.Contracts;

namespace Trainable.Cli.Commands;

/// <summary><c>trainable logs</c>: a session's events, as they were and as they come.</summary>
internal static class LogsCommand
{
    private static readonly IReadOnlyList<string> Shown =
    [
        .. EventTypes.All.Where(type => type != EventTypes.AgentMessageDelta),
    ];

    public static Command Create(IDictionary<Command, string> lessons)
    {
        var session = Shared.Session();
        var follow = new Option<bool>("--follow", "-f")
        {
            Description = "Go on with what comes, until the run ends or Ctrl-C.",
        };
        var after = new Option<long>("--after") { HelpName = "SEQ", Description = "Only events after this number." };
        after.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !(long.TryParse(token.Value, out var seq) && seq >= 0))
                result.AddError($"--after is '{token.Value}'; it takes an event's number, 0 or more.");
        });
        var types = new Option<string?>("--type")
        {
            HelpName = "T,…",
            Description = "Only these types of event, separated by commas.",
        };
        types.CompletionSources.Add([.. Shown]);
        types.Validators.Add(result =>
        {
            foreach (var unknown in Split(result.Tokens is [var token] ? token.Value : "").Except(Shown))
                result.AddError($"There is no type of event '{unknown}'.{NearestWord.Hint(unknown, Shown)}");
        });
        var home = Shared.Home();
        var json = Shared.Json("One event a line as JSON.");
        var command = new Command("logs", "Print a session's log: time, stage, what happened.")
        {
            session,
            follow,
            after,
            types,
            home,
            json,
        };
        command.SetAction(
            (line, _) =>
                ExecuteAsync(
                    line.GetRequiredValue(session),
                    line.GetValue(follow),
                    line.GetValue(after),
                    Split(line.GetValue(types) ?? "").ToHashSet(StringComparer.Ordinal),
                    line.GetValue(home),
                    line.GetValue(json)
                )
        );
        lessons[command] = $"""
            Examples:
              trainable logs latest
              trainable logs latest -f                       until the run ends; Ctrl-C leaves, and the run goes on
              trainable logs 0192f3a1 --type agent_message,agent_error
              trainable logs latest --json --after 120 | jq -r .type

            Types:
              {string.Join(" ", Shown.Take(8))}
              {string.Join(" ", Shown.Skip(8).Take(6))}
              {string.Join(" ", Shown.Skip(14))}
            """;
        return command;
    }

    private static async Task<int> ExecuteAsync(
        string name,
        bool follow,
        long after,
        HashSet<string> types,
        string? home,
        bool json
    )
    {
        using var interrupts = new Interrupts();
        await using var server = await HomeServer.OpenAsync(
            home,
            0,
            follow ? HomeServer.Following : "logs",
            TimeProvider.System,
            interrupts.Token
        );
        var session = await SessionName.ResolveAsync(server.Api, name, interrupts.Token);
        await using IRunView view = json
            ? new JsonView(Console.Out, types)
            : new LogView(new LogLines(TimeProvider.System.LocalTimeZone), types);
        var log = new SessionLog(server, TimeProvider.System) { Interrupted = view.Notice };
        try
        {
            await foreach (var item in log.ReadAsync(session, after, follow, interrupts.Token))
                view.Show(item);
            return ExitCodes.Ok;
        }
        catch (OperationCanceledException) when (interrupts.Token.IsCancellationRequested)
        {
            if (server.LeavesRunBehind is { } sentence)
                view.Notice(sentence);
            return ExitCodes.Cancelled;
        }
    }

    private static string[] Split(string list) =>
        list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
