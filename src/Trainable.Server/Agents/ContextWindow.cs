using System.Text;
using Microsoft.Extensions.AI;

namespace Trainable.Server.Agents;

/// <summary>
/// Keeps what a model is shown within its context window: output and scripts of older turns are cut to their beginnings,
/// then left out, then whole turns are. What the person said always stays whole. Cutting goes in leaps (from the high mark down
/// to the low one), so that the prefix a provider caches changes seldom.
/// </summary>
internal sealed class ContextWindow(long tokens)
{
    private const double High = 0.8;
    private const double Low = 0.5;

    /// <summary>Bytes of UTF-8 a token stands for at least: a low guess, so that what fits by it fits.</summary>
    private const double BytesPerToken = 3;

    /// <summary>Characters that are kept of an output or a script that is cut.</summary>
    private const int Kept = 240;

    /// <summary>Messages at the end that are never cut: the model is working with them.</summary>
    private const int Recent = 6;

    /// <summary>How much is left of messages before each index: the beginnings, only that they were there, nothing.</summary>
    private readonly int[] _before = new int[3];

    private double _share = 1;

    /// <summary>What a model with a window of unknown size is trusted with.</summary>
    public const long Unknown = 100_000;

    /// <summary>Takes the window for smaller from now on: the provider says that it did not fit.</summary>
    public void Shrink() => _share *= 0.7;

    /// <summary>The messages as they are to be sent; the conversation itself stays as it is.</summary>
    public IReadOnlyList<ChatMessage> Fit(IReadOnlyList<ChatMessage> messages)
    {
        var limit = tokens * _share;
        var shown = messages.Select((message, index) => Show(message, LevelAt(index))).ToList();
        var size = shown.Sum(Size);
        if (size > limit * High)
        {
            for (var level = 0; level < _before.Length && size > limit * Low; level++)
                size = Advance(level, messages, shown, size, limit * Low);
            // The newest only when there is no other way.
            for (var index = OldestRecent(messages); index < messages.Count - 1 && size > limit * High; index++)
                size = Replace(shown, index, Show(messages[index], 1), size);
        }
        return [.. shown.OfType<ChatMessage>()];
    }

    /// <summary>Cuts from the oldest message on until what is shown is small enough; whole turns, so that no result is alone.</summary>
    private double Advance(
        int level,
        IReadOnlyList<ChatMessage> messages,
        List<ChatMessage?> shown,
        double size,
        double wanted
    )
    {
        var index = _before[level];
        while (index < OldestRecent(messages) && (size > wanted || messages[index].Role == ChatRole.Tool))
        {
            size = Replace(shown, index, Show(messages[index], level + 1), size);
            index++;
        }
        _before[level] = index;
        return size;
    }

    private int LevelAt(int index)
    {
        for (var level = _before.Length; level > 0; level--)
        {
            if (index < _before[level - 1])
                return level;
        }
        return 0;
    }

    private static int OldestRecent(IReadOnlyList<ChatMessage> messages)
    {
        var index = Math.Max(messages.Count - Recent, 0);
        // A turn is recent as a whole: its results go with its calls.
        while (index > 0 && messages[index].Role == ChatRole.Tool)
            index--;
        return index;
    }

    private static double Replace(List<ChatMessage?> shown, int index, ChatMessage? with, double size)
    {
        size += Size(with) - Size(shown[index]);
        shown[index] = with;
        return size;
    }

    /// <summary>A message at a level of shortening; null for none of it. What a person said is never touched.</summary>
    private static ChatMessage? Show(ChatMessage message, int level)
    {
        if (level == 0 || message.Role == ChatRole.User || message.Role == ChatRole.System)
            return message;
        return level switch
        {
            1 => Cut(message, Kept),
            2 => Cut(message, 0),
            _ => null,
        };
    }

    /// <summary>Tokens of a message, by a cautious guess.</summary>
    public static double Size(ChatMessage? message) =>
        message is null ? 0 : (message.Contents.Sum(Bytes) / BytesPerToken) + 4;

    private static double Bytes(AIContent content) =>
        content switch
        {
            TextContent text => Encoding.UTF8.GetByteCount(text.Text ?? ""),
            TextReasoningContent thought => Encoding.UTF8.GetByteCount(thought.Text ?? "")
                + (thought.ProtectedData?.Length ?? 0),
            FunctionResultContent result => Encoding.UTF8.GetByteCount(result.Result?.ToString() ?? ""),
            FunctionCallContent call => 20
                + (call.Arguments?.Sum(one => Encoding.UTF8.GetByteCount(one.Value?.ToString() ?? "")) ?? 0),
            _ => 100,
        };

    private static ChatMessage Cut(ChatMessage message, int kept)
    {
        var contents = message.Contents.Select(content => Cut(content, kept)).ToList();
        return contents.SequenceEqual(message.Contents)
            ? message
            : new ChatMessage(message.Role, contents) { MessageId = message.MessageId };
    }

    private static AIContent Cut(AIContent content, int kept) =>
        content switch
        {
            FunctionResultContent { Result: string whole } result when whole.Length > Kept + kept =>
                new FunctionResultContent(result.CallId, Shorten(whole, kept, "output: see logs/")),
            FunctionCallContent { Arguments: { } arguments } call
                when arguments.Any(one => one.Value?.ToString()?.Length > Kept + kept) => new FunctionCallContent(
                call.CallId,
                call.Name,
                arguments.ToDictionary(
                    one => one.Key,
                    one =>
                        one.Value?.ToString() is { } text && text.Length > Kept + kept
                            ? Shorten(text, kept, "script: see scripts/")
                            : one.Value,
                    StringComparer.Ordinal
                )
            ),
            _ => content,
        };

    private static string Shorten(string whole, int kept, string what)
    {
        var end = kept > 0 && char.IsHighSurrogate(whole[kept - 1]) ? kept - 1 : kept;
        return $"{whole[..end]}[{whole.Length - end:N0} more characters of this earlier {what}]";
    }
}
