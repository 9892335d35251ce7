using Microsoft.Extensions.AI;
using Trainable.Contracts;
using Trainable.Server.Agents.Budgets;
using Trainable.Server.Agents.Models;
using Trainable.Server.Agents.Recordings;
using Trainable.Server.Agents.Tools;
using Trainable.Server.Events;
using Trainable.Server.Platform;

namespace Trainable.Server.Agents;

/// <summary>What came of asking a model.</summary>
internal enum Asked
{
    /// <summary>A reply, and it is kept.</summary>
    Kept,

    /// <summary>Nothing, not even an end.</summary>
    NothingCame,

    /// <summary>The run's time was over before the reply was; nothing of it is kept.</summary>
    OutOfTime,
}

/// <summary>Asks a model for its next reply, and keeps it.</summary>
internal sealed class ModelTurns(IEnumerable<IAgentTool> tools, IModels models, TimeProvider clock)
{
    /// <summary>How often what is shown is made smaller when a provider says that it does not fit.</summary>
    private const int MostCuts = 4;

    /// <summary>Streams one reply and stores it.</summary>
    public async Task<Asked> AskAsync(
        IChatClient client,
        ToolScope scope,
        Conversation conversation,
        List<ChatMessage> notices,
        ContextWindow window,
        CancellationToken cancellation
    )
    {
        var reader = new ReplyReader(scope.Context, scope.Journal);
        using var time = new CancellationTokenSource(scope.Budget.Left, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, time.Token);
        ChatResponse reply;
        try
        {
            reply = await ReadAsync(
                client,
                reader,
                scope.Context,
                [.. conversation.Messages, .. notices],
                window,
                either.Token
            );
        }
        catch (OperationCanceledException) when (time.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return Asked.OutOfTime;
        }
        // A reply that ends properly but says nothing counts as one without a call: the model is reminded.
        if (reply.FinishReason is null && reply.Messages.All(message => message.Contents.Count == 0))
            return Asked.NothingCame;
        conversation.NameCalls(reply.Messages);
        ReplyFlaws.Mark(reply);
        await KeepAsync(reply, reader.MessageId, scope, conversation, notices);
        if (reply.FinishReason == ChatFinishReason.ContentFilter)
            throw new UserFacingException(
                $"The model '{scope.Context.Model}' declined to go on. Change the instructions or choose another model, "
                    + "then start the stage again."
            );
        return Asked.Kept;
    }

    /// <summary>How much of a conversation the run's model is shown: its window, less what a reply may take.</summary>
    public ContextWindow WindowOf(StageContext context)
    {
        var facts = models.Describe(context.Model);
        if (facts.IsUnlimited)
            return new ContextWindow(long.MaxValue);
        var whole = facts.ContextWindow ?? ContextWindow.Unknown;
        return new ContextWindow(whole - Math.Min(facts.MaxOutputTokens ?? 0, whole / 4));
    }

    private async Task<ChatResponse> ReadAsync(
        IChatClient client,
        ReplyReader reader,
        StageContext context,
        List<ChatMessage> messages,
        ContextWindow window,
        CancellationToken cancellation
    )
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await reader.ReadAsync(
                    client.GetStreamingResponseAsync(window.Fit(messages), Options(context), cancellation)
                );
            }
            catch (ContextTooLongException) when (attempt < MostCuts)
            {
                window.Shrink();
            }
            catch (ContextTooLongException tooLong)
            {
                throw new UserFacingException(
                    $"{tooLong.Message}. Even without the output of earlier steps the conversation does not fit: choose a "
                        + "model with a larger context window."
                );
            }
        }
    }

    private ChatOptions Options(StageContext context) =>
        new()
        {
            Tools = [.. tools.Where(tool => tool.IsOffered(context)).Select(tool => tool.Declaration)],
            Reasoning =
                models.Describe(context.Model).Thinking == ThinkingKinds.None
                    ? null
                    : Thinking.ToReasoning(context.Run.Thinking),
        };

    private async Task KeepAsync(
        ChatResponse reply,
        string messageId,
        ToolScope scope,
        Conversation conversation,
        List<ChatMessage> notices
    )
    {
        var context = scope.Context;
        var turnId = Guid.CreateVersion7();
        conversation.Add(turnId, notices, [.. reply.Messages]);
        var tokens = TokenUsage.Of(reply);
        var prices = models.Describe(context.Model).Prices;
        // A provider that counts nothing leaves a price without anything to multiply it by.
        var cost = reply.Usage is null && prices is { Output: > 0 } ? null : TurnCost.Nanos(tokens, prices);
        scope.Budget.Charge(tokens, cost);
        var events = new List<EventDraft>();
        if (reply.Text is { Length: > 0 } whole)
        {
            events.Add(
                EventDraft.Create(
                    EventTypes.AgentMessage,
                    new AgentMessage(whole) { MessageId = messageId, Stage = context.Stage },
                    ContractJson.Default.AgentMessage
                )
            );
        }
        if (reply.Usage is not null)
            events.Add(
                EventDraft.Create(EventTypes.Usage, tokens.ToReport(context, cost), ContractJson.Default.UsageReport)
            );
        await scope.Journal.AppendAsync(
            events,
            new AddTurn
            {
                TurnId = turnId,
                RunId = context.RunId,
                Number = conversation.Turns,
                Prompt = Conversation.Serialize(notices),
                Reply = Conversation.Serialize([.. reply.Messages]),
                Usage = tokens,
                Model = RecordingName.Is(context.Model) ? RecordingName.Model : context.Model,
                CostNanos = cost,
            }
        );
    }
}
