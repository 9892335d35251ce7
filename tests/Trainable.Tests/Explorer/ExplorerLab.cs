using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Trainable.Contracts;
using Trainable.Server.Explorer;
using Trainable.Server.Storage;
using Trainable.Tests.App;

namespace Trainable.Tests.Explorer;

/// <summary>
/// A session with tables of every kind, shared by the tests of the explorer: its EDA wrote splits as Prep would, other
/// tables, a link and a damaged file.
/// </summary>
public sealed class ExplorerLab : IAsyncLifetime
{
    public const double TimeoutSeconds = 4;

    private const string Script = """
        # Leave tables
        import os
        import pandas as pd
        rows = pd.read_csv([f"/data/datasets/{d}/data.csv" for d in os.listdir("/data/datasets")][0])
        os.makedirs("../prep/data"); os.makedirs("data/deep dir")
        rows.iloc[:10].to_parquet("../prep/data/train.parquet", index=False)
        rows.iloc[10:].to_parquet("../prep/data/val.parquet", index=False)
        rows.groupby("colour").size().rename("n").reset_index().to_csv("data/deep dir/by-colour.csv", index=False)
        os.symlink("/etc/passwd", "data/link.csv")
        open("data/damaged.parquet", "wb").write(b"PAR1 and then nothing of the kind PAR1")
        open("report.md", "w").write("# Report")
        """;

    internal TrainableApp App { get; private set; } = null!;

    internal ExperimentCreated Created { get; private set; } = null!;

    internal ScriptedModels Models { get; } = new();

    public Guid Session => Created.SessionId;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Models.Then(ScriptedModels.Run(Script)).Then(ScriptedModels.Finish());
        App = await TrainableApp.StartAsync(
            Models,
            configure: services =>
                services.AddSingleton(
                    new ExplorerOptions { Timeout = TimeSpan.FromSeconds(TimeoutSeconds), MemoryBytes = 256 << 20 }
                )
        );
        Created = await App.CreateExperimentAsync(options: new ExperimentOptions { Target = "bought" });
        await App.StartStageAsync(Session, "eda");
        await App.FollowToStateAsync(Session, "eda_done", "failed");
    }

    public ValueTask DisposeAsync() => App.DisposeAsync();

    internal Task<HttpResponseMessage> PostAsync(
        string sql,
        string path = "query",
        int? limit = null,
        int? offset = null
    )
    {
        var body = new Dictionary<string, object?>(StringComparer.Ordinal) { ["sql"] = sql };
        if (limit is not null)
            body["limit"] = limit;
        if (offset is not null)
            body["offset"] = offset;
        return App.Http.PostAsJsonAsync($"/api/sessions/{Session}/{path}", body, Cancellation);
    }

    internal async Task<QueryResult> QueryAsync(
        string sql,
        string path = "query",
        int? limit = null,
        int? offset = null
    )
    {
        using var answer = await PostAsync(sql, path, limit, offset);
        if (!answer.IsSuccessStatusCode)
            Assert.Fail($"{sql}: {await TrainableApp.DetailAsync(answer)}");
        return (await TrainableApp.ReadAsync(answer, ContractJson.Default.QueryResult))!;
    }

    /// <summary>The rows as compact JSON.</summary>
    internal async Task<string> RowsAsync(string sql) => (await QueryAsync(sql)).Rows.GetRawText();

    internal Task<string> GetAsync(string path) =>
        App.Http.GetStringAsync($"/api/sessions/{Session}/{path}", Cancellation);

    internal async Task<TableItem[]> TablesAsync() =>
        JsonSerializer.Deserialize(await GetAsync("tables"), ContractJson.Default.TableItemArray)!;

    /// <summary>A sealed test set, and a score that opens it, without the minutes a whole run takes.</summary>
    internal async Task OpenTestSetAsync()
    {
        var folder = Path.Combine(App.Home, "held", $"{Created.Id}", "sessions", $"{Session}");
        Directory.CreateDirectory(folder);
        using (var writer = new Datasets.ParquetWriter())
        {
            writer.Write(
                "SELECT 9.5::DOUBLE AS size, 'red' AS colour, 'yes' AS bought FROM range(3)",
                Path.Combine(folder, "test.parquet")
            );
        }
        var databases = App.Server.Services.GetRequiredService<IDbContextFactory<TrainableDb>>();
        await using var db = await databases.CreateDbContextAsync(Cancellation);
        db.Add(
            new StageRun
            {
                Id = Guid.CreateVersion7(),
                SessionId = Session,
                Stage = "train",
                Number = 1,
                Status = "done",
                Model = "scripted",
                Instructions = "",
                Score = "{}",
            }
        );
        await db.SaveChangesAsync(Cancellation);
    }

    /// <summary>Runs EDA again with these calls of <c>query_data</c>; returns what the model was told of each.</summary>
    internal async Task<List<string>> AskAsAgentAsync(params string[] queries)
    {
        var before = (await App.SessionAsync(Session)).LastSeq;
        foreach (var sql in queries)
            Models.Then(new ScriptedTurn.Reply("Looking.", ScriptedModels.Call("query_data", ("sql", sql))));
        Models.Then(ScriptedModels.Finish());
        await App.StartStageAsync(Session, "eda");
        var events = await App.FollowUntilAsync(
            Session,
            item => TrainableApp.StateOf(item) is "eda_done" or "failed",
            before
        );
        return
        [
            .. events
                .Where(item => item.Type == EventTypes.ToolEnd)
                .Select(item => item.Data)
                .Where(data => data.GetProperty("tool").GetString() == "query_data")
                .Select(data => data.GetProperty("output").GetString()!),
        ];
    }

    internal async Task<byte[]> DownloadAsync(string sql, string format)
    {
        var url = $"/api/sessions/{Session}/query/download?format={format}&name=rows&sql={Uri.EscapeDataString(sql)}";
        using var answer = await App.Http.GetAsync(url, Cancellation);
        if (!answer.IsSuccessStatusCode)
            Assert.Fail(Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync(Cancellation)));
        answer.Content.Headers.ContentDisposition!.FileName.ShouldBe($"rows.{format}");
        return await answer.Content.ReadAsByteArrayAsync(Cancellation);
    }
}
