using Microsoft.Extensions.AI;
using Trainable.Contracts;
using Trainable.Server.Agents.Steering;

namespace Trainable.Server.Agents.Tools;

/// <summary>Asks the person, and waits. When nobody answers in time the agent decides itself.</summary>
internal sealed class AskUserTool(Questions questions) : IAgentTool
{
    public const string Name = "ask_user";

    private const int MaxText = 4_000;
    private const int MaxOptions = 10;

    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(10);

    public AIFunctionDeclaration Declaration { get; } =
        ToolSchema.Declare(
            Name,
            "Ask the person one question and wait for the answer. Only for what the data cannot tell and what would change "
                + "the result, such as which column to predict or what a value means. When nobody answers in time you decide.",
            new ToolSchema.Parameter("question", "One question, in one or two sentences."),
            new ToolSchema.Parameter("options", "Answers to choose from, one a line.", Required: false)
        );

    /// <summary>What was asked before a restart is still asked after it.</summary>
    public bool IsResumable => true;

    public async Task<ToolResult> InvokeAsync(ToolCall call, ToolScope scope, CancellationToken cancellation)
    {
        if (call.Text("question")?.Trim() is not { Length: > 0 } text)
            return ToolResult.Plain(Name, "error: the argument 'question' is missing.");
        if (text.Length > MaxText)
            return ToolResult.Plain(Name, $"error: a question has at most {MaxText:N0} characters.");
        var timeout = scope.Context.Run.QuestionTimeoutSeconds is { } seconds
            ? TimeSpan.FromSeconds(seconds)
            : DefaultTimeout;
        var answer = await questions.AskAsync(
            new QuestionItem
            {
                Id = Guid.CreateVersion7(),
                Kind = QuestionKinds.Question,
                Text = text,
                Stage = scope.Context.Stage,
                Options = [.. call.Lines("options").Take(MaxOptions)],
                CallId = call.Id,
                TimeoutSeconds = timeout.TotalSeconds,
                ExpiresAt = questions.Expiry(timeout),
            },
            scope,
            cancellation
        );
        return ToolResult.Plain(
            Name,
            answer.Answer is { } said
                ? $"The user answers: {said}"
                : "Nobody answered in time. Decide yourself, and say in the report what you assumed."
        );
    }
}
