using System.Text.Json.Serialization;

namespace Trainable.Contracts;

/// <summary>What a run asks a person, and waits for.</summary>
public sealed record QuestionItem
{
    public required Guid Id { get; init; }

    /// <summary>One of <see cref="QuestionKinds"/>.</summary>
    public required string Kind { get; init; }
    public required string Text { get; init; }
    public required string Stage { get; init; }
    public IReadOnlyList<string> Options { get; set; } = [];

    /// <summary>The script that is to run; approvals only.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Code { get; init; }

    /// <summary>The call that asks.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CallId { get; init; }

    /// <summary>When the agent decides itself; null when it waits for as long as it takes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTime? ExpiresAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? TimeoutSeconds { get; init; }
}

public static class QuestionKinds
{
    /// <summary>The agent asks something, through <c>ask_user</c>.</summary>
    public const string Question = "question";

    /// <summary>A script waits to be approved, edited or rejected.</summary>
    public const string Approval = "approval";
}

/// <summary>A person's answer. A question takes <see cref="Answer"/>; an approval takes <see cref="Decision"/>.</summary>
public sealed record AnswerRequest
{
    public string? Answer { get; init; }

    /// <summary>One of <see cref="Decisions"/>.</summary>
    public string? Decision { get; init; }

    /// <summary>Why it was rejected; the agent reads it.</summary>
    public string? Reason { get; init; }

    /// <summary>The script to run in place of the agent's; with <see cref="Decisions.Edit"/>.</summary>
    public string? Code { get; init; }
}

public static class Decisions
{
    public const string Approve = "approve";
    public const string Reject = "reject";
    public const string Edit = "edit";
}

/// <summary>What became of a question: the data of <c>question_answered</c>, and what the endpoint answers.</summary>
public sealed record QuestionAnswered(Guid Id)
{
    /// <summary><c>user</c>, or <c>timeout</c> when nobody answered.</summary>
    public required string By { get; init; }
    public required string Stage { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Answer { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Decision { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Code { get; init; }
}
