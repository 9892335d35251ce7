using Trainable.Contracts;
using Trainable.Tests.App;

namespace Trainable.Tests.Referee;

/// <summary>A session whose three stages a scripted agent writes, judged by the real referee.</summary>
internal static class RefereeRun
{
    private const string Report = "open('report.md', 'w').write('# Findings')\n";

    public static Task<TrainableApp> StartAsync(string prep, string? train = null, params ScriptedTurn[] more)
    {
        var models = new ScriptedModels(
            ScriptedModels.Run(Report),
            ScriptedModels.Finish(),
            ScriptedModels.Run(prep),
            ScriptedModels.Finish()
        );
        if (train is not null)
            models.Then(ScriptedModels.Run(train)).Then(ScriptedModels.Finish());
        foreach (var turn in more)
            models.Then(turn);
        return TrainableApp.StartAsync(models);
    }

    /// <summary>Runs the stages up to <paramref name="last"/>; returns every event.</summary>
    public static async Task<List<StreamEvent>> RunAsync(TrainableApp app, Guid session, string last = "train_done")
    {
        var started = await app.Http.PostAsync(
            $"/api/sessions/{session}/auto",
            content: null,
            TestContext.Current.CancellationToken
        );
        started.EnsureSuccessStatusCode();
        return await app.FollowToStateAsync(session, last, "failed");
    }

    /// <summary>What <c>finish_stage</c> answered last.</summary>
    public static string LastAnswer(List<StreamEvent> events) => Answers(events)[^1];

    /// <summary>What <c>finish_stage</c> answered, in order.</summary>
    public static List<string> Answers(List<StreamEvent> events) =>
        [
            .. events
                .Where(item =>
                    item.Type == EventTypes.ToolEnd && item.Data.GetProperty("tool").GetString() == "finish_stage"
                )
                .Select(item => item.Data.GetProperty("output").GetString()!),
        ];

    public static string Errors(List<StreamEvent> events) =>
        string.Join(
            '\n',
            events
                .Where(item => item.Type is EventTypes.AgentError or EventTypes.ToolEnd or EventTypes.ValidationResult)
                .Select(item => item.Data.GetRawText())
        );
}
