using Trainable.Cli.Api;
using Trainable.Cli.Serving;
using Trainable.Cli.Terminal;
using Trainable.Contracts;

namespace Trainable.Cli.Commands;

/// <summary>A person and a running agent: lines go in, what the agent says and does comes out as it happens.</summary>
internal sealed class Conversation(HomeServer server, Guid session, Listener listener, TimeProvider clock)
{
    /// <summary>What the agent waits for an answer to.</summary>
    private volatile QuestionItem? _asked;

    /// <summary>Goes on until the person ends it or the run does; a pipe that ends is waited out, so that its answers are seen.</summary>
    public async Task<int> TalkAsync(long after, CancellationToken interrupt)
    {
        await using var view = new ChatView(Console.Out, clock);
        view.Notice(
            $"{Words.Stage(listener.Stage)} is running with {listener.Model}. "
                + (Console.IsInputRedirected ? "" : "Write and press Enter; Ctrl-D ends, and the run goes on.")
        );
        if (!listener.Listens)
            view.Notice($"Note that {Listener.Deaf}");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(interrupt);
        var showing = ShowAsync(view, after, stop.Token);
        try
        {
            if (await SpeakAsync(view, showing, stop.Token) && !Console.IsInputRedirected)
                return Leave(view, ExitCodes.Ok);
            await showing;
            view.Notice("The run has ended; nobody reads messages any more.");
            return ExitCodes.Ok;
        }
        catch (OperationCanceledException) when (interrupt.IsCancellationRequested)
        {
            return Leave(view, ExitCodes.Cancelled);
        }
        finally
        {
            await stop.CancelAsync();
            await showing.ContinueWith(static _ => { }, TaskScheduler.Default);
        }
    }

    /// <summary>Sends lines until there are no more (true), or what is shown has come to its end (false).</summary>
    private async Task<bool> SpeakAsync(ChatView view, Task showing, CancellationToken cancellation)
    {
        while (true)
        {
            // A console is read blocking, and cannot be let go of; the process ends without waiting for this thread.
            var reading = Task.Run(Console.In.ReadLine, CancellationToken.None);
            if (await Task.WhenAny(reading, showing).WaitAsync(cancellation) == showing)
                return false;
            if (await reading is not { } line)
                return true;
            if (string.IsNullOrWhiteSpace(line))
                continue;
            view.Sent(line);
            if (_asked is { } question)
                await AnswerAsync(view, question, line, cancellation);
            else
                await server.AskAsync(api => api.PostMessageAsync(session, line, null, cancellation), cancellation);
        }
    }

    private async Task ShowAsync(ChatView view, long after, CancellationToken cancellation)
    {
        var detail = await server.AskAsync(api => api.GetSessionAsync(session, cancellation), cancellation);
        _asked = detail.Questions.Count > 0 ? detail.Questions[0] : null;
        if (_asked is { } waiting)
            view.Notice($"The agent asks: {waiting.Text}");
        var log = new SessionLog(server, clock) { Interrupted = view.Notice };
        await foreach (var item in log.ReadAsync(session, after, follow: true, cancellation))
        {
            view.Show(item);
            if (item.Type == EventTypes.Question)
                _asked = EventData.TryQuestion(item);
            else if (item.Type == EventTypes.QuestionAnswered)
                _asked = null;
        }
    }

    private async Task AnswerAsync(ChatView view, QuestionItem question, string line, CancellationToken cancellation)
    {
        if (Answer.Read(question, line) is not { } answer)
        {
            view.Notice(Answer.Form);
            return;
        }
        try
        {
            await server.AskAsync(api => api.AnswerAsync(session, question.Id, answer, cancellation), cancellation);
        }
        catch (ApiException late) when (late.Status == 409)
        {
            view.Notice(late.Message);
        }
    }

    private int Leave(ChatView view, int exitCode)
    {
        if (server.LeavesRunBehind is { } sentence)
            view.Notice(sentence);
        return exitCode;
    }
}
