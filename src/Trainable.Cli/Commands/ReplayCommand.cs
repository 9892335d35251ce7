using System.CommandLine;
using Trainable.Cli.Api;
using Trainable.Cli.Serving;
using Trainable.Cli.Terminal;
using Trainable.Contracts;

namespace Trainable.Cli.Commands;

/// <summary><c>trainable replay</c>: runs a session's recorded replies again, and says what of it is the same.</summary>
internal static class ReplayCommand
{
    public static Command Create(IDictionary<Command, string> lessons)
    {
        var session = Shared.Session();
        var home = Shared.Home();
        var json = Shared.Json("One event a line and a summary last; the event 'replay' holds the comparison.");
        var command = new Command(
            "replay",
            "Run a session's recorded replies again, with no model and no cost, and compare every file."
        )
        {
            session,
            home,
            json,
        };
        command.SetAction(
            (line, _) =>
                ExecuteAsync(
                    line.GetRequiredValue(session),
                    line.GetValue(home),
                    line.GetValue(json),
                    TimeProvider.System
                )
        );
        lessons[command] = """
            Examples:
              trainable replay latest
              trainable replay 0192f3a1 --json | jq 'select(.type=="replay") | .data.first'

            A new session on the same data runs the same replies through the same loop and sandbox: scripts run again, questions get
            the answers they got, approvals the decisions. No model is asked, no key is needed and nothing is paid. Files are compared
            by their SHA-256; where bytes differ, by what they mean: text but for times, tables by their cells, models by what they
            answer on the held rows. Which of these held is said for each.

            Exit codes: 0 every file is the same, 1 one is not (the first that differs is named, and where), 130 cancelled.
            """;
        return command;
    }

    private static async Task<int> ExecuteAsync(string name, string? home, bool json, TimeProvider clock)
    {
        using var interrupts = new Interrupts();
        var began = clock.GetTimestamp();
        Requirements.Check(home);
        await using var server = await HomeServer.OpenAsync(home, 0, "replay", clock, interrupts.Token);
        var original = await SessionName.ResolveAsync(server.Api, name, interrupts.Token);
        var started = await server.Api.ReplayAsync(original, interrupts.Token);
        var watched = new Verdict(Views.Create(Stages.All, json, clock));
        SessionEnd end;
        await using (watched)
        {
            watched.Notice($"Replaying {SessionName.Short(original)} in {SessionName.Short(started.SessionId)}.");
            end = await new RunWatch(server, watched, clock).UntilQuietAsync(
                started.SessionId,
                after: 0,
                runs: 0,
                interrupts.Token
            );
        }
        await RunWatch.ReportAsync(server, started.SessionId, json, clock.GetElapsedTime(began));
        return watched.Result switch
        {
            { Verdict: ReplayVerdicts.Same } => ExitCodes.Ok,
            null when end == SessionEnd.Cancelled => ExitCodes.Cancelled,
            _ => ExitCodes.Failed,
        };
    }

    /// <summary>Shows a replay and keeps what it came to.</summary>
    private sealed class Verdict(IRunView view) : IRunView
    {
        public ReplayResult? Result { get; private set; }

        public void Show(StreamEvent item)
        {
            if (item.Type == EventTypes.Replay)
                Result = EventData.Read<ReplayResult>(item);
            view.Show(item);
        }

        public void Notice(string sentence) => view.Notice(sentence);

        public ValueTask DisposeAsync() => view.DisposeAsync();
    }
}
