using Microsoft.Extensions.DependencyInjection;
using Trainable.Contracts;
using Trainable.Server.Agents.Models;
using Trainable.Server.Sandboxes;
using Trainable.Tests.App;

namespace Trainable.Tests.Sessions;

/// <summary>What a session's own record says of how its sandbox is set.</summary>
public sealed class SandboxSettingTests
{
    [Fact]
    public async Task WithoutIsolationEverySessionSaysSo()
    {
        await using var app = await StartAsync(
            new SandboxOptions { Mode = SandboxMode.Unsafe, Preload = false },
            ScriptedModels.Run("open('report.md', 'w').write('# Findings')"),
            ScriptedModels.Finish()
        );
        var session = (await app.CreateExperimentAsync()).SessionId;
        await app.StartStageAsync(session, "eda");

        var events = await app.FollowToStateAsync(session, "eda_done", "failed");

        TrainableApp.StateOf(events[^1]).ShouldBe("eda_done");
        var notice = events.Single(item => item.Type == EventTypes.Notice);
        notice.Data.GetProperty("code").GetString().ShouldBe("sandbox_unsafe");
        notice.Data.GetProperty("text").GetString()!.ShouldContain("TRAINABLE_SANDBOX=unsafe");
        notice.Seq!.Value.ShouldBeLessThan(events.First(item => item.Type == EventTypes.ToolStart).Seq!.Value);
        var detail = await app.SessionAsync(session);
        detail.Sandbox.ShouldBe("unsafe");
        detail.Messages.ShouldContain(message =>
            message.Role == "system" && message.Content.Contains("TRAINABLE_SANDBOX=unsafe", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task AStepThatLogsWithoutEndKeepsNoMoreThanItMay()
    {
        await using var app = await StartAsync(
            new SandboxOptions { MetricBytes = 1 << 20, Preload = false },
            ScriptedModels.Run(
                """
                import json, trainable
                for step in range(20_000):
                    trainable.log(step, {"a metric with a long name " * 4: 1.0})
                    print(json.dumps({"step": step, "metrics": {"printed " * 12: 1.0}}))
                for number in range(2_000):
                    trainable.configure_dashboard([{"title": f"chart {number}", "metrics": ["m"]}])
                open("report.md", "w").write("# Findings")
                """
            ),
            ScriptedModels.Finish()
        );
        var session = (await app.CreateExperimentAsync()).SessionId;
        await app.StartStageAsync(session, "eda");

        var events = await app.FollowToStateAsync(session, "eda_done", "failed");

        TrainableApp.StateOf(events[^1]).ShouldBe("eda_done");
        events
            .Where(item => item.Type == EventTypes.MetricsBatch)
            .Sum(item => item.Data.GetProperty("items").GetArrayLength())
            .ShouldBeInRange(1_000, 12_000);
        events
            .Where(item => item.Type == EventTypes.CodeOutput)
            .Select(item => item.Data.GetProperty("text").GetString()!)
            .ShouldContain(text => text.Contains("of one step are not kept", StringComparison.Ordinal));
        (await app.SessionAsync(session)).Sandbox.ShouldBeNull();
    }

    private static Task<TrainableApp> StartAsync(SandboxOptions options, params ScriptedTurn[] turns) =>
        TrainableApp.StartAsync(configure: services =>
            services.AddSingleton<IModels>(new ScriptedModels(turns)).AddSingleton(options)
        );
}
