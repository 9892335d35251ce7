using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using DuckDB.NET.Data;
using Trainable.Contracts;

namespace Trainable.Bench.Rows.Data;

/// <summary>What a person waits for before a large table can be seen: its preview, and the first page of its rows.</summary>
internal static class FirstPageRows
{
    private const int Rows = 10_000_000;
    private const int Requests = 30;
    private const int Page = 100;
    private const double MostTimes = 1.2;
    private const double MostPreview = 2_000;

    public static async Task<IReadOnlyList<Measurement>> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("trainable-bench-").FullName;
        try
        {
            await using var server = await BenchServer.StartAsync();
            server.Http.Timeout = TimeSpan.FromMinutes(10);
            return [await ParquetAsync(server, folder), .. await CsvAsync(server, folder)];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Measurement> ParquetAsync(BenchServer server, string folder)
    {
        var file = Path.Combine(folder, "rows.parquet");
        Execute(
            $"""
            COPY (SELECT i AS id, i % 97 AS a, random() AS x, random() AS y, (i * 7919) % 1000003 AS b, 'level ' || (i % 31) AS c,
                DATE '2020-01-01' + (i % 2000)::INTEGER AS day, i % 3 = 0 AS flag FROM range({Rows}) t(i)) TO '{file}' (FORMAT parquet)
            """
        );
        var session = await CreateAsync(server, file);
        var working = Directory
            .GetFiles(Path.Combine(server.Home, "workspace", "datasets"), "*.parquet", SearchOption.AllDirectories)
            .Single();
        var (bare, ours) = (new List<double>(), new List<double>());
        for (var request = -3; request < Requests; request++)
        {
            var plain = Time(() => ReadBare(working));
            var asked = await TimeAsync(() => AskAsync(server, session));
            if (request < 0)
                continue; // Both are warm after these.
            bare.Add(plain);
            ours.Add(asked);
        }
        var times = Statistics.Median(ours) / Statistics.Median(bare);
        return new Measurement(
            $"first page ({Page} rows) of a Parquet file of {Rows:N0} rows, of what a fresh DuckDB takes in the process itself",
            $"≤ {MostTimes}×",
            $"{BenchServer.Format(times, "×")} ({BenchServer.Format(Statistics.Median(ours), "ms")} of {BenchServer.Format(Statistics.Median(bare), "ms")})",
            times <= MostTimes,
            $"{ours.Count} requests, p95 {BenchServer.Format(Statistics.Quantile(ours, 0.95), "ms")}"
        );
    }

    private static async Task<IReadOnlyList<Measurement>> CsvAsync(BenchServer server, string folder)
    {
        var file = Path.Combine(folder, "rows.csv");
        Execute(
            $"""
            COPY (SELECT i AS id, i % 97 AS a, random() AS x, random() AS y, (i * 7919) % 1000003 AS b, 'level ' || (i % 31) AS c,
                repeat('text ', 4) AS d FROM range(11_000_000) t(i)) TO '{file}' (FORMAT csv, HEADER)
            """
        );
        var bytes = new FileInfo(file).Length;
        var head = new byte[1 << 20];
        await using (var start = File.OpenRead(file))
            await start.ReadExactlyAsync(head);
        var previews = new List<double>();
        for (var request = 0; request < Requests; request++)
        {
            previews.Add(
                await TimeAsync(async () =>
                {
                    using var form = new MultipartFormDataContent
                    {
                        { new ByteArrayContent(head), "file", "rows.csv" },
                        { new StringContent($"{bytes}"), "size" },
                    };
                    using var answer = await server.Http.PostAsync("/api/datasets/preview", form);
                    answer.EnsureSuccessStatusCode();
                })
            );
        }
        var session = await CreateAsync(server, file);
        var pages = new List<double>();
        for (var request = 0; request < 5; request++)
            pages.Add(await TimeAsync(() => AskAsync(server, session)));
        var size = BenchServer.Format(bytes / 1e9, "GB");
        return
        [
            Measurement.OfTimes($"preview of a CSV of {size} before its upload", MostPreview, previews, "requests"),
            Measurement.OfTimes(
                $"first page of a CSV of {size} in a session, the first of all among them",
                MostPreview,
                pages,
                "requests"
            ),
        ];
    }

    private static async Task<Guid> CreateAsync(BenchServer server, string file)
    {
        await using var content = File.OpenRead(file);
        using var form = new MultipartFormDataContent
        {
            { new StringContent("bench"), "name" },
            { new StringContent("{\"holdout\":\"none\"}"), "options" },
            { new StreamContent(content), "files", Path.GetFileName(file) },
        };
        using var answer = await server.Http.PostAsync("/api/experiments", form);
        answer.EnsureSuccessStatusCode();
        await using var body = await answer.Content.ReadAsStreamAsync();
        return (await JsonSerializer.DeserializeAsync(body, ContractJson.Default.ExperimentCreated))!.SessionId;
    }

    private static async Task AskAsync(BenchServer server, Guid session)
    {
        using var answer = await server.Http.PostAsync(
            $"/api/sessions/{session}/query",
            JsonContent.Create(new Dictionary<string, object> { ["sql"] = "SELECT * FROM working", ["limit"] = Page })
        );
        answer.EnsureSuccessStatusCode();
        await answer.Content.ReadAsByteArrayAsync();
    }

    private static void ReadBare(string file)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT * FROM read_parquet('{file}') LIMIT {Page}";
        using var reader = command.ExecuteReader();
        var text = new List<string?>();
        while (reader.Read())
        {
            for (var column = 0; column < reader.FieldCount; column++)
                text.Add(Convert.ToString(reader.GetValue(column), CultureInfo.InvariantCulture));
        }
    }

    private static void Execute(string sql)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static double Time(Action work)
    {
        var since = TimeProvider.System.GetTimestamp();
        work();
        return TimeProvider.System.GetElapsedTime(since).TotalMilliseconds;
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var since = TimeProvider.System.GetTimestamp();
        await work();
        return TimeProvider.System.GetElapsedTime(since).TotalMilliseconds;
    }
}
