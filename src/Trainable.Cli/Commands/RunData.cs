using Trainable.Cli.Api;
using Trainable.Cli.Data;
using Trainable.Cli.Serving;
using Trainable.Cli.Terminal;
using Trainable.Contracts;
using Trainable.Server.Platform;

namespace Trainable.Cli.Commands;

/// <summary>What a run works on: an experiment of files, of a sample or of what lies in S3, or a new version of one's data.</summary>
internal static class RunData
{
    public static bool IsSample(string data) => data.StartsWith(Samples.Prefix, StringComparison.Ordinal);

    /// <summary>Brings the data to the server.</summary>
    /// <returns>The session that is ready to run on it.</returns>
    public static async Task<Guid> BringAsync(
        RunArguments arguments,
        HomeServer server,
        IRunView view,
        CancellationToken cancellation
    ) =>
        (S3Address.Is(arguments.Data), arguments.VersionOf) switch
        {
            (true, null) => await CreateFromS3Async(arguments, server, view, cancellation),
            (true, _) => throw new CommandException(
                "A new version is made of files here, not of s3://. Download the data first.",
                ExitCodes.Usage
            ),
            (false, null) => await CreateAsync(arguments, server, view, cancellation),
            (false, { } versioned) => await AddVersionAsync(arguments, versioned, server, view, cancellation),
        };

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
