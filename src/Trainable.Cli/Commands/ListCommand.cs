using System.CommandLine;
using System.Text.Json;
using Trainable.Cli.Api;
using Trainable.Cli.Serving;
using Trainable.Cli.Terminal;
using Trainable.Contracts;

namespace Trainable.Cli.Commands;

/// <summary><c>trainable ls</c>: experiments and their sessions, newest first.</summary>
internal static class ListCommand
{
    public static Command Create(IDictionary<Command, string> lessons)
    {
        var count = new Option<int>("--count", "-n")
        {
            HelpName = "N",
            Description = "How many experiments to look at.",
            DefaultValueFactory = _ => 30,
        };
        var home = Shared.Home();
        var json = Shared.Json("A JSON array instead of a table.");
        var command = new Command("ls", "List experiments and their sessions.") { count, home, json };
        command.SetAction((line, _) => ExecuteAsync(line.GetValue(home), line.GetValue(count), line.GetValue(json)));
        lessons[command] = """
            Examples:
              trainable ls
              trainable ls --json | jq -r '.[] | select(.state=="failed") | .session_id'
            """;
        return command;
    }

    private static async Task<int> ExecuteAsync(string? home, int count, bool json)
    {
        using var interrupts = new Interrupts();
        await using var server = await HomeServer.OpenAsync(home, 0, "ls", TimeProvider.System, interrupts.Token);
        var experiments = await server.Api.ListExperimentsAsync(count, interrupts.Token);
        var sessions = await SessionName.SessionsOfAsync(
            server.Api,
            experiments[..Math.Min(count, experiments.Length)],
            interrupts.Token
        );
        var usage = (await server.Api.UsageAsync(interrupts.Token)).ToDictionary(item => item.Key);
        var rows = sessions
            .Select(pair => (pair, Spent: usage.GetValueOrDefault(pair.Session.Id.ToString())))
            .Select(row => new SessionRow(
                row.pair.Session.Id,
                row.pair.Experiment.Id,
                row.pair.Experiment.Name,
                row.pair.Session.State,
                row.pair.Session.UpdatedAt,
                row.Spent?.CostUsd ?? 0,
                row.Spent is { } spent ? spent.InputTokens + spent.OutputTokens : 0
            ))
            .ToArray();
        if (json)
            Console.WriteLine(JsonSerializer.Serialize(rows, ReportJson.Default.SessionRowArray));
        else
            Views.Print(Lines(rows, TimeProvider.System.GetUtcNow().UtcDateTime));
        return ExitCodes.Ok;
    }

    private static IEnumerable<TextLine> Lines(SessionRow[] rows, DateTime now)
    {
        if (rows.Length == 0)
        {
            yield return TextLine.Of("There are no sessions yet. './trainable run sample:iris' makes one.");
            yield break;
        }
        yield return TextLine.Of($"{"SESSION", -15}{"EXPERIMENT", -32}{"STATE", -20}{"COST", -10}UPDATED", Tone.Quiet);
        foreach (var row in rows)
        {
            yield return TextLine
                .Of($"{SessionName.Short(row.SessionId), -15}", Tone.Strong)
                .Add($"{Fit(CleanText.Line(row.Name), 30), -32}")
                .Add($"{Words.State(row.State), -20}", ToneOf(row.State))
                .Add($"{(row.Tokens > 0 ? Words.Dollars(row.CostUsd) : ""), -10}")
                .Add(Words.Ago(now - row.UpdatedAt), Tone.Quiet);
        }
    }

    private static string Fit(string text, int width) => text.Length <= width ? text : text[..(width - 1)] + "…";

    private static Tone ToneOf(string state) =>
        state switch
        {
            SessionStates.Failed => Tone.Failed,
            SessionStates.Cancelled => Tone.Warning,
            _ when SessionStates.IsRunning(state) => Tone.Running,
            _ when SessionStates.IsDone(state) => Tone.Done,
            _ => Tone.Quiet,
        };
}
