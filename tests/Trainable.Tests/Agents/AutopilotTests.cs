using System.Diagnostics;
using System.Text.Json.Nodes;
using CsCheck;
using Microsoft.Extensions.AI;
using Trainable.Server.Agents;
using Trainable.Server.Agents.Models.Autopilot;
using Trainable.Server.Agents.Tools;

namespace Trainable.Tests.Agents;

public sealed class AutopilotTests
{
    [Fact]
    public void EveryPlaybookStepGetsItsParametersAndNoIncludeIsLeft()
    {
        var playbook = Playbook.Shipped();
        foreach (var stage in Contracts.Stages.All)
        {
            playbook.Steps(stage).ShouldNotBeEmpty();
            foreach (var step in playbook.Steps(stage))
            {
                var script = playbook.Script(step, new JsonObject { ["target"] = "the \"odd\" {name}" });
                script.ShouldContain("PARAMS = {\n    \"target\": \"the \\\"odd\\\" {name}\",\n}\n# end of parameters");
                script.ShouldNotContain("# include: ");
                script.ShouldStartWith("# ");
            }
        }
    }

    [Fact]
    public void NoTextCanEndItsPythonLiteral()
    {
        var texts = new List<string>();
        Gen.String.Sample(text => texts.Add(text), iter: 300, threads: 1);
        texts.AddRange(["\"; import os #", "\\", "line\nbreak\u2028x", "🙂", "{\"a\": 1}", "\ud800"]);
        var clean = texts.Select(text => string.Concat(text.EnumerateRunes())).ToList();
        var code =
            "import json,sys\nT="
            + PythonLiteral.Of(new JsonArray([.. texts.Select(text => JsonValue.Create(text))]))
            + "\nsys.stdout.write(json.dumps(T))";
        var file = Path.GetTempFileName();
        File.WriteAllText(file, code);
        var start = new ProcessStartInfo("/usr/bin/python3") { RedirectStandardOutput = true, UseShellExecute = false };
        start.ArgumentList.Add(file);
        using var python = Process.Start(start)!;
        var read = JsonNode
            .Parse(python.StandardOutput.ReadToEnd())!
            .AsArray()
            .Select(item => item!.GetValue<string>());
        File.Delete(file);
        read.ShouldBe(clean);
    }

    [Fact]
    public void ASentenceWhoseFactIsMissingIsLeftUnsaid()
    {
        var facts = new JsonObject { ["rows"] = 12345, ["share"] = 0.25 };
        Narration
            .Say(["{rows} rows.", "{unknown} columns.", "A share of {share}."], facts)
            .ShouldBe("12,345 rows. A share of 0.25.");
    }

    [Fact]
    public void ANumberBringsTheWordThatGoesWithIt()
    {
        string[] sentences = ["{rows|row is|rows are} read.", "{share|part|parts}."];
        Narration.Say(sentences, new JsonObject { ["rows"] = 1 }).ShouldBe("1 row is read.");
        Narration.Say(sentences, new JsonObject { ["rows"] = 0 }).ShouldBe("0 rows are read.");
        Narration
            .Say(sentences, new JsonObject { ["rows"] = 1200, ["share"] = 1.5 })
            .ShouldBe("1,200 rows are read. 1.5 parts.");
    }

    [Fact]
    public void ASentenceForWhatIsUnknownIsSaidOnlyThen()
    {
        string[] sentences = ["{no target}No target was named.", "On."];
        Narration.Say(sentences, []).ShouldBe("No target was named. On.");
        Narration.Say(sentences, new JsonObject { ["target"] = "bought" }).ShouldBe("On.");
    }

    [Theory]
    [InlineData(null, "For a table of this size I take about 14 seconds")]
    [InlineData(600.0, "279 seconds of your budget go into this")]
    public void TheTimeOfTheSearchIsSaidAndWhoChoseIt(double? budget, string sentence)
    {
        var brief = new StageBrief
        {
            Stage = Contracts.Stages.Train,
            Dataset = ["/data/datasets/x/data.csv"],
            Directory = "/data/sessions/x/train",
            Holdout = "host",
            Seed = 42,
            Rows = 500,
            Columns = 10,
            StepSeconds = 600,
            BudgetSeconds = budget,
        };
        var done = new FunctionResultContent(AutopilotConversation.CallId(0, safe: false, 1), "outcome: ok (1.0 s)\n");
        var conversation = AutopilotConversation.Read([
            new ChatMessage(ChatRole.User, brief.ToBlock()),
            new ChatMessage(ChatRole.Tool, [done]),
        ]);
        AutopilotReply.Next(Playbook.Shipped(), conversation).Text.ShouldContain(sentence);
    }

    [Fact]
    public void FactsAreReadFromTheLastLineAlone()
    {
        var facts = new JsonObject();
        Narration.Learn("outcome: ok (0.1 s)\nnoise facts: {\"a\": 1}\nfacts: {\"b\": 2}\nfiles: x", facts);
        facts.ToJsonString().ShouldBe("{\"b\":2}");
        Narration.Learn("facts: {broken", facts);
        facts.ToJsonString().ShouldBe("{\"b\":2}");
    }

    [Theory]
    [InlineData("Please forecast sales for next month.", "forecasting")]
    [InlineData("Do a clustering of customers", "clustering")]
    [InlineData("It is a multi-label problem", "multi-label")]
    public void WhatAutopilotCannotDoItSays(string instructions, string kind) =>
        Unsupported.Ask(instructions)!.ShouldContain(kind);

    [Fact]
    public void OrdinaryInstructionsAreNotRefused() =>
        Unsupported.Ask("Predict churn; ignore the customer id.").ShouldBeNull();

    [Theory]
    [InlineData("# Load and profile\nimport os", "load_and_profile")]
    [InlineData("# ok\nimport pandas as pd\n\ndef clean(x): pass", "clean")]
    [InlineData("import pandas\nfrom sklearn import svm", "svm")]
    [InlineData("print(1)", "code")]
    [InlineData("# ../../etc/passwd and \u202e more", "etc_passwd_and_more")]
    public void AScriptIsNamedByWhatItSaysItDoes(string code, string slug) => ScriptName.Slug(code).ShouldBe(slug);

    [Fact]
    public void NoCodeMakesAnUnsafeName() =>
        Gen.String.Sample(code =>
            ScriptName.Slug(code).All(c => char.IsAsciiLetterOrDigit(c) || c == '_')
            && ScriptName.Slug(code).Length <= 40
        );
}
