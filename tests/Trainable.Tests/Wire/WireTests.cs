using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Trainable.Contracts;
using Trainable.Server.S3;
using Trainable.Tests.App;

namespace Trainable.Tests.Wire;

/// <summary>
/// Every exchange a client written for the reference makes, frozen. The approved files were checked against the reference's
/// captured responses: same fields, order, codes and timestamps, plus what ours adds.
/// </summary>
public class WireTests
{
    private const string Script =
        "# Load and profile\nfrom trainable import log, configure_dashboard\n"
        + "configure_dashboard([{\"title\": \"Loss\", \"metrics\": [\"train_loss\", \"val_loss\"], \"type\": \"line\"}])\n"
        + "for i in range(3): log(step=i, metrics={\"train_loss\": 1.0 / (i + 1), \"val_loss\": 2.0 / (i + 1)}, run=\"demo\")\n"
        + "print(\"rows\", 120)\nopen(\"report.md\", \"w\").write(\"# Report\")\n";

    [Fact]
    public async Task HealthAnswersAsTheReference()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        (await ExchangeAsync(app, HttpMethod.Get, "/api/health")).ShouldMatchApproved("health.http");
    }

    [Fact]
    public async Task ExperimentsAnswerAsTheReference()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        (await ExchangeAsync(app, HttpMethod.Get, "/api/experiments")).ShouldMatchApproved("experiments-empty.http");
        var one = Form("demo", "go", ("d.csv", Tables.Small));
        (await ExchangeAsync(app, HttpMethod.Post, "/api/experiments", one)).ShouldMatchApproved(
            "experiment-create-one.http"
        );
        var many = Form("many", "", ("d.csv", Tables.Small), ("e.csv", Tables.Small));
        (await ExchangeAsync(app, HttpMethod.Post, "/api/experiments", many)).ShouldMatchApproved(
            "experiment-create-many.http"
        );
        (await ExchangeAsync(app, HttpMethod.Get, "/api/experiments")).ShouldMatchApproved("experiments-list.http");
        var created = await app.CreateExperimentAsync();
        (await ExchangeAsync(app, HttpMethod.Get, $"/api/experiments/{created.Id}")).ShouldMatchApproved(
            "experiment-get.http"
        );
        (await ExchangeAsync(app, HttpMethod.Post, $"/api/experiments/{created.Id}/sessions")).ShouldMatchApproved(
            "session-create.http"
        );
        (await ExchangeAsync(app, HttpMethod.Delete, $"/api/experiments/{created.Id}")).ShouldMatchApproved(
            "experiment-delete.http"
        );
        (await ExchangeAsync(app, HttpMethod.Get, $"/api/experiments/{Guid.Empty}")).ShouldMatchApproved(
            "experiment-unknown-404.http"
        );
        (await ExchangeAsync(app, HttpMethod.Post, "/api/experiments", Form("nothing", ""))).ShouldMatchApproved(
            "experiment-create-no-files-422.http"
        );
        (
            await ExchangeAsync(app, HttpMethod.Post, "/api/experiments", Form(null, "", ("d.csv", Tables.Small)))
        ).ShouldMatchApproved("experiment-create-no-name-422.http");
    }

    [Fact]
    public async Task AFreshSessionAnswersAsTheReference()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        var session = (await app.CreateExperimentAsync(instructions: "go")).SessionId;
        var root = $"/api/sessions/{session}";
        (await ExchangeAsync(app, HttpMethod.Get, root)).ShouldMatchApproved("session-get-fresh.http");
        (
            await ExchangeAsync(app, HttpMethod.Post, $"{root}/messages", Json("""{"content":"hello"}"""))
        ).ShouldMatchApproved("message-post.http");
        (await ExchangeAsync(app, HttpMethod.Post, $"{root}/messages", Json("{}"))).ShouldMatchApproved(
            "message-post-invalid-422.http"
        );
        (await ExchangeAsync(app, HttpMethod.Get, $"{root}/messages")).ShouldMatchApproved("messages-list.http");
        (await ExchangeAsync(app, HttpMethod.Post, $"{root}/stages/x/start")).ShouldMatchApproved("stage-bad-400.http");
        (await ExchangeAsync(app, HttpMethod.Post, $"{root}/stages/prep/start")).ShouldMatchApproved(
            "stage-prep-early-400.http"
        );
        (await ExchangeAsync(app, HttpMethod.Post, $"{root}/abort")).ShouldMatchApproved("abort-idle.http");
        (await ExchangeAsync(app, HttpMethod.Get, $"{root}/prep/metadata")).ShouldMatchApproved(
            "prep-metadata-404.http"
        );
        (await ExchangeAsync(app, HttpMethod.Get, $"{root}/metrics?stage=train&name=z")).ShouldMatchApproved(
            "metrics-empty.http"
        );
    }

    [Fact]
    public async Task AStageThatRanAnswersAsTheReference()
    {
        await using var app = await TrainableApp.StartAsync(
            new ScriptedModels(ScriptedModels.Run(Script, "Looking at the data first."), ScriptedModels.Finish())
        );
        var session = (await app.CreateExperimentAsync(instructions: "go")).SessionId;
        var root = $"/api/sessions/{session}";
        (await ExchangeAsync(app, HttpMethod.Post, $"{root}/stages/eda/start")).ShouldMatchApproved(
            "stage-eda-start.http"
        );
        (await ExchangeAsync(app, HttpMethod.Post, $"{root}/stages/eda/start")).ShouldMatchApproved(
            "stage-eda-again-409.http"
        );
        var events = await app.FollowToStateAsync(session, "eda_done", "failed");
        ApprovedFile.Normalise(Render(events)).ShouldMatchApproved("stream.events");
        (await ExchangeAsync(app, HttpMethod.Get, root)).ShouldMatchApproved("session-get-eda-done.http");
        (await ExchangeAsync(app, HttpMethod.Get, $"{root}/artifacts")).ShouldMatchApproved("artifacts.http");
        (await ExchangeAsync(app, HttpMethod.Get, $"{root}/metrics")).ShouldMatchApproved("metrics.http");
        var files = $"path=/sessions/{session}/eda";
        (await ExchangeAsync(app, HttpMethod.Get, $"/api/files/list?{files}")).ShouldMatchApproved("files-list.http");
        (
            await ExchangeAsync(app, HttpMethod.Get, $"/api/files/read?{files}/scripts/step_01_load_and_profile.py")
        ).ShouldMatchApproved("files-read.http");
        (await ExchangeAsync(app, HttpMethod.Get, $"/api/files/tree?root=/sessions/{session}/eda")).ShouldMatchApproved(
            "files-tree.http"
        );
        (await ExchangeAsync(app, HttpMethod.Get, "/api/files/read?path=/../../etc/passwd")).ShouldMatchApproved(
            "files-outside-403.http"
        );
    }

    [Fact]
    public async Task TheApiDescribesItselfAndIsFrozen()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        var document = await app.Http.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken);
        using var parsed = System.Text.Json.JsonDocument.Parse(document);
        var operations = parsed
            .RootElement.GetProperty("paths")
            .EnumerateObject()
            .SelectMany(path =>
                path.Value.EnumerateObject().Select(operation => $"{operation.Name.ToUpperInvariant()} {path.Name}")
            );
        (string.Join('\n', operations.Order(StringComparer.Ordinal)) + "\n").ShouldMatchApproved("operations.txt");
    }

    [Fact]
    public async Task S3AnswersAsTheReferenceWhereS3ItselfIsNotAsked()
    {
        await using var app = await TrainableApp.StartAsync(
            new ScriptedModels(),
            configure: services =>
                services.AddSingleton(
                    new S3Options
                    {
                        Endpoint = new Uri("http://localhost:4566"),
                        Keys = new S3Keys("test", "test", session: null),
                        Buckets = ["datasets", "experiments"],
                    }
                )
        );
        (await ExchangeAsync(app, HttpMethod.Get, "/api/s3/buckets")).ShouldMatchApproved("s3-buckets.http");
        var body = Json("""{"bucket":"datasets","key":"a.csv"}""");
        System
            .Text.RegularExpressions.Regex.Replace(
                await ExchangeAsync(app, HttpMethod.Post, "/api/s3/presign", body),
                @"X-Amz-(?<field>Date|Signature|Credential)=[^&""]+",
                "X-Amz-${field}=(changing)",
                System.Text.RegularExpressions.RegexOptions.None,
                TimeSpan.FromSeconds(1)
            )
            .ShouldMatchApproved("s3-presign.http");
        var form = Form("demo", "");
        form.Add(new StringContent("not-an-s3-path"), "s3_path");
        (await ExchangeAsync(app, HttpMethod.Post, "/api/experiments/from-s3", form)).ShouldMatchApproved(
            "experiment-from-s3-bad-400.http"
        );
    }

    /// <summary>
    /// The lasting events, a line each. What a step writes is flushed by time, so its events are put in one order and its
    /// metrics into one batch.
    /// </summary>
    private static string Render(IReadOnlyList<StreamEvent> events)
    {
        var lasting = events.Where(item => item.Seq is not null).ToList();
        var first = lasting.FindIndex(item => IsLive(item.Type));
        var live = lasting.Where(item => IsLive(item.Type)).ToList();
        var text = new StringBuilder();
        foreach (var item in lasting.Take(first).Where(item => !IsLive(item.Type)))
            text.Append(item.Type).Append(' ').Append(item.Data.GetRawText()).Append('\n');
        foreach (
            var item in live.Where(item => item.Type != EventTypes.MetricsBatch)
                .OrderBy(item => item.Type, StringComparer.Ordinal)
        )
            text.Append(item.Type).Append(' ').Append(item.Data.GetRawText()).Append('\n');
        var points = live.Where(item => item.Type == EventTypes.MetricsBatch)
            .SelectMany(item => item.Data.GetProperty("items").EnumerateArray().Select(point => point.GetRawText()));
        text.Append(EventTypes.MetricsBatch).Append(" {\"items\":[").AppendJoin(',', points).Append("]}\n");
        foreach (var item in lasting.Skip(first).Where(item => !IsLive(item.Type)))
            text.Append(item.Type).Append(' ').Append(item.Data.GetRawText()).Append('\n');
        return text.ToString();
    }

    private static bool IsLive(string type) =>
        type is EventTypes.CodeOutput or EventTypes.ChartConfig or EventTypes.MetricsBatch;

    private static async Task<string> ExchangeAsync(
        TrainableApp app,
        HttpMethod method,
        string url,
        HttpContent? content = null
    )
    {
        using var request = new HttpRequestMessage(method, url) { Content = content };
        using var response = await app.Http.SendAsync(request, TestContext.Current.CancellationToken);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return ApprovedFile.Normalise(
            $"{method} {url}\nHTTP/1.1 {(int)response.StatusCode} {response.ReasonPhrase}\n"
                + $"content-type: {response.Content.Headers.ContentType?.MediaType}\n\n{body}\n"
        );
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private static MultipartFormDataContent Form(
        string? name,
        string instructions,
        params (string Name, string Content)[] files
    )
    {
        var form = new MultipartFormDataContent();
        if (name is not null)
            form.Add(new StringContent(name), "name");
        form.Add(new StringContent(instructions), "instructions");
        foreach (var (file, content) in files)
            form.Add(new StringContent(content), "files", file);
        return form;
    }
}

[OnPostgres]
public sealed class WireTestsOnPostgres : WireTests;
