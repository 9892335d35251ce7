using Trainable.Contracts;

namespace Trainable.Cli.Commands;

/// <summary>A line that answers what an agent asks.</summary>
internal static class Answer
{
    public const string Form = "Answer y to run the script, n REASON to reject it, or e FILE to run FILE instead.";

    /// <summary>Null when the line is no answer to an approval.</summary>
    /// <exception cref="CommandException">The file that was named cannot be read.</exception>
    public static AnswerRequest? Read(QuestionItem question, string line)
    {
        if (question.Kind != QuestionKinds.Approval)
            return new AnswerRequest { Answer = line };
        var (word, rest) = line.Trim().Split(' ', 2) is [var first, var more]
            ? (first, more.Trim())
            : (line.Trim(), "");
        return word.ToLowerInvariant() switch
        {
            "y" or "yes" or Decisions.Approve => new AnswerRequest { Decision = Decisions.Approve },
            "n" or "no" or Decisions.Reject => new AnswerRequest { Decision = Decisions.Reject, Reason = rest },
            "e" or Decisions.Edit when rest.Length > 0 => new AnswerRequest
            {
                Decision = Decisions.Edit,
                Code = Script(rest),
            },
            _ => null,
        };
    }

    private static string Script(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"The file '{path}' cannot be read: {unreadable.Message}");
        }
    }
}
