using Trainable.Contracts;
using Trainable.Server.Agents;
using Trainable.Server.Agents.Models.Autopilot;
using Trainable.Server.Platform;
using Trainable.Server.Storage;

namespace Trainable.Server.Sessions;

/// <summary>
/// A stage that one agent left and another goes on with: the key, the quota or the network failed for good, or somebody
/// stopped it. The conversation goes on from the one that ended, and so do the wishes and how far to go.
/// </summary>
internal static class TakenOver
{
    /// <summary>The run to go on from.</summary>
    /// <exception cref="UserFacingException">There is none.</exception>
    public static StageRun Find(IEnumerable<StageRun> runs, StartCommand command)
    {
        var last = runs.Where(run => run.Kind == RunKinds.Stage).MaxBy(run => run.StartedAt);
        if (last is not { Status: RunStatuses.Failed or RunStatuses.Cancelled })
            throw new UserFacingException(
                "No stage of this session has failed or was stopped last, so there is nothing to take over. Start a stage instead.",
                409
            );
        if (command.Stage is { } stage && stage != last.Stage)
            throw new UserFacingException(
                $"The stage that stopped is {last.Stage}, not {stage}: only that one can be taken over.",
                409
            );
        return last;
    }

    /// <summary>The start that goes on from a run: what is not said anew is as the run had it, but for its model.</summary>
    public static StartCommand Command(StageRun left, StartCommand command)
    {
        var model = command.Options.Model ?? AutopilotChatClient.ModelId;
        if (left.Model == model && model == AutopilotChatClient.ModelId)
            throw new UserFacingException(
                $"autopilot ran {left.Stage} itself, and would do the same again. Start the stage again with other settings or "
                    + "another model.",
                409
            );
        return command with
        {
            Stage = left.Stage,
            ContinueTo = command.ContinueTo ?? left.ContinueTo,
            Instructions = command.Instructions.Length > 0 ? command.Instructions : left.Instructions,
            Options = (command.Options with { Model = model }).Over(
                RunTerms.OfRun(left) with
                {
                    Models = null,
                    // A level that the last model took may be none of the next one's.
                    Thinking = null,
                }
            ),
        };
    }
}
