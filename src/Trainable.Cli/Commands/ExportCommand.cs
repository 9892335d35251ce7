using System.CommandLine;
using System.IO.Compression;
using Trainable.Cli.Api;
using Trainable.Cli.Serving;
using Trainable.Cli.Terminal;

namespace Trainable.Cli.Commands;

/// <summary><c>trainable export</c>: everything about a session in a folder or a zip.</summary>
internal static class ExportCommand
{
    public static Command Create(IDictionary<Command, string> lessons)
    {
        var session = Shared.Session();
        var target = new Argument<string?>("TARGET")
        {
            HelpName = "FOLDER|FILE.zip",
            Description =
                "A folder that is empty or not there yet, or a file that ends in .zip; trainable-SESSION.zip otherwise.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var withoutData = new Option<bool>("--without-data")
        {
            Description = "Leave out the working rows and what was made of them; their hashes stay.",
        };
        var home = Shared.Home();
        var command = new Command(
            "export",
            "Write a session's bundle: data, scripts, notebook, model, metrics, model card."
        )
        {
            session,
            target,
            withoutData,
            home,
        };
        command.SetAction(
            (line, _) =>
                ExecuteAsync(
                    line.GetRequiredValue(session),
                    line.GetValue(target),
                    line.GetValue(withoutData),
                    line.GetValue(home)
                )
        );
        lessons[command] = """
            The bundle stands by itself: predict.py in it needs Python and requirements.txt, nothing of Trainable. 'trainable
            verify' makes its model again and compares. The rows that the host held are not in it.

            Examples:
              trainable export latest
              trainable export latest churn/ --without-data
              trainable export 0192f3a1 churn.zip && trainable verify churn.zip
            """;
        return command;
    }

    private static async Task<int> ExecuteAsync(string name, string? target, bool withoutData, string? home)
    {
        if (target is not null && !IsZip(target))
            CheckFolder(target);
        using var interrupts = new Interrupts();
        await using var server = await HomeServer.OpenAsync(home, 0, "export", TimeProvider.System, interrupts.Token);
        var session = await SessionName.ResolveAsync(server.Api, name, interrupts.Token);
        using var answer = await server.Api.OpenBundleAsync(session, !withoutData, interrupts.Token);
        target ??= $"trainable-{SessionName.Short(session)}.zip";
        if (IsZip(target))
            await SaveAsync(answer, target, interrupts.Token);
        else
            await UnpackAsync(answer, target, interrupts.Token);
        Console.WriteLine(CleanText.Line($"The bundle is {target}."));
        return ExitCodes.Ok;
    }

    private static bool IsZip(string target) => target.EndsWith(".zip", StringComparison.OrdinalIgnoreCase);

    private static void CheckFolder(string target)
    {
        if (File.Exists(target))
            throw new CommandException(
                $"'{target}' is a file. Name a folder, or a file that ends in .zip.",
                ExitCodes.Usage
            );
        if (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any())
            throw new CommandException($"The folder '{target}' is not empty. Name another.", ExitCodes.Usage);
    }

    private static async Task SaveAsync(HttpResponseMessage answer, string target, CancellationToken cancellation)
    {
        var partial = $"{target}.partial";
        try
        {
            await using (var file = File.Create(partial))
                await answer.Content.CopyToAsync(file, cancellation);
            File.Move(partial, target, overwrite: true);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    private static async Task UnpackAsync(HttpResponseMessage answer, string target, CancellationToken cancellation)
    {
        await using var zip = new FileStream(
            Path.GetTempFileName(),
            FileMode.Open,
            FileAccess.ReadWrite,
            FileShare.None,
            1 << 16,
            FileOptions.DeleteOnClose
        );
        await answer.Content.CopyToAsync(zip, cancellation);
        zip.Position = 0;
        await using var archive = new ZipArchive(zip, ZipArchiveMode.Read);
        await archive.ExtractToDirectoryAsync(target, cancellation);
    }
}
