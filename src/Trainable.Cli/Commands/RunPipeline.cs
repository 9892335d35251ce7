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
        if (!IsSample(arguments.Data))
        {
            // A wrong path should not wait for a server to start.
            DataSource.FromPath(arguments.Data).Dispose();
        }
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
        }
        await RunWatch.ReportAsync(server, session, arguments.Json, clock.GetElapsedTime(started));
        return RunWatch.ExitCode(end);
    }

    private static bool IsSample(string data) => data.StartsWith(Samples.Prefix, StringComparison.Ordinal);

    private static async Task<Guid> StartAsync(
        RunArguments arguments,
        HomeServer server,
        IRunView view,
        CancellationToken cancellation
    )
    {
        using var data = IsSample(arguments.Data)
            ? await new Samples(PythonLocation.Read(server.Home)).WriteAsync(
                arguments.Data[Samples.Prefix.Length..],
                cancellation
            )
            : DataSource.FromPath(arguments.Data);
        var upload = new ExperimentUpload
        {
            Name = arguments.Name ?? data.Name,
            Description = data.Description,
            Instructions = arguments.Instructions,
            // The terms are the experiment's, so that whatever starts later in it has them too.
            Options = arguments.Options with
            {
                Target = arguments.Options.Target ?? data.Target,
                Run = arguments.Run,
            },
            Files = data.Files,
        };
        var target = upload.Options.Target is { } column ? $", predicting {column}" : "";
        view.Notice($"{upload.Name} · {Words.Count(data.Files.Count, "file")}, {Words.Bytes(data.Size)}{target}");
        var created = await server.AskAsync(api => api.CreateExperimentAsync(upload, cancellation), cancellation);
        if (created.Note is { } note)
            view.Notice(note);
        var request = new StartStageRequest();
        try
        {
            await server.AskAsync(
                api => api.StartAsync(created.SessionId, arguments.Until, request, cancellation),
                cancellation
            );
        }
        catch (ApiException running) when (running.Status == 409)
        {
            // Asked twice, because the first answer was lost with the owner that gave it.
        }
        return created.SessionId;
    }
}
