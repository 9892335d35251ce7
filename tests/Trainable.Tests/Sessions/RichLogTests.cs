using System.Text;
using System.Text.Json;
using Trainable.Contracts;
using Trainable.Server.Metrics;
using Trainable.Tests.App;

namespace Trainable.Tests.Sessions;

/// <summary>Images, tables, confusion matrices and curves: from a script through the log to the session.</summary>
public class RichLogTests
{
    private const string Script = """
        # Log more than numbers
        from trainable import log_confusion, log_curve, log_image, log_table
        for step in range(3):
            log_confusion("Validation", ["a", "b", "b"], ["a", "a", "b"], step=step)
        log_curve("ROC", [0, 0.5, 1], [0, 0.8, 1], run="tree", x_label="false positive rate")
        log_table("Worst", [{"row": 7, "error": float("nan")}, {"row": 9, "error": 2.5}])
        open("plot.png", "wb").write(b"png")
        log_image("Plot", "plot.png", caption="drawn before")
        print('{"rich_log": {"kind": "image", "name": "out", "data": {"path": "../../../etc/passwd.png"}}}')
        open("report.md", "w").write("# Report")
        """;

    [Fact]
    public async Task WhatAScriptLogsIsSeenLiveAndStaysWithTheSession()
    {
        await using var app = await TrainableApp.StartAsync(
            new ScriptedModels(ScriptedModels.Run(Script), ScriptedModels.Finish())
        );
        var session = (await app.CreateExperimentAsync()).SessionId;
        await app.StartStageAsync(session, "eda");
        var events = await app.FollowToStateAsync(session, "eda_done", "failed");

        var told = events.Where(item => item.Type == EventTypes.RichLog).Select(item => item.Data).ToList();
        told.Select(data => data.GetProperty("kind").GetString())
            .Distinct()
            .ShouldBe(["confusion", "curve", "table", "image"], ignoreOrder: true);
        told.ShouldAllBe(data => data.GetProperty("call_id").GetString() != null);

        var logs = (await app.SessionAsync(session)).RichLogs;
        logs.Select(log => (log.Kind, log.Name, log.RunTag, log.Step, log.Stage))
            .ShouldBe(
                [
                    ("confusion", "Validation", null, 2L, "eda"),
                    ("curve", "ROC", "tree", null, "eda"),
                    ("table", "Worst", null, null, "eda"),
                    ("image", "Plot", null, null, "eda"),
                ],
                ignoreOrder: true
            );
        Data("confusion").ShouldBe("""{"labels":["a","b"],"matrix":[[1,0],[1,1]]}""");
        Data("image").ShouldBe($$"""{"path":"/sessions/{{session}}/eda/plot.png","caption":"drawn before"}""");
        Data("table").ShouldContain("""[[7,null],[9,2.5]]""");
        // What was no record of its kind stays output.
        events.ShouldContain(item =>
            item.Type == EventTypes.CodeOutput && item.Data.GetProperty("text").GetString()!.Contains("passwd.png")
        );

        string Data(string kind) => logs.Single(log => log.Kind == kind).Data.Text;
    }

    [Theory]
    [InlineData("""{"kind":"image","name":"x","data":{"path":"/etc/passwd"}}""")]
    [InlineData("""{"kind":"image","name":"x","data":{"path":"a/../../b.png"}}""")]
    [InlineData("""{"kind":"image","name":"x","data":{"path":"a//b.png"}}""")]
    [InlineData("""{"kind":"image","name":"x","data":{}}""")]
    [InlineData("""{"kind":"video","name":"x","data":{}}""")]
    [InlineData("""{"kind":"table","name":"x","data":{"columns":["a"],"rows":[[1,2]]}}""")]
    [InlineData("""{"kind":"table","name":"x","data":{"columns":["a"],"rows":[[{"html":"<b>"}]]}}""")]
    [InlineData("""{"kind":"confusion","name":"x","data":{"labels":["a"],"matrix":[]}}""")]
    [InlineData("""{"kind":"confusion","name":"x","data":{"labels":["a"],"matrix":[["1"]]}}""")]
    [InlineData("""{"kind":"curve","name":"x","data":{"x":[1],"y":[1,2]}}""")]
    [InlineData("""{"kind":"curve","name":"","data":{"x":[1],"y":[1]}}""")]
    [InlineData("""{"kind":"curve","name":"x"}""")]
    [InlineData("[]")]
    public void WhatHasNotTheShapeOfItsKindIsNoRecord(string log) =>
        MetricLines
            .TryParse(Encoding.UTF8.GetBytes($$"""{"rich_log":{{log}}}"""), "train", out _, "/sessions/s/train")
            .ShouldBeFalse();

    [Fact]
    public void NothingOfARecordCanBreakTheLineItIsSentOn()
    {
        var line =
            "{\"rich_log\":{\"kind\":\"curve\",\"name\":\"x\",\"data\":{\r\r\"x\":[1],\r\"y\":\r[2],\"html\":\"<b>\"}}}";
        MetricLines.TryParse(Encoding.UTF8.GetBytes(line), "train", out var parsed, "/s").ShouldBeTrue();
        parsed.Rich!.Data.Text.ShouldBe("""{"x":[1],"y":[2]}""");
    }

    [Fact]
    public void AnImagesPathIsTheFileApis()
    {
        var line = """{"rich_log":{"kind":"image","name":"x","step":4,"data":{"path":"figures/a.png"}}}"""u8;
        MetricLines.TryParse(line, "train", out var parsed, "/sessions/s/train").ShouldBeTrue();
        using var data = JsonDocument.Parse(parsed.Rich!.Data.Text);
        data.RootElement.GetProperty("path").GetString().ShouldBe("/sessions/s/train/figures/a.png");
        parsed.Rich.Step.ShouldBe(4);
    }
}

[OnPostgres]
public sealed class RichLogTestsOnPostgres : RichLogTests;
