using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;
using Trainable.Server.Storage;

namespace Trainable.Server.Agents;

/// <summary>A run's turns as they were stored, and the chat they make: what a model is shown, and what a restart goes on from.</summary>
internal sealed class Conversation
{
    private readonly List<ChatMessage> _messages = [];

    public IReadOnlyList<ChatMessage> Messages => _messages;

    public int Turns { get; private set; }

    /// <summary>Calls of the last reply that have no result: a process died while they ran.</summary>
    public List<FunctionCallContent> Unanswered { get; } = [];

    public Guid LastTurnId { get; private set; }

    /// <summary>When the last stored turn was kept; null in a run that has none yet.</summary>
    public DateTime? LastTurnAt { get; private set; }

    /// <summary>Results of the last turn by call id, as stored.</summary>
    public JsonObject LastResults { get; private set; } = [];

    public static async Task<Conversation> LoadAsync(
        TrainableDb db,
        Guid run,
        IReadOnlyList<ChatMessage> opening,
        CancellationToken cancellation
    )
    {
        var conversation = new Conversation();
        conversation._messages.AddRange(opening);
        var turns = await db
            .Turns.AsNoTracking()
            .Where(turn => turn.RunId == run)
            .OrderBy(turn => turn.Number)
            .ToListAsync(cancellation);
        foreach (var turn in turns)
            conversation.Add(turn);
        return conversation;
    }

    public static string Serialize(IReadOnlyList<ChatMessage> messages) =>
        JsonSerializer.Serialize(
            messages,
            AIJsonUtilities.DefaultOptions.GetTypeInfo(typeof(IReadOnlyList<ChatMessage>))
        );

    /// <summary>Puts a new turn at the end: what was said to the model, and its reply.</summary>
    public void Add(Guid turnId, IReadOnlyList<ChatMessage> prompt, IReadOnlyList<ChatMessage> reply)
    {
        _messages.AddRange(prompt);
        _messages.AddRange(reply);
        Turns++;
        LastTurnId = turnId;
        LastResults = [];
    }

    /// <summary>Answers a call of the last reply; returns the turn's results as they are to be stored.</summary>
    public string Answer(FunctionCallContent call, string result)
    {
        _messages.Add(new ChatMessage(ChatRole.Tool, [new FunctionResultContent(call.CallId, result)]));
        LastResults[call.CallId] = result;
        return LastResults.ToJsonString();
    }

    private void Add(Turn turn)
    {
        var reply = Parse(turn.Reply);
        LastTurnAt = turn.CreatedAt;
        Add(turn.Id, Parse(turn.Prompt), reply);
        LastResults = JsonNode.Parse(turn.Results)?.AsObject() ?? [];
        Unanswered.Clear();
        foreach (var call in reply.SelectMany(message => message.Contents).OfType<FunctionCallContent>())
        {
            if (LastResults[call.CallId]?.GetValue<string>() is { } result)
                _messages.Add(new ChatMessage(ChatRole.Tool, [new FunctionResultContent(call.CallId, result)]));
            else
                Unanswered.Add(call);
        }
    }

    private static List<ChatMessage> Parse(string json) =>
        (List<ChatMessage>?)
            JsonSerializer.Deserialize(json, AIJsonUtilities.DefaultOptions.GetTypeInfo(typeof(List<ChatMessage>)))
        ?? [];
}
