using System.Text.Json.Nodes;
using Trainable.Contracts;
using Trainable.Server.Agents.Models.External;

namespace Trainable.Server.Mcp;

/// <summary>A session in a few facts: what is done, what runs, what waits. What was measured on held rows is not among them.</summary>
internal static class SessionFacts
{
    public static JsonObject Of(SessionDetail session) =>
        new()
        {
            ["session_id"] = session.Id,
            ["experiment_id"] = session.ExperimentId,
            ["experiment"] = session.Experiment.Name,
            ["state"] = session.State,
            ["activity"] = session.Activity,
            ["target"] = session.Options.Target ?? session.ProcessedMeta?.TargetColumn,
            ["share"] = session.RunOptions.Share ?? ShareLevels.Sample,
            ["runs"] = new JsonArray([.. session.Runs.Select(run => Run(run, session.RunOptions.Share))]),
            ["questions"] = new JsonArray([
                .. session.Questions.Select(question => new JsonObject
                {
                    ["kind"] = question.Kind,
                    ["stage"] = question.Stage,
                    ["waits_for"] = "the person, in the studio",
                }),
            ]),
            ["last_seq"] = session.LastSeq,
        };

    private static JsonObject Run(StageRunItem run, string? share) =>
        new()
        {
            ["stage"] = run.Stage,
            ["kind"] = run.Kind,
            ["number"] = run.Number,
            ["status"] = run.Status,
            ["stale"] = run.Stale,
            ["model"] = run.Model,
            ["driven_by_a_client"] = run.Model == ExternalProvider.ModelId,
            // A reason may name what the referee found, and so a value.
            ["end_reason"] = share == ShareLevels.Schema ? null : run.EndReason,
            ["measured"] = run.Score is not null,
        };
}
