using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Trainable.Contracts;

namespace Trainable.Bench.Rows;

/// <summary>
/// One row of raw columns through the pipeline and the model that autopilot made, from request to answer: the sample with
/// the messiest columns, the model warm.
/// </summary>
internal static class PredictRow
{
    private const string Sample = "messy-churn";
    private const string Budget = "60";
    private const int Requests = 300;
    private const int WarmUp = 20;
    private const double Most = 20;

    public static async Task<IReadOnlyList<Measurement>> RunAsync()
    {
        await using var server = await BenchServer.StartAsync();
        var session = await TrainAsync(server);
        var rows = await RowsAsync(server, session);
        var plain = new List<double>();
        var explained = new List<double>();
        for (var request = 0; request < WarmUp + Requests; request++)
            plain.Add(await TimeAsync(server, session, rows[request % rows.Count], explain: false));
        for (var request = 0; request < Requests / 10; request++)
            explained.Add(await TimeAsync(server, session, rows[request % rows.Count], explain: true));
        return
        [
            Measurement.OfTimes(
                $"predict one row of {Sample} over HTTP, model warm",
                Most,
                plain[WarmUp..],
                "requests"
            ),
            Measurement.OfTimes($"predict and explain one row of {Sample}", 1_000, explained, "requests"),
        ];
    }

    private static async Task<Guid> TrainAsync(BenchServer server)
    {
        using var made = await server.Http.PostAsync(
            "/api/experiments/from-sample",
            JsonContent.Create(new FromSampleRequest { Name = Sample }, ContractJson.Default.FromSampleRequest)
        );
        made.EnsureSuccessStatusCode();
        var session = (await made.Content.ReadFromJsonAsync(ContractJson.Default.ExperimentCreated))!.SessionId;
        using var started = await server.Http.PostAsync(
            $"/api/sessions/{session}/auto",
            new StringContent($"{{\"budget_seconds\": {Budget}}}", null, "application/json")
        );
        started.EnsureSuccessStatusCode();
        await using var body = await server.Http.GetStreamAsync($"/api/sessions/{session}/stream?after=0");
        await foreach (var item in SseParser.Create(body).EnumerateAsync())
        {
            var read = JsonSerializer.Deserialize(item.Data, ContractJson.Default.StreamEvent)!;
            if (read.Type != EventTypes.StateChange)
                continue;
            switch (read.Data.GetProperty("state").GetString())
            {
                case "train_done":
                    return session;
                case "failed":
                    throw new InvalidOperationException($"The run failed: {read.Data}");
                default:
                    break;
            }
        }
        throw new InvalidOperationException("The run's stream ended before its end.");
    }

    /// <summary>Working rows without the target, as JSON bodies want them.</summary>
    private static async Task<List<Dictionary<string, JsonElement>>> RowsAsync(BenchServer server, Guid session)
    {
        var form = await server.Http.GetFromJsonAsync(
            $"/api/sessions/{session}/predict",
            ContractJson.Default.PredictionForm
        );
        var answer = await server.Http.GetFromJsonAsync(
            $"/api/sessions/{session}/tables/working/rows?limit=200",
            ContractJson.Default.QueryResult
        );
        return
        [
            .. answer!
                .Rows.EnumerateArray()
                .Select(row =>
                    answer
                        .Columns.Zip(row.EnumerateArray())
                        .Where(pair => pair.First != form!.Target)
                        .ToDictionary(
                            pair => pair.First,
                            pair =>
                                JsonSerializer.SerializeToElement(
                                    pair.Second.ValueKind is JsonValueKind.Null ? null : pair.Second.ToString(),
                                    ContractJson.Default.String
                                ),
                            StringComparer.Ordinal
                        )
                ),
        ];
    }

    private static async Task<double> TimeAsync(
        BenchServer server,
        Guid session,
        Dictionary<string, JsonElement> row,
        bool explain
    )
    {
        var since = TimeProvider.System.GetTimestamp();
        using var answer = await server.Http.PostAsync(
            $"/api/sessions/{session}/predict",
            JsonContent.Create(
                new PredictRequest { Rows = [row], Explain = explain },
                ContractJson.Default.PredictRequest
            )
        );
        await answer.Content.ReadAsByteArrayAsync();
        answer.EnsureSuccessStatusCode();
        return TimeProvider.System.GetElapsedTime(since).TotalMilliseconds;
    }
}
