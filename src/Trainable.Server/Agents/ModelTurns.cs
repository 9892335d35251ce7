using Microsoft.Extensions.AI;
using Trainable.Contracts;
using Trainable.Server.Agents.Tools;
using Trainable.Server.Events;
using Trainable.Server.Platform;

namespace Trainable.Server.Agents;

/// <summary>Asks a model for its next reply, and keeps it.</summary>
internal sealed class ModelTurns(IEnumerable<IAgentTool> tools)
{
    /// <summary>Streams one reply and stores it; false when the model sent nothing.</summary>
    public async Task<bool> AskAsync(
        IChatClient client,
        ToolScope scope,
        Conversation conversation,
        List<ChatMessage> notices,
        CancellationToken cancellation
    )
    {
        var (context, journal) = (scope.Context, scope.Journal);
        var options = new ChatOptions { Tools = [.. tools.Select(tool => tool.Declaration)] };
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
}
