using Trainable.Contracts;
using Trainable.Server.Agents;
using Trainable.Server.Agents.Models.Autopilot;
using Trainable.Tests.App;

namespace Trainable.Tests.Agents.Anthropic;

/// <summary>All three stages with Claude on the wire and real code in the real sandbox.</summary>
public sealed class ClaudePipelineTests
{
    [Fact]
    [Trait("Kind", "integration")]
    public async Task ClaudeTakesADatasetFromItsFirstLookToAMeasuredModel()
    {
        var playbook = Playbook.Shipped();
        var replies = Stages
            .All.SelectMany(stage =>
                playbook
                    .Steps(stage)
                    .Select(
                        (step, index) =>
                            (Func<MessagesRequest, MessagesReply>)(
                                request => MessagesReply.Run(ScriptFor(playbook, request, index), $"Now {step.Title}.")
                            )
                    )
                    .Append(_ => MessagesReply.Finish())
            )
            .ToList();
        await using var api = await MessagesServer.StartAsync(replies);
        await using var app = await ClaudeApp.StartAsync(api, preload: true);
        var options = new ExperimentOptions { Target = "bought" };
        var session = (await app.CreateExperimentAsync(Tables.Binary(400), options: options)).SessionId;
        (
            await app.Http.PostAsync(
                $"/api/sessions/{session}/auto",
                content: null,
                TestContext.Current.CancellationToken
            )
        ).EnsureSuccessStatusCode();
        var events = await app.FollowToStateAsync(session, "train_done", "failed");

        TrainableApp.StateOf(events[^1]).ShouldBe("train_done");
        api.Requests.Count.ShouldBe(replies.Count);
        var score = events.Last(item => item.Type == EventTypes.ValidationResult).Data.GetProperty("score");
        score.GetProperty("metric").GetString().ShouldBe("roc_auc");
        score.GetProperty("value").GetDouble().ShouldBeGreaterThan(0.7);
        (await app.SessionAsync(session)).Runs.ShouldAllBe(run =>
            run.Model == "claude-opus-4-6" && run.Status == "done"
        );
        events.Count(item => item.Type == EventTypes.Usage).ShouldBe(replies.Count);
    }

    /// <summary>A step of the playbook for what the request's brief says, as a model would write it.</summary>
    private static string ScriptFor(Playbook playbook, MessagesRequest request, int step)
    {
        var brief = StageBrief.FromText(request.ContentsOf(0)[0].GetProperty("text").GetString()!)!;
        var one = playbook.Steps(brief.Stage)[step];
        return playbook.Script(one, AutopilotParameters.For(brief, one, safe: false));
    }
}
