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
        else if (!IsSample(data))
            DataSource.FromPath(data).Dispose();
    }

    private static bool IsSample(string data) => data.StartsWith(Samples.Prefix, StringComparison.Ordinal);

    private static async Task<Guid> StartAsync(
        RunArguments arguments,
        HomeServer server,
        IRunView view,
        CancellationToken cancellation
    )
    {
        var session = (S3Address.Is(arguments.Data), arguments.VersionOf) switch
        {
            (true, null) => await CreateFromS3Async(arguments, server, view, cancellation),
            (true, _) => throw new CommandException(
                "A new version is made of files here, not of s3://. Download the data first.",
                ExitCodes.Usage
            ),
            (false, null) => await CreateAsync(arguments, server, view, cancellation),
            (false, { } versioned) => await AddVersionAsync(arguments, versioned, server, view, cancellation),
        };
        var request = arguments.VersionOf is null ? new StartStageRequest() : Driven(arguments.Run);
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

    private static async Task<Guid> CreateAsync(
        RunArguments arguments,
        HomeServer server,
        IRunView view,
        CancellationToken cancellation
    )
    {
        using var data = await DataAsync(arguments, server, cancellation);
        var upload = new ExperimentUpload
        {
            Name = arguments.Name ?? data.Name,
            Description = data.Description,
            Instructions = arguments.Instructions,
            Options = OptionsOf(arguments, data.Target),
            Files = data.Files,
        };
        view.Notice(
            $"{upload.Name} · {Words.Count(data.Files.Count, "file")}, {Words.Bytes(data.Size)}{Predicting(upload.Options)}"
        );
        var created = await DataUpload.SendAsync(
            upload,
            server,
            view,
            (api, form) => api.CreateExperimentAsync(form, cancellation),
            cancellation
        );
        if (created.Note is { } note)
            view.Notice(note);
        return created.SessionId;
    }

    private static async Task<Guid> AddVersionAsync(
        RunArguments arguments,
        string versioned,
        HomeServer server,
        IRunView view,
        CancellationToken cancellation
    )
    {
        using var data = await DataAsync(arguments, server, cancellation);
        var session = await SessionName.ResolveAsync(server.Api, versioned, cancellation);
        var detail = await server.Api.GetSessionAsync(session, cancellation);
        var upload = new ExperimentUpload
        {
            Name = data.Name,
            Options = arguments.Options,
            Files = data.Files,
        };
        view.Notice($"{data.Name} · {Words.Count(data.Files.Count, "file")}, {Words.Bytes(data.Size)}");
        var created = await DataUpload.SendAsync(
            upload,
            server,
            view,
            (api, form) => api.AddVersionAsync(detail.ExperimentId, form, cancellation),
            cancellation
        );
        foreach (var line in VersionsCommand.Lines(created.Version, TimeProvider.System.GetUtcNow().UtcDateTime))
            view.Notice(line.Text);
        if (created.Note is { } note)
            view.Notice(note);
        return created.SessionId;
    }

    private static async Task<DataSource> DataAsync(
        RunArguments arguments,
        HomeServer server,
        CancellationToken cancellation
    ) =>
        IsSample(arguments.Data)
            ? await new Samples(PythonLocation.Read(server.Home)).WriteAsync(
                arguments.Data[Samples.Prefix.Length..],
                cancellation
            )
            : DataSource.FromPath(arguments.Data);

    /// <summary>How the runs are driven, said as they start, since the experiment has its own word on that.</summary>
    private static StartStageRequest Driven(RunOptions run) =>
        new()
        {
            Model = run.Model,
            Models = run.Models,
            Thinking = run.Thinking,
            Share = run.Share,
            Budget = run.Budget,
            SessionBudget = run.SessionBudget,
            PauseBeforeStages = run.PauseBeforeStages,
            ApproveCode = run.ApproveCode,
            QuestionTimeoutSeconds = run.QuestionTimeoutSeconds,
        };

    /// <summary>The server reads S3 itself, with the keys that it was started with.</summary>
    private static async Task<Guid> CreateFromS3Async(
        RunArguments arguments,
        HomeServer server,
        IRunView view,
        CancellationToken cancellation
    )
    {
        var upload = new ExperimentUpload
        {
            Name = arguments.Name ?? S3Address.NameOf(arguments.Data),
            Instructions = arguments.Instructions,
            Options = OptionsOf(arguments, target: null),
            Files = [],
            S3Path = arguments.Data,
        };
        view.Notice($"{upload.Name} · {arguments.Data}{Predicting(upload.Options)}");
        var created = await server.AskAsync(api => api.CreateFromS3Async(upload, cancellation), cancellation);
        return created.SessionId;
    }

    /// <summary>The terms are the experiment's, so that whatever starts later in it has them too.</summary>
    private static ExperimentOptions OptionsOf(RunArguments arguments, string? target) =>
        arguments.Options with
        {
            Target = arguments.Options.Target ?? target,
            Run = arguments.Run,
        };

    private static string Predicting(ExperimentOptions options) =>
        options.Target is { } column ? $", predicting {column}" : "";
}
