using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Agents.Recordings;
using Trainable.Server.Agents.Tools;
using Trainable.Server.Events;
using Trainable.Server.Storage;

namespace Trainable.Server.Agents.Steering;

/// <summary>
/// What runs ask people. A question is stored before it is shown and so is its answer before the run goes on; a run that is
/// resumed finds the one or the other, and asks nothing twice. Of several answers, and the time that runs out, the first counts.
/// </summary>
internal sealed class Questions(IDbContextFactory<TrainableDb> databases, TimeProvider clock)
{
    /// <summary>How long an answer waits for a run that is just being resumed.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<Guid, Open> _open = new();

    private sealed class Open
    {
        public TaskCompletionSource<QuestionAnswered> Given { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>What was recorded; null when the question was withdrawn.</summary>
        public TaskCompletionSource<QuestionAnswered?> Recorded { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Asks, and waits for the answer or until the question expires. It costs the run no time.</summary>
    /// <param name="question">The question; its id and expiry are those of an earlier one where the call asked before.</param>
    /// <param name="scope">The run that asks.</param>
    /// <param name="cancellation">Ends the wait; the question stays pending for a run that is resumed.</param>
    public async Task<QuestionAnswered> AskAsync(QuestionItem question, ToolScope scope, CancellationToken cancellation)
    {
        var stored = await FindAsync(scope.Context.RunId, question.CallId!, cancellation);
        if (stored?.Answer is { } known)
            return JsonSerializer.Deserialize(known, ContractJson.Default.QuestionAnswered)!;
        if (stored is not null)
            question = JsonSerializer.Deserialize(stored.Shown, ContractJson.Default.QuestionItem)!;
        var open = _open.GetOrAdd(question.Id, static _ => new Open());
        try
        {
            if (stored is null)
                await ShowAsync(question, scope);
            var asked = clock.GetTimestamp();
            var answer = scope.Recording is { } recording
                ? Recorded(recording, question)
                : await WaitAsync(question, open, cancellation);
            var waited = clock.GetElapsedTime(asked);
            scope.Budget.Pause(waited);
            await RecordAsync(answer, scope, waited);
            open.Recorded.TrySetResult(answer);
            return answer;
        }
        finally
        {
            _open.TryRemove(question.Id, out _);
            open.Recorded.TrySetResult(null);
        }
    }

    /// <summary>When a question asked now stops waiting.</summary>
    public DateTime Expiry(TimeSpan timeout) => clock.GetUtcNow().UtcDateTime + timeout;

    /// <summary>Answers a question that is stored as pending; null when it waits no more.</summary>
    public async Task<QuestionAnswered?> AnswerAsync(QuestionAnswered answer, CancellationToken cancellation)
    {
        // A run that is being resumed has not asked again yet: the answer waits for it.
        var open = _open.GetOrAdd(answer.Id, static _ => new Open());
        if (!open.Given.TrySetResult(answer))
            return null;
        try
        {
            return await open.Recorded.Task.WaitAsync(Patience, clock, cancellation);
        }
        catch (TimeoutException)
        {
            _open.TryRemove(new KeyValuePair<Guid, Open>(answer.Id, open));
            return null;
        }
    }

    /// <summary>What was answered when the question was recorded; nobody is waited for.</summary>
    private static QuestionAnswered Recorded(Recording recording, QuestionItem question) =>
        recording.AnswerOf(question.CallId!) is { } answer
            ? answer with
            {
                Id = question.Id,
            }
            : new QuestionAnswered(question.Id) { By = "timeout", Stage = question.Stage };

    private async Task<QuestionAnswered> WaitAsync(QuestionItem question, Open open, CancellationToken cancellation)
    {
        if (question.ExpiresAt is not { } expiry)
            return await open.Given.Task.WaitAsync(cancellation);
        var left = expiry - clock.GetUtcNow().UtcDateTime;
        try
        {
            return await open.Given.Task.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, clock, cancellation);
        }
        catch (TimeoutException)
        {
            var late = new QuestionAnswered(question.Id) { By = "timeout", Stage = question.Stage };
            // An answer that came at this very moment counts.
            return open.Given.TrySetResult(late) ? late : await open.Given.Task;
        }
    }

    private async Task<Question?> FindAsync(Guid run, string call, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db
            .Questions.AsNoTracking()
            .FirstOrDefaultAsync(row => row.RunId == run && row.CallId == call, cancellation);
    }

    private static Task ShowAsync(QuestionItem question, ToolScope scope) =>
        scope.Journal.AppendAsync(
            EventTypes.Question,
            question,
            ContractJson.Default.QuestionItem,
            new AddQuestion(question, scope.Context.RunId),
            new SetActivity(Activities.Waiting)
        );

    private static Task RecordAsync(QuestionAnswered answer, ToolScope scope, TimeSpan waited) =>
        scope.Journal.AppendAsync(
            EventTypes.QuestionAnswered,
            answer,
            ContractJson.Default.QuestionAnswered,
            new EndQuestion(
                answer,
                answer.By == "user" ? QuestionStatuses.Answered : QuestionStatuses.Expired,
                scope.Context.RunId,
                waited.TotalSeconds
            ),
            new SetActivity(scope.Context.IsChat ? Activities.Chatting : null)
        );
}
