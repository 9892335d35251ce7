using System.CommandLine;
using Trainable.Cli.Api;
using Trainable.Cli.Serving;
using Trainable.Cli.Terminal;
using Trainable.Contracts;

namespace Trainable.Cli.Commands;

/// <summary><c>trainable chat</c>: says something to a session's agent.</summary>
internal static class ChatCommand
{
    public static Command Create(IDictionary<Command, string> lessons)
    {
        var session = Shared.Session();
        var message = new Argument<string?>("MESSAGE")
        {
            Description = "What to say; without it lines are read from the terminal and answers shown.",
            DefaultValueFactory = _ => null,
        };
        var start = Shared.Choice("--start", "Start this stage with MESSAGE as its instructions.", Stages.All);
        var model = new Option<string?>("--model")
        {
            HelpName = "ID",
            Description = "The model that drives the started stage, or answers where nothing runs.",
        };
        var home = Shared.Home();
        var command = new Command("chat", "Say something to a session's agent, or talk with it while it works.")
        {
            session,
            message,
            start,
            model,
            home,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(start) is not null && string.IsNullOrWhiteSpace(result.GetValue(message)))
                result.AddError("--start needs a MESSAGE: it becomes the stage's instructions.");
        });
        command.SetAction(
            (line, _) =>
                ExecuteAsync(
                    line.GetRequiredValue(session),
                    line.GetValue(message),
                    line.GetValue(start),
                    line.GetValue(model),
                    line.GetValue(home),
                    TimeProvider.System
                )
        );
        lessons[command] = """
            Examples:
              trainable chat latest "drop the customer_id column"
              trainable chat latest                          Ctrl-D ends; the run goes on
              trainable chat latest "try log(price)" --start prep

            A running stage reads messages at its next turn; what it asks is answered first, and a script that waits for approval
            takes y, n REASON or e FILE. When nothing runs the agent of the last stage answers, and nothing is started again;
            --start gives the message to a stage as its instructions and shows it to its end. Autopilot, the built-in model, is not
            steered by messages: it says so, follows what a session's settings say, and names what it cannot do.
            """;
        return command;
    }

    private static async Task<int> ExecuteAsync(
        string name,
        string? message,
        string? start,
        string? model,
        string? home,
        TimeProvider clock
    )
    {
        using var interrupts = new Interrupts();
        if (start is not null)
            Requirements.Check(home);
        await using var server = await HomeServer.OpenAsync(home, 0, HomeServer.Chatting, clock, interrupts.Token);
        var session = await SessionName.ResolveAsync(server.Api, name, interrupts.Token);
        if (start is not null)
            return await StartAsync(server, session, start, message!, model, clock, interrupts.Token);
        var detail = await server.Api.GetSessionAsync(session, interrupts.Token);
        if (Listener.Of(detail) is not { } listener)
        {
            if (string.IsNullOrWhiteSpace(message))
                throw new CommandException(
                    $"Nothing runs in {SessionName.Short(session)}. Ask something: "
                        + $"./trainable chat {SessionName.Short(session)} \"why this target?\", "
                        + "or start a stage with your words: --start eda|prep|train"
                );
            return await FollowUpAsync(server, session, detail.LastSeq, message, model, clock, interrupts.Token);
        }
        if (message is not null && detail.Questions is [var question, ..])
        {
            var answer = Answer.Read(question, message) ?? throw new CommandException(Answer.Form, ExitCodes.Usage);
            await server.AskAsync(
                api => api.AnswerAsync(session, question.Id, answer, interrupts.Token),
                interrupts.Token
            );
            Console.WriteLine("Answered; the agent goes on.");
            return ExitCodes.Ok;
        }
        if (message is null)
            return await new Conversation(server, session, listener, clock).TalkAsync(detail.LastSeq, interrupts.Token);
        if (string.IsNullOrWhiteSpace(message))
            throw new CommandException("The message is empty; nothing was sent.", ExitCodes.Usage);
        await server.AskAsync(api => api.PostMessageAsync(session, message, null, interrupts.Token), interrupts.Token);
        Console.WriteLine(listener.AfterSending);
        if (server.Own is not null)
            Console.WriteLine("Nobody serves the home now: './trainable logs -f' or 'up' takes the run up again.");
        return ExitCodes.Ok;
    }

    /// <summary>Asks about what was done, and shows the answer.</summary>
    private static async Task<int> FollowUpAsync(
        HomeServer server,
        Guid session,
        long after,
        string message,
        string? model,
        TimeProvider clock,
        CancellationToken interrupt
    )
    {
        await using var view = new ChatView(Console.Out, clock);
        view.Sent(message);
        await server.AskAsync(api => api.PostMessageAsync(session, message, model, interrupt), interrupt);
        var log = new SessionLog(server, clock) { Interrupted = view.Notice };
        await foreach (var item in log.ReadAsync(session, after, follow: true, interrupt))
            view.Show(item);
        return ExitCodes.Ok;
    }

    private static async Task<int> StartAsync(
        HomeServer server,
        Guid session,
        string stage,
        string instructions,
        string? model,
        TimeProvider clock,
        CancellationToken interrupt
    )
    {
        var started = clock.GetTimestamp();
        var detail = await server.Api.GetSessionAsync(session, interrupt);
        await server.Api.StartStageAsync(
            session,
            stage,
            new StartStageRequest { Instructions = instructions, Model = model },
            interrupt
        );
        SessionEnd end;
        await using (var view = Views.Create([stage], json: false, clock))
            end = await new RunWatch(server, view, clock).UntilEndAsync(session, detail.LastSeq, stage, interrupt);
        await RunWatch.ReportAsync(server, session, json: false, clock.GetElapsedTime(started));
        return RunWatch.ExitCode(end);
    }
}
