using System.IO.Pipelines;
using System.Net;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Trainable.Server.Storage;
using Trainable.Tests.App;
using static Trainable.Tests.Faults.FaultLab;

namespace Trainable.Tests.Faults;

/// <summary>Faults 9, 10, 12, 13 and 16: what comes in, who may come in, and what goes with a deletion.</summary>
public sealed class DoorFaults
{
    [Theory]
    [InlineData("../escaped.csv")]
    [InlineData("a/../../escaped.csv")]
    [InlineData("/etc/escaped.csv")]
    public async Task Fault09NoNameAndNoLinkLeadsOutOfTheWorkspace(string name)
    {
        await using var app = await TrainableApp.StartAsync(
            new ScriptedModels(
                ScriptedModels.Run($"import os\nos.symlink('/etc/passwd', 'door')\n{Report}"),
                ScriptedModels.Finish()
            )
        );
        var refused = await app.PostExperimentAsync(Encoding.UTF8.GetBytes(Tables.Small), name);
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        Directory.EnumerateFiles(app.Home, "escaped.csv", SearchOption.AllDirectories).ShouldBeEmpty();

        var session = await app.SessionAsync();
        await app.RunEdaAsync(session);
        foreach (var endpoint in new[] { "read", "raw" })
        {
            var answer = await app.Http.GetAsync(
                $"/api/files/{endpoint}?path=/sessions/{session}/eda/door",
                Cancellation
            );
            answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        }
    }

    [Fact]
    public async Task Fault10HealthAnswersWhateverElseIsStuck()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        // More uploads that never get on than the machine has threads to block.
        var pipes = Enumerable.Range(0, 4 * Environment.ProcessorCount + 8).Select(_ => new Pipe()).ToList();
        var uploads = pipes
            .Select(pipe => UploadAsync(app, new StreamContent(pipe.Reader.AsStream()), "a.csv"))
            .ToList();
        foreach (var pipe in pipes)
            await pipe.Writer.WriteAsync("a,b\n1,2\n"u8.ToArray(), Cancellation);
        for (var again = 0; again < 20; again++)
            (await app.Http.GetAsync("/api/health", Cancellation)).StatusCode.ShouldBe(HttpStatusCode.OK);
        uploads.ShouldAllBe(upload => !upload.IsCompleted);
        foreach (var pipe in pipes)
            await pipe.Writer.CompleteAsync();
        await Task.WhenAll(uploads);
    }

    [Fact]
    public async Task Fault12EveryForeignKeyHasAnIndexAndADeletionLeavesNoOrphan()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels(ScriptedModels.Run(Endless)));
        var created = await app.CreateExperimentAsync();
        await app.StartStageAsync(created.SessionId, "eda");
        await app.FollowUntilAsync(created.SessionId, item => item.Type == "code_output");
        (await app.Http.DeleteAsync($"/api/experiments/{created.Id}", Cancellation)).EnsureSuccessStatusCode();

        await using var db = await app
            .Server.Services.GetRequiredService<IDbContextFactory<TrainableDb>>()
            .CreateDbContextAsync(Cancellation);
        (await db.Sessions.CountAsync(Cancellation)).ShouldBe(0);
        (await db.StageRuns.CountAsync(Cancellation)).ShouldBe(0);
        (await db.SessionEvents.CountAsync(Cancellation)).ShouldBe(0);
        (await db.Messages.CountAsync(Cancellation)).ShouldBe(0);
        (await db.Turns.CountAsync(Cancellation)).ShouldBe(0);
        foreach (var key in db.Model.GetEntityTypes().SelectMany(entity => entity.GetForeignKeys()))
        {
            key.DeclaringEntityType.GetIndexes()
                .Select(index => index.Properties[0])
                .Concat(key.DeclaringEntityType.GetKeys().Select(one => one.Properties[0]))
                .ShouldContain(key.Properties[0]);
        }
    }

    [Fact]
    public async Task Fault13StrangersAndOtherOriginsGetNothing()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        using var stranger = new HttpClient { BaseAddress = app.Server.Url };
        (await stranger.GetAsync("/api/experiments", Cancellation)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await stranger.PostAsync("/api/s3/presign", null, Cancellation)).StatusCode.ShouldBe(
            HttpStatusCode.Unauthorized
        );
        using var elsewhere = new HttpRequestMessage(HttpMethod.Get, "/api/experiments");
        elsewhere.Headers.Add("Origin", "https://elsewhere.example");
        using var answer = await app.Http.SendAsync(elsewhere, Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        answer.Headers.Contains("Access-Control-Allow-Origin").ShouldBeFalse();
    }

    [Fact]
    public async Task Fault16AnUploadStreamsToDiskAndKeepsItsFolders()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        var upload = UploadAsync(app, new StreamContent(pipe.Reader.AsStream()), "big.csv");
        await pipe.Writer.WriteAsync("a,b\n"u8.ToArray(), Cancellation);
        var rows = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("1,2\n", 1 << 20)));
        await pipe.Writer.WriteAsync(rows, Cancellation);
        // Half of it is sent, and most of that lies on the disk already.
        while (Largest(app.Home) < rows.Length / 2)
            await Task.Yield();
        upload.IsCompleted.ShouldBeFalse();
        await pipe.Writer.CompleteAsync();
        await upload;

        using var form = new MultipartFormDataContent
        {
            { new StringContent("folders"), "name" },
            { new StringContent("a,b\n1,2\n"), "files", "north/data.csv" },
            { new StringContent("c,d\n3,4\n"), "files", "south/data.csv" },
        };
        (await app.Http.PostAsync("/api/experiments", form, Cancellation)).EnsureSuccessStatusCode();
        Directory
            .EnumerateFiles(Path.Combine(app.Home, "workspace"), "data.csv", SearchOption.AllDirectories)
            .Select(file => Path.GetFileName(Path.GetDirectoryName(file)!))
            .Order()
            .ShouldBe(["north", "south"]);
    }

    private static long Largest(string home) =>
        Directory
            .EnumerateFiles(home, "*", SearchOption.AllDirectories)
            .Select(file => new FileInfo(file))
            .Max(file => file.Exists ? file.Length : 0);

    private static async Task<HttpStatusCode> UploadAsync(TrainableApp app, HttpContent content, string name)
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent("slow"), "name" },
            { content, "files", name },
        };
        using var answer = await app.Http.PostAsync("/api/experiments", form, Cancellation);
        return answer.StatusCode;
    }
}
