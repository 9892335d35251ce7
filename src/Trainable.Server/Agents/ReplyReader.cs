using Microsoft.Extensions.AI;
using Trainable.Contracts;
using Trainable.Server.Agents.Models;

namespace Trainable.Server.Agents;

/// <summary>Reads one reply and shows its text as it streams. When the model is asked again, it begins anew as another message.</summary>
internal sealed class ReplyReader(StageContext context, RunJournal journal)
{
    /// <summary>Joins the deltas of the try that ended well.</summary>
    public string MessageId { get; private set; } = NewId();

    public async Task<ChatResponse> ReadAsync(IAsyncEnumerable<ChatResponseUpdate> stream)
    {
        var updates = new List<ChatResponseUpdate>();
        var length = 0;
        await foreach (var update in stream)
        {
            if (update.Contents is [RetryNotice notice])
            {
                await journal.AppendAsync(EventTypes.ModelRetry, Describe(notice), ContractJson.Default.ModelRetry);
                updates.Clear();
                length = 0;
                MessageId = NewId();
                continue;
            }
            updates.Add(update);
            if (update.Text is { Length: > 0 } text)
            {
                journal.Stream(new AgentMessageDelta(MessageId, length, text));
                length += text.Length;
            }
        }
        return updates.ToChatResponse();
    }

    private ModelRetry Describe(RetryNotice notice) =>
        new(notice.Message, context.Stage)
        {
            MessageId = MessageId,
            Attempt = notice.Attempt,
            Attempts = notice.Attempts,
            WaitSeconds = Math.Round(notice.Wait.TotalSeconds, 1),
        };

    private static string NewId() => Guid.CreateVersion7().ToString("N");
}
