using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Trainable.Contracts;
using Trainable.Server.Events;
using Trainable.Server.Storage;

namespace Trainable.Bench.Rows;

/// <summary>The two reads that a person waits for: a long session, and a full gallery.</summary>
internal static class ReadRows
{
    private const int Requests = 200;
    private const int Messages = 2_000;
    private const int Experiments = 1_000;
    private const int SessionsEach = 3;

    public static async Task<IReadOnlyList<Measurement>> RunAsync()
    {
        await using var server = await BenchServer.StartAsync();
        var session = (await server.CreateExperimentAsync()).SessionId;
        await WriteMessagesAsync(server, session);
        var one = await TimeAsync(server, $"/api/sessions/{session}");
        await WriteExperimentsAsync(server);
        var all = await TimeAsync(server, "/api/experiments");
        return
        [
            Measurement.OfTimes($"GET a session with {Messages:N0} messages, p50", 8, one, "requests"),
            Measurement.OfTimes(
                $"GET {Experiments:N0} experiments × {SessionsEach} sessions, p50",
                10,
                all,
                "requests"
            ),
        ];
    }

    private static async Task<List<double>> TimeAsync(BenchServer server, string path)
    {
        for (var warm = 0; warm < 50; warm++)
            await server.TimeGetAsync(path);
        var times = new List<double>();
        for (var request = 0; request < Requests; request++)
            times.Add(await server.TimeGetAsync(path));
        return times;
    }

    private static async Task WriteMessagesAsync(BenchServer server, Guid session)
    {
        var log = server.Services.GetRequiredService<EventLog>();
        await Task.WhenAll(
            Enumerable
                .Range(0, Messages)
                .Select(index => log.AppendAsync(new Append(session) { Events = [Message(index)] }))
        );
    }

    /// <summary>What a session is made of, in turn: talk, calls with their code, results with their output.</summary>
    private static EventDraft Message(int index) =>
        (index % 3) switch
        {
            0 => EventDraft.Create(
                EventTypes.AgentMessage,
                new AgentMessage($"Step {index}: I look at how the columns hang together before I go on.")
                {
                    Stage = "eda",
                },
                ContractJson.Default.AgentMessage
            ),
            1 => EventDraft.Create(
                EventTypes.UserMessage,
                new UserMessage($"Message {index}: mind the outliers in the second column, please."),
                ContractJson.Default.UserMessage
            ),
            _ => EventDraft.Create(
                EventTypes.ToolEnd,
                new ToolEnded("execute_code", $"rows {index}\n" + new string('-', 200)) { Stage = "eda" },
                ContractJson.Default.ToolEnded
            ),
        };

    private static async Task WriteExperimentsAsync(BenchServer server)
    {
        await using var db = await server
            .Services.GetRequiredService<IDbContextFactory<TrainableDb>>()
            .CreateDbContextAsync();
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        for (var index = 0; index < Experiments; index++)
        {
            var experiment = new Experiment
            {
                Id = Guid.CreateVersion7(),
                Name = $"experiment {index}",
                Description = "Which customers leave, and why.",
                Instructions = "Prefer a model that can be explained.",
                DatasetRef = $"s3://datasets/datasets/{index}/churn.csv",
                Options = "{}",
                CreatedAt = now.AddSeconds(index),
            };
            db.Add(experiment);
            for (var session = 0; session < SessionsEach; session++)
            {
                db.Add(
                    new Session
                    {
                        Id = Guid.CreateVersion7(),
                        ExperimentId = experiment.Id,
                        State = SessionStates.Done(Stages.Train),
                        CreatedAt = now.AddSeconds(index + session),
                        UpdatedAt = now.AddSeconds(index + session),
                    }
                );
            }
        }
        await db.SaveChangesAsync();
    }
}
