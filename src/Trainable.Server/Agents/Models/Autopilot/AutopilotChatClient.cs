using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Trainable.Server.Agents.Tools;

namespace Trainable.Server.Agents.Models.Autopilot;

/// <summary>
/// The built-in model. It reads the same conversation as an LLM and answers the same way, with narration and tool calls;
/// its code comes from the playbook. It keeps no state: what was done is what the conversation says was done.
/// </summary>
internal sealed class AutopilotChatClient(Playbook playbook) : IChatClient
{
    public const string ModelId = "autopilot";

    private const string NoTalk =
        "I am autopilot: I run playbooks and cannot answer questions. Ask with another model, or start the stage again with "
        + "other settings. The report holds what was found.";

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        await Task.CompletedTask;
        var conversation = AutopilotConversation.Read(messages);
        // Where nothing can be handed in a person wants to talk, which is nothing it can do.
        var reply =
            options?.Tools is { } tools && !tools.Any(tool => tool.Name == FinishStageTool.Name)
                ? new AutopilotReply(NoTalk, null)
                : AutopilotReply.Next(playbook, conversation);
        var id = Guid.CreateVersion7().ToString("N");
        foreach (var piece in Pieces(reply.Text))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return Update(id, new TextContent(piece));
        }
        if (reply.Call is { } call)
            yield return Update(id, call);
        yield return new ChatResponseUpdate
        {
            MessageId = id,
            ResponseId = id,
            Role = ChatRole.Assistant,
            FinishReason = reply.Call is null ? ChatFinishReason.Stop : ChatFinishReason.ToolCalls,
        };
    }

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    ) => await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose() { }

    private static ChatResponseUpdate Update(string id, AIContent content) =>
        new()
        {
            MessageId = id,
            ResponseId = id,
            Role = ChatRole.Assistant,
            Contents = [content],
            ModelId = ModelId,
        };

    /// <summary>Sentences, each with the space that follows it.</summary>
    private static IEnumerable<string> Pieces(string text)
    {
        var start = 0;
        while (start < text.Length)
        {
            var end = text.IndexOf(". ", start, StringComparison.Ordinal);
            end = end < 0 ? text.Length : end + 2;
            yield return text[start..end];
            start = end;
        }
    }
}

/// <summary>What autopilot says next, and the one tool it calls.</summary>
internal sealed record AutopilotReply(string Text, FunctionCallContent? Call)
{
    public static AutopilotReply Next(Playbook playbook, AutopilotConversation conversation)
    {
        if (conversation.Brief is not { } brief)
            return new AutopilotReply("I work from a stage's brief, and this conversation holds none.", null);
        if (Unsupported.Ask(brief.Instructions) is { } refusal && conversation.Outcomes.Count == 0)
            return new AutopilotReply(refusal, null);

        var steps = playbook.Steps(brief.Stage);
        if (conversation.FinishedWith is { } verdict)
            return AfterVerdict(verdict, conversation, steps, brief, playbook);

        var last = conversation.Outcomes.LastOrDefault();
        if (last is null && conversation.FollowsAnother)
            return Finish(
                conversation,
                "Another agent has worked on this stage, and I go on from where it stopped. First I ask the referee whether what is "
                    + "there already holds."
            );
        if (last is null)
            return Run(playbook, steps, 0, safe: false, conversation, brief, "");
        if (!last.Ok && last.Safe)
        {
            return new AutopilotReply(
                $"“{steps[last.Step].Title}” failed again in its simplest form, so I stop here. The step's output shows why.",
                null
            );
        }
        if (!last.Ok)
        {
            var why = "That step failed. I will try it once more in its simplest and most robust form. ";
            return Run(playbook, steps, last.Step, safe: true, conversation, brief, why);
        }
        var after = Narration.Say(steps[last.Step].After, conversation.Facts);
        if (last.Step + 1 < steps.Count)
            return Run(
                playbook,
                steps,
                last.Step + 1,
                last.Safe,
                conversation,
                brief,
                after.Length > 0 ? after + " " : ""
            );
        return Finish(conversation, after);
    }

    private static AutopilotReply Finish(AutopilotConversation conversation, string text) =>
        new(
            text,
            new FunctionCallContent(
                $"autopilot-finish-{conversation.Calls + 1}",
                FinishStageTool.Name,
                new Dictionary<string, object?>(StringComparer.Ordinal)
            )
        );

    private static AutopilotReply AfterVerdict(
        FinishVerdict verdict,
        AutopilotConversation conversation,
        IReadOnlyList<PlaybookStep> steps,
        StageBrief brief,
        Playbook playbook
    )
    {
        if (verdict.Accepted)
            return new AutopilotReply("", null);
        if (conversation.Outcomes.Count == 0)
            return Run(
                playbook,
                steps,
                0,
                safe: false,
                conversation,
                brief,
                "What is there does not hold yet, so I do the stage again from its beginning; the other agent's scripts stay. "
            );
        if (conversation.Outcomes.Any(outcome => outcome.Safe))
            return new AutopilotReply("The referee still finds errors that I cannot mend, so I stop here.", null);
        const string again =
            "The referee found errors. I will do the stage again in its simplest and most robust form. ";
        return Run(playbook, steps, 0, safe: true, conversation, brief, again);
    }

    private static AutopilotReply Run(
        Playbook playbook,
        IReadOnlyList<PlaybookStep> steps,
        int index,
        bool safe,
        AutopilotConversation conversation,
        StageBrief brief,
        string prefix
    )
    {
        var step = steps[index];
        var parameters = AutopilotParameters.For(brief, step, safe);
        var call = new FunctionCallContent(
            AutopilotConversation.CallId(index, safe, conversation.Calls + 1),
            "execute_code",
            new Dictionary<string, object?>(StringComparer.Ordinal) { ["code"] = playbook.Script(step, parameters) }
        );
        // How long the step takes is settled here, and said in the words that fit who chose it.
        var facts = conversation.Facts.DeepClone().AsObject();
        facts[brief.BudgetSeconds is null ? "natural_s" : "chosen_s"] = Math.Round(
            AutopilotParameters.Seconds(brief, step)
        );
        return new AutopilotReply(prefix + Narration.Say(step.Before, facts), call);
    }
}
