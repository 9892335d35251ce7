using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Trainable.Tests.App;

namespace Trainable.Tests.Sessions;

/// <summary>A person's script in a session's sandbox, over HTTP.</summary>
public sealed class ExecTests
{
    [Fact]
    public async Task AScriptRunsInTheSessionsSandboxAndItsOutputComesAsItIsWritten()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        var experiment = await app.CreateExperimentAsync();
        const string code = """
            import os, sys
            print(os.getcwd(), os.listdir("/data/sessions"))
            print("trouble", file=sys.stderr)
            open("made.txt", "w").write("by exec")
            sys.exit(7)
            """;

        var lines = await ReadAsync(await PostAsync(app, experiment.SessionId, code));

        var end = lines[^1];
        end.GetProperty("type").GetString().ShouldBe("end");
        end.GetProperty("outcome").GetString().ShouldBe("error");
        end.GetProperty("exit_code").GetInt32().ShouldBe(7);
        end.GetProperty("script_path").GetString().ShouldBe($"/sessions/{experiment.SessionId}/exec/exec_001.py");
        TextOf(lines, "stdout").ShouldBe($"/data/sessions/{experiment.SessionId} ['{experiment.SessionId}']\n");
        TextOf(lines, "stderr").ShouldContain("trouble");
        var folder = Path.Combine(app.Home, "workspace", "sessions", $"{experiment.SessionId}");
        File.ReadAllText(Path.Combine(folder, "exec", "exec_001.py")).ShouldBe(code);
        File.Exists(Path.Combine(folder, "made.txt")).ShouldBeTrue();
    }

    [Fact]
    public async Task LeavingTheRequestEndsTheScript()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        var session = (await app.CreateExperimentAsync()).SessionId;
        const string code = "import time\nprint('up', flush=True)\ntime.sleep(600)";
        using (var response = await PostAsync(app, session, code))
        {
            await using var body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
            await body.ReadExactlyAsync(new byte[10], TestContext.Current.CancellationToken);
            using var beside = await PostAsync(app, session, "print('beside')");
            beside.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        }

        // The next script is let in as soon as the first has ended; until then it is told that one runs.
        using var patience = new CancellationTokenSource(TrainableApp.Patience);
        HttpStatusCode status;
        do
        {
            patience.Token.ThrowIfCancellationRequested();
            using var next = await PostAsync(app, session, "print('next')");
            status = next.StatusCode;
        } while (status == HttpStatusCode.Conflict);

        status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task AScriptIsRefusedWhileAStageRunsAndEndedByOneThatStarts()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels(new ScriptedTurn.Hang()));
        var session = (await app.CreateExperimentAsync()).SessionId;
        using var running = await PostAsync(app, session, "import time\nprint('up', flush=True)\ntime.sleep(600)");

        (await app.StartStageAsync(session, "eda")).StatusCode.ShouldBe(HttpStatusCode.OK);

        var lines = await ReadAsync(running);
        lines[^1].GetProperty("outcome").GetString().ShouldBe("cancelled");
        using var refused = await PostAsync(app, session, "print('no')");
        refused.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await TrainableApp.DetailAsync(refused)).ShouldContain("A stage runs in this session");
    }

    [Fact]
    public async Task WhatCannotBeRunIsRefused()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        var session = (await app.CreateExperimentAsync()).SessionId;

        (await PostAsync(app, Guid.NewGuid(), "print()")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await PostAsync(app, session, "  ")).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await PostAsync(app, session, new string('#', 2 << 20))).StatusCode.ShouldBe(
            HttpStatusCode.RequestEntityTooLarge
        );
    }

    private static Task<HttpResponseMessage> PostAsync(TrainableApp app, Guid session, string code)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/api/sessions/{session}/exec")
        {
            Content = new StringContent(code, Encoding.UTF8, new MediaTypeHeaderValue("text/x-python")),
        };
        return app.Http.SendAsync(
            request,
            HttpCompletionOption.ResponseHeadersRead,
            TestContext.Current.CancellationToken
        );
    }

    private static async Task<List<JsonElement>> ReadAsync(HttpResponseMessage response)
    {
        response.EnsureSuccessStatusCode();
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];
    }

    private static string TextOf(List<JsonElement> lines, string stream) =>
        string.Concat(
            lines
                .Where(line => line.GetProperty("type").GetString() == "output")
                .Where(line => line.GetProperty("stream").GetString() == stream)
                .Select(line => line.GetProperty("text").GetString())
        );
}
