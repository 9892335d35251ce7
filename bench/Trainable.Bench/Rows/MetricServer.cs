namespace Trainable.Bench.Rows;

/// <summary>A server whose agent runs one script, in a process that can be killed.</summary>
internal static class MetricServer
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var (home, script) = (arguments[0], await File.ReadAllTextAsync(arguments[1]));
        var server = await BenchServer.StartAsync(new Transcript(script, times: 1), home);
        var session = (await server.CreateExperimentAsync()).SessionId;
        await server.StartEdaAsync(session);
        await Console.Out.WriteLineAsync($"{server.Url} {server.Token} {session}");
        await Task.Delay(Timeout.Infinite);
        return 0;
    }
}
