using System.Text;
using Trainable.Server.Sandboxes;

namespace Trainable.Bench.Rows.Sandbox;

/// <summary>Fifty sessions that have each run a step and wait for the next: what all their sandboxes hold together.</summary>
internal static class OpenSessionsRow
{
    private const int Sessions = 50;
    private const double MostGigabytes = 3;

    private const string Script = """
        import pandas, sklearn.ensemble
        print(pandas.DataFrame({"x": range(1000)}).describe())
        """;

    public static async Task<IReadOnlyList<Measurement>> RunAsync()
    {
        await using var server = await BenchServer.StartAsync();
        var held = new List<long>();
        for (var number = 0; number < Sessions; number++)
        {
            var session = (await server.CreateExperimentAsync()).SessionId;
            using var answer = await server.Http.PostAsync(
                $"/api/sessions/{session}/exec",
                new StringContent(Script, Encoding.UTF8, "text/x-python")
            );
            answer.EnsureSuccessStatusCode();
            await answer.Content.ReadAsStringAsync();
            held.Add(Processes.SandboxesOf(Environment.ProcessId));
        }
        var most = held.Max() / 1e9;
        var first = held[0] / 1e6;
        return
        [
            new Measurement(
                $"memory of the sandboxes of {Sessions} open sessions (of which {new SandboxOptions().Warm} stay warm)",
                $"≤ {MostGigabytes} GB",
                BenchServer.Format(most, "GB"),
                most <= MostGigabytes,
                $"one alone {first:0} MB; counted after each of {Sessions} sessions"
            ),
        ];
    }
}
