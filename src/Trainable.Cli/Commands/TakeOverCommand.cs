using System.CommandLine;
using Trainable.Cli.Api;
using Trainable.Cli.Serving;
using Trainable.Cli.Terminal;
using Trainable.Contracts;

namespace Trainable.Cli.Commands;

/// <summary><c>trainable takeover</c>: lets autopilot, or another model, go on with a stage that stopped.</summary>
internal static class TakeOverCommand
{
    public static Command Create(IDictionary<Command, string> lessons)
    {
        var session = Shared.Session();
        var model = new Option<string?>("--model")
        {
            HelpName = "ID",
            Description = "Who goes on; autopilot otherwise, which needs no key and no network.",
        };
        var home = Shared.Home();
        var json = Shared.Json("One event a line and a summary last; nothing else on stdout.");
        var command = new Command("takeover", "Let autopilot go on with a stage whose model failed or was stopped.")
        {
            session,
            model,
            home,
            json,
        };
        command.SetAction(
            (line, _) =>
                ExecuteAsync(
                    line.GetRequiredValue(session),
                    line.GetValue(model),
                    line.GetValue(home),
                    line.GetValue(json),
                    TimeProvider.System
                )
        );
        lessons[command] = """
            Examples:
              trainable takeover latest
              trainable takeover 0192f3a1 --model gpt-5

            For when a key, a quota or the network has failed for good: the stage that stopped last goes on from where it stands, with
            the same instructions, and the stages that were to follow it follow. autopilot first asks the referee whether what is
            there already holds, and does the stage itself where it does not; what the other agent left stays.
            """;
        return command;
    }

    private static async Task<int> ExecuteAsync(string name, string? model, string? home, bool json, TimeProvider clock)
    {
        using var interrupts = new Interrupts();
        var began = clock.GetTimestamp();
        Requirements.Check(home);
        await using var server = await HomeServer.OpenAsync(home, 0, "takeover", clock, interrupts.Token);
        var session = await SessionName.ResolveAsync(server.Api, name, interrupts.Token);
        var detail = await server.Api.GetSessionAsync(session, interrupts.Token);
        var last =
            detail.Runs.LastOrDefault(run => run.Kind == RunKinds.Stage)
            ?? throw new CommandException("Nothing has run in this session yet, so there is nothing to take over.");
        await server.Api.StartStageAsync(
            session,
            last.Stage,
            new StartStageRequest { Model = model, TakeOver = true },
            interrupts.Token
        );
        SessionEnd end;
        await using (var view = Views.Create([last.Stage, .. Stages.After(last.Stage)], json, clock))
            end = await new RunWatch(server, view, clock).UntilQuietAsync(
                session,
                detail.LastSeq,
                detail.Runs.Count,
                interrupts.Token
            );
        await RunWatch.ReportAsync(server, session, json, clock.GetElapsedTime(began));
        return RunWatch.ExitCode(end);
    }
}
