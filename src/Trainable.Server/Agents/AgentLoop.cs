using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;
using Trainable.Contracts;
using Trainable.Server.Agents.Models;
using Trainable.Server.Agents.Tools;
using Trainable.Server.Events;
using Trainable.Server.Platform;
using Trainable.Server.Storage;

namespace Trainable.Server.Agents;

/// <summary>How a loop ended, and the referee's report when it accepted the outputs.</summary>
internal sealed record LoopEnd(LoopEndReason Reason, string Sentence, CheckReport? Accepted = null);

internal enum LoopEndReason
{
    /// <summary>The referee accepted the stage's outputs.</summary>
    Accepted,

    /// <summary>The model stopped calling tools without being accepted.</summary>
    Stopped,
    TurnsExhausted,
    BudgetExhausted,
    ModelFailed,
}

/// <summary>
/// Reply, tools, reply, … until the referee accepts the outputs or the budget ends. A reply is stored before its tools run
/// and each result as it ends, so the loop goes on after a crash from what is stored.
/// </summary>
internal sealed partial class AgentLoop(
    IModels models,
    IEnumerable<IAgentTool> tools,
    StagePrompt prompt,
    EventLog log,
    LiveFeeds feeds,
    IDbContextFactory<TrainableDb> databases,
    TimeProvider clock,
    ILogger<AgentLoop> logger
)
{
    /// <summary>How a result starts when nobody knows how its call ended.</summary>
    public const string Interrupted = "interrupted";

    private const int MaxTurns = 30;

    /// <summary>How often a reply without any tool call is answered with a reminder.</summary>
    private const int MaxReminders = 1;

    private const string Reminder =
        "The stage is not done until the referee has accepted its outputs: go on, or call finish_stage.";

    private readonly Dictionary<string, IAgentTool> _tools = tools.ToDictionary(
        tool => tool.Declaration.Name,
        StringComparer.Ordinal
    );

    public async Task<LoopEnd> RunAsync(StageContext context, CancellationToken cancellation)
    {
        using var client = models.Open(context.Model);
        var journal = new RunJournal(log, feeds, context);
        var budget = new StageBudget(context, clock);
        var scope = new ToolScope(context, journal) { TimeLeft = () => budget.Left };
        var conversation = await LoadAsync(context, cancellation);
        var inbox = new UserInbox(databases, context, conversation);
        var notices = await TakeUpAsync(context, journal, conversation, budget, cancellation);

        while (true)
        {
            // What the last reply asked for: the one just streamed, or after a restart the one that was kept.
            if (await AnswerAsync(conversation, scope, cancellation) is { } accepted)
                return accepted;
            if (conversation is { Turns: > 0, Calls.Count: 0 })
            {
                if (conversation.IdleReplies > MaxReminders)
                    return new LoopEnd(
                        LoopEndReason.Stopped,
                        "the agent stopped before the referee had accepted its outputs"
                    );
                notices.Add(new ChatMessage(ChatRole.User, ReplyFlaws.Of(conversation.Messages[^1]) ?? Reminder));
            }
            if (conversation.Turns - conversation.InterruptedTurns >= MaxTurns)
                return new LoopEnd(LoopEndReason.TurnsExhausted, $"all {MaxTurns} turns were used");
            if (budget.Warning() is { } warning)
            {
                await journal.AppendAsync(EventTypes.BudgetWarning, warning, ContractJson.Default.BudgetWarning);
                notices.Add(new ChatMessage(ChatRole.User, warning.Message));
            }
            if (budget.Over)
            {
                if (budget.FinalTurnTaken)
                    return new LoopEnd(
                        LoopEndReason.BudgetExhausted,
                        $"the time budget of {budget.Describe()} ran out"
                    );
                budget.FinalTurnTaken = true;
            }
            notices.AddRange(await inbox.TakeAsync(cancellation));
            if (!await AskAsync(client, context, journal, conversation, notices, cancellation))
                return new LoopEnd(LoopEndReason.ModelFailed, $"the model '{context.Model}' gave no usable reply");
            notices = [];
        }
    }

    /// <summary>
    /// Sets right what a process that died left open: calls that had begun are answered as interrupted, those that had not
    /// stay to be made; what was warned of is not warned of again. Returns what the model has yet to be told.
    /// </summary>
    private async Task<List<ChatMessage>> TakeUpAsync(
        StageContext context,
        RunJournal journal,
        Conversation conversation,
        StageBudget budget,
        CancellationToken cancellation
    )
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var begun = new HashSet<string>(StringComparer.Ordinal);
        var notices = new List<ChatMessage>();
        await foreach (
            var item in db
                .SessionEvents.AsNoTracking()
                .Where(row => row.SessionId == context.SessionId && row.CreatedAt >= context.StartedAt)
                .Where(row => row.Type == EventTypes.ToolStart || row.Type == EventTypes.BudgetWarning)
                .OrderBy(row => row.Seq)
                .AsAsyncEnumerable()
                .WithCancellation(cancellation)
        )
        {
            if (item.Type == EventTypes.ToolStart)
            {
                begun.Add(JsonSerializer.Deserialize(item.Data, ContractJson.Default.ToolStarted)!.CallId ?? "");
                continue;
            }
            var given = JsonSerializer.Deserialize(item.Data, ContractJson.Default.BudgetWarning)!;
            var answered = conversation.LastTurnAt > item.CreatedAt;
            budget.Restore(given, answered);
            if (!answered)
                notices.Add(new ChatMessage(ChatRole.User, given.Message));
        }
        foreach (var call in conversation.Unanswered.Where(call => begun.Contains(call.CallId)).ToList())
        {
            const string told =
                $"{Interrupted}: the server was restarted while this call ran. Its effects may be partial.";
            await EndCallAsync(context, journal, conversation, call, ToolResult.Plain(call.Name, told));
        }
        return notices;
    }

    /// <summary>Makes the last reply's calls that have no result; the loop's end when the referee accepted the outputs.</summary>
    private async Task<LoopEnd?> AnswerAsync(Conversation conversation, ToolScope scope, CancellationToken cancellation)
    {
        foreach (var call in conversation.Calls)
        {
            CheckReport? report = null;
            if (conversation.ResultOf(call) is null)
            {
                var result = await InvokeAsync(call, scope, cancellation);
                await EndCallAsync(scope.Context, scope.Journal, conversation, call, result);
                report = result.Accepted;
            }
            if (report is not null || IsAcceptance(call, conversation.ResultOf(call)!))
                return new LoopEnd(LoopEndReason.Accepted, "the referee accepted the outputs", report);
        }
        return null;
    }

    private static bool IsAcceptance(FunctionCallContent call, string result) =>
        call.Name == FinishStageTool.Name && result.StartsWith(FinishStageTool.Accepted, StringComparison.Ordinal);

    private async Task<Conversation> LoadAsync(StageContext context, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await Conversation.LoadAsync(
            db,
            context.RunId,
            await prompt.OpeningAsync(context, cancellation),
            cancellation
        );
    }

    /// <summary>Streams one reply and stores it; false when the model sent nothing.</summary>
    private async Task<bool> AskAsync(
        IChatClient client,
        StageContext context,
        RunJournal journal,
        Conversation conversation,
        List<ChatMessage> notices,
        CancellationToken cancellation
    )
    {
        var options = new ChatOptions { Tools = [.. _tools.Values.Select(tool => tool.Declaration)] };
        var messages = conversation.Messages.Concat(notices);
        var reader = new ReplyReader(context, journal);
        var reply = await reader.ReadAsync(client.GetStreamingResponseAsync(messages, options, cancellation));
        // A reply that ends properly but says nothing counts as one without a call: the model is reminded.
        if (reply.FinishReason is null && reply.Messages.All(message => message.Contents.Count == 0))
            return false;
        ReplyFlaws.Mark(reply);

        var turnId = Guid.CreateVersion7();
        conversation.Add(turnId, notices, [.. reply.Messages]);
        var events = new List<EventDraft>();
        if (reply.Text is { Length: > 0 } whole)
        {
            events.Add(
                EventDraft.Create(
                    EventTypes.AgentMessage,
                    new AgentMessage(whole) { MessageId = reader.MessageId, Stage = context.Stage },
                    ContractJson.Default.AgentMessage
                )
            );
        }
        var usage = TokenUsage.Of(reply);
        if (reply.Usage is not null)
            events.Add(EventDraft.Create(EventTypes.Usage, usage.ToReport(context), ContractJson.Default.UsageReport));
        await journal.AppendAsync(
            events,
            new AddTurn
            {
                TurnId = turnId,
                RunId = context.RunId,
                Number = conversation.Turns,
                Prompt = Conversation.Serialize(notices),
                Reply = Conversation.Serialize([.. reply.Messages]),
                Usage = usage,
            }
        );
        if (reply.FinishReason == ChatFinishReason.ContentFilter)
            throw new UserFacingException(
                $"The model '{context.Model}' declined to go on. Change the instructions or choose another model, "
                    + "then start the stage again."
            );
        return true;
    }

    private async Task<ToolResult> InvokeAsync(
        FunctionCallContent call,
        ToolScope scope,
        CancellationToken cancellation
    )
    {
        var arguments = call.Arguments is { } given
            ? new Dictionary<string, object?>(given, StringComparer.Ordinal)
            : new Dictionary<string, object?>(StringComparer.Ordinal);
        await scope.Journal.AppendAsync(
            EventTypes.ToolStart,
            new ToolStarted(call.Name, ToolInput.ToJson(arguments))
            {
                CallId = call.CallId,
                Stage = scope.Context.Stage,
            },
            ContractJson.Default.ToolStarted
        );
        if (ReplyFlaws.Of(call) is { } flaw)
            return ToolResult.Plain(call.Name, flaw);
        if (!_tools.TryGetValue(call.Name, out var tool))
        {
            return ToolResult.Plain(
                call.Name,
                $"error: there is no tool '{call.Name}'. Tools: {string.Join(", ", _tools.Keys)}."
            );
        }
        try
        {
            return await tool.InvokeAsync(new ToolCall(call.CallId, arguments), scope, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw;
        }
        // A full disk is nothing that a model can mend.
        catch (Exception failure)
            when (failure is not LostSessionException and not UserFacingException && !DiskFull.Is(failure))
        {
            LogToolFailed(failure, call.Name, scope.Context.SessionId);
            return ToolResult.Plain(call.Name, "error: the tool failed inside the server. The server's log says why.");
        }
    }

    private static Task EndCallAsync(
        StageContext context,
        RunJournal journal,
        Conversation conversation,
        FunctionCallContent call,
        ToolResult result
    ) =>
        journal.AppendAsync(
            EventTypes.ToolEnd,
            result.Event with
            {
                CallId = call.CallId,
                Stage = context.Stage,
            },
            ContractJson.Default.ToolEnded,
            new SetTurnResults(conversation.LastTurnId, conversation.Answer(call, result.ForModel))
        );

    [LoggerMessage(Level = LogLevel.Error, Message = "Tool {Tool} failed in session {Session}")]
    private partial void LogToolFailed(Exception failure, string tool, Guid session);
}
