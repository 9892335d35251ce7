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

    /// <summary>Replies kept so far.</summary>
    public int Turns { get; private set; }

    /// <summary>Replies of which nothing came because a process died over their calls; they cost the model no turn.</summary>
    public int InterruptedTurns { get; private set; }

    /// <summary>Replies in a row, up to the last, that called no tool.</summary>
    public int IdleReplies { get; private set; }

    /// <summary>Calls of the last reply, in order.</summary>
    public IReadOnlyList<FunctionCallContent> Calls { get; private set; } = [];

    /// <summary>Calls of the last reply that have no result yet.</summary>
    public IEnumerable<FunctionCallContent> Unanswered => Calls.Where(call => !_results.ContainsKey(call.CallId));

    public Guid LastTurnId { get; private set; }

    /// <summary>When the last stored turn was kept; null in a run that has none yet.</summary>
    public DateTime? LastTurnAt { get; private set; }

    /// <summary>Results of the last turn by call id, as stored.</summary>
    private JsonObject _results = [];

    public static async Task<Conversation> LoadAsync(
        TrainableDb db,
        Guid run,
        IReadOnlyList<ChatMessage> opening,
        CancellationToken cancellation
    )
    {
        var conversation = new Conversation();
        conversation._messages.AddRange(opening);
        foreach (var earlier in await AncestorsAsync(db, run, cancellation))
            conversation._messages.AddRange(await MessagesOfAsync(db, earlier, cancellation));
        var turns = await db
            .Turns.AsNoTracking()
            .Where(turn => turn.RunId == run)
            .OrderBy(turn => turn.Number)
            .ToListAsync(cancellation);
        foreach (var turn in turns)
            conversation.Add(turn);
        return conversation;
    }

    /// <summary>The runs that a run's conversation goes on from, the oldest first.</summary>
    private static async Task<List<Guid>> AncestorsAsync(TrainableDb db, Guid run, CancellationToken cancellation)
    {
        var found = new List<Guid>();
        for (Guid? one = run; one is { } id; )
        {
            one = await db
                .StageRuns.AsNoTracking()
                .Where(row => row.Id == id)
                .Select(row => row.ParentId)
                .FirstOrDefaultAsync(cancellation);
            if (one is { } parent)
                found.Insert(0, parent);
        }
        return found;
    }

    /// <summary>All that was said in another run; calls that were never answered are left out, as a model may not be asked so.</summary>
    private static async Task<IReadOnlyList<ChatMessage>> MessagesOfAsync(
        TrainableDb db,
        Guid run,
        CancellationToken cancellation
    )
    {
        var other = new Conversation();
        var turns = await db
            .Turns.AsNoTracking()
            .Where(turn => turn.RunId == run)
            .OrderBy(turn => turn.Number)
            .ToListAsync(cancellation);
        foreach (var turn in turns)
        {
            other.Add(turn);
            foreach (var open in other.Unanswered.ToList())
                other.Answer(open, "not run: the run ended first.");
        }
        return other._messages;
    }

    /// <summary>Gives calls ids of their own where a model uses one twice, or none: results are kept by them.</summary>
    public void NameCalls(IList<ChatMessage> reply)
    {
        var used = _messages
            .SelectMany(message => message.Contents)
            .OfType<FunctionCallContent>()
            .Select(call => call.CallId)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var message in reply)
        {
            for (var index = 0; index < message.Contents.Count; index++)
            {
                if (
                    message.Contents[index] is not FunctionCallContent call
                    || (call.CallId is { Length: > 0 } id && used.Add(id))
                )
                    continue;
                var named = new FunctionCallContent(Guid.CreateVersion7().ToString("N"), call.Name, call.Arguments)
                {
                    Exception = call.Exception,
                    AdditionalProperties = call.AdditionalProperties,
                };
                used.Add(named.CallId);
                message.Contents[index] = named;
            }
        }
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
        Calls = [.. reply.SelectMany(message => message.Contents).OfType<FunctionCallContent>()];
        _results = [];
        IdleReplies = Calls.Count == 0 ? IdleReplies + 1 : 0;
    }

    /// <summary>Answers a call of the last reply; returns the turn's results as they are to be stored.</summary>
    public string Answer(FunctionCallContent call, string result)
    {
        _messages.Add(new ChatMessage(ChatRole.Tool, [new FunctionResultContent(call.CallId, result)]));
        _results[call.CallId] = result;
        if (IsInterrupted(result) && Calls.All(one => IsInterrupted(ResultOf(one))))
            InterruptedTurns++;
        return _results.ToJsonString();
    }

    /// <summary>What a call of the last reply was answered; null while it was not.</summary>
    public string? ResultOf(FunctionCallContent call) => _results[call.CallId]?.GetValue<string>();

    private static bool IsInterrupted(string? result) =>
        result is not null && result.StartsWith(ToolCalls.Interrupted, StringComparison.Ordinal);

    private void Add(Turn turn)
    {
        LastTurnAt = turn.CreatedAt;
        Add(turn.Id, Parse(turn.Prompt), Parse(turn.Reply));
        var stored = JsonNode.Parse(turn.Results)?.AsObject() ?? [];
        foreach (var call in Calls)
        {
            if (stored[call.CallId]?.GetValue<string>() is { } result)
                Answer(call, result);
        }
    }

    /// <summary>Messages as <see cref="Serialize"/> wrote them.</summary>
    public static List<ChatMessage> Parse(string json) =>
        (List<ChatMessage>?)
            JsonSerializer.Deserialize(json, AIJsonUtilities.DefaultOptions.GetTypeInfo(typeof(List<ChatMessage>)))
        ?? [];
}
