using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Trainable.Contracts;
using Trainable.Server.Storage;

namespace Trainable.Server.Agents.Recordings;

/// <summary>
/// A run as it was stored: its replies, what people said and answered, and how it ended. Where its texts name the session that
/// it was made in, they name the one in which it runs again.
/// </summary>
internal sealed class Recording
{
    private readonly List<Turn> _turns;
    private readonly Dictionary<string, Question> _questions;
    private readonly HashSet<string> _answered;
    private readonly Guid _from;
    private readonly Guid _to;

    /// <param name="run">The recorded run.</param>
    /// <param name="turns">Its turns, in order.</param>
    /// <param name="questions">What it asked.</param>
    /// <param name="session">The session in which it runs again.</param>
    public Recording(StageRun run, IEnumerable<Turn> turns, IEnumerable<Question> questions, Guid session)
    {
        Run = run;
        _from = run.SessionId;
        _to = session;
        _turns = [.. turns];
        _questions = questions.ToDictionary(question => question.CallId, StringComparer.Ordinal);
        _answered =
        [
            .. _turns.SelectMany(turn => JsonNode.Parse(turn.Results)?.AsObject() ?? []).Select(result => result.Key),
        ];
    }

    public StageRun Run { get; }

    /// <summary>Replies in it.</summary>
    public int Replies => _turns.Count;

    /// <summary>What a run says that has come to its end.</summary>
    public string End =>
        $"the recording ends here ({Run.Status}{(Run.EndReason is { Length: > 0 } why ? $": {why}" : "")})";

    /// <summary>The messages of a reply, the first being number 0; null past the last.</summary>
    public IReadOnlyList<ChatMessage>? Reply(int number) =>
        number < _turns.Count ? Conversation.Parse(Moved(_turns[number].Reply)) : null;

    /// <summary>What a person had written by the time the model was asked for a reply, the first being number 0.</summary>
    public IEnumerable<string> SaidBefore(int number) =>
        _turns
            .Take(number + 1)
            .SelectMany(turn => Conversation.Parse(Moved(turn.Prompt)))
            .Where(UserInbox.IsOfUser)
            .Select(message => message.Text);

    /// <summary>False for a call that had not ended when the run was.</summary>
    public bool HasResult(string call) => _answered.Contains(call);

    /// <summary>Whether a person was asked before a script ran.</summary>
    public bool Asked(string call) => _questions.ContainsKey(call);

    /// <summary>What was answered; null where the recording holds no answer.</summary>
    public QuestionAnswered? AnswerOf(string call) =>
        _questions.GetValueOrDefault(call)?.Answer is { } answer
            ? JsonSerializer.Deserialize(Moved(answer), ContractJson.Default.QuestionAnswered)
            : null;

    private string Moved(string text) => text.Replace($"{_from}", $"{_to}", StringComparison.OrdinalIgnoreCase);
}
