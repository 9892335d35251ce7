using Trainable.Cli.Api;
using Trainable.Cli.Data;
using Trainable.Cli.Serving;
using Trainable.Cli.Terminal;
using Trainable.Contracts;
using Trainable.Server.Platform;

namespace Trainable.Cli.Commands;

/// <summary>One run from the upload to the score.</summary>
internal static class RunPipeline
{
    public static async Task<int> ExecuteAsync(RunArguments arguments, TimeProvider clock)
    {
        using var interrupts = new Interrupts();
        var started = clock.GetTimestamp();
        CheckData(arguments.Data);
        if (arguments.Data != Samples.Prefix + "list")
            Requirements.Check(arguments.Home);
        await using var server = await HomeServer.OpenAsync(arguments.Home, 0, "run", clock, interrupts.Token);
        if (arguments.Data == Samples.Prefix + "list")
            return await SampleList.PrintAsync(
                new Samples(PythonLocation.Read(server.Home)),
                arguments.Json,
                interrupts.Token
            );

        Guid session;
        SessionEnd end;
        await using (var view = Views.Create(arguments.ExpectedStages, arguments.Json, clock))
        {
            session = await StartAsync(arguments, server, view, interrupts.Token);
            end = await new RunWatch(server, view, clock).UntilEndAsync(
                session,
                after: 0,
                arguments.Until,
                interrupts.Token
            );
            if (end is SessionEnd.Done)
                await new CopyWatch(server, view, clock).UntilCopiedAsync(session, interrupts.Token);
        }
        await RunWatch.ReportAsync(server, session, arguments.Json, clock.GetElapsedTime(started));
        return RunWatch.ExitCode(end);
    }

    /// <summary>A wrong path should not wait for a server to start.</summary>
    private static void CheckData(string data)
    {
        if (S3Address.Is(data))
            S3Address.NameOf(data);
        else if (!RunData.IsSample(data))
            DataSource.FromPath(data).Dispose();
    }

    private static async Task<Guid> StartAsync(
        RunArguments arguments,
        HomeServer server,
        IRunView view,
        CancellationToken cancellation
    )
    {
        var session = await RunData.BringAsync(arguments, server, view, cancellation);
        // A version's experiment has its own word on how runs are driven; here it is what the command says.
        var request = arguments.VersionOf is null ? new StartStageRequest() : new StartStageRequest(arguments.Run);
        try
        {
            await server.AskAsync(api => api.StartAsync(session, arguments.Until, request, cancellation), cancellation);
        }
        catch (ApiException running) when (running.Status == 409)
        {
            // Asked twice, because the first answer was lost with the owner that gave it.
        }
        return session;
    }
}
