using System.CommandLine;
using System.IO.Compression;
using System.Text.Json;
using Trainable.Cli.Serving;
using Trainable.Cli.Terminal;
using Trainable.Contracts;

namespace Trainable.Cli.Commands;

/// <summary><c>trainable verify</c>: is a bundle what it says, and does its model come out again?</summary>
internal static class VerifyCommand
{
    public static Command Create(IDictionary<Command, string> lessons)
    {
        var bundle = new Argument<string>("BUNDLE") { Description = "A bundle's folder or zip, as 'export' wrote it." };
        var home = Shared.Home();
        var json = Shared.Json("The verdict as one JSON object.");
        var command = new Command("verify", "Check a bundle's hashes and make its model again.") { bundle, home, json };
        command.SetAction(
            (line, _) => ExecuteAsync(line.GetRequiredValue(bundle), line.GetValue(home), line.GetValue(json))
        );
        lessons[command] = """
            The model is made again in a fresh sandbox: by the plan that the built-in model's search recorded, or by running the
            scripts that an agent wrote. 'Verified' means that the hashes fit and that the model made again answers as the
            recorded one, to 1e-6. The exit code is then 0, and 1 otherwise.

            Examples:
              trainable verify churn.zip
              trainable verify churn/ --json
            """;
        return command;
    }

    private static async Task<int> ExecuteAsync(string path, string? home, bool json)
    {
        var isFolder = Directory.Exists(path);
        if (!isFolder && !File.Exists(path))
            throw new CommandException($"There is no folder or file '{path}'.", ExitCodes.Usage);
        using var interrupts = new Interrupts();
        await using var archive = isFolder ? await PackAsync(path, interrupts.Token) : File.OpenRead(path);
        await using var server = await HomeServer.OpenAsync(home, 0, "verify", TimeProvider.System, interrupts.Token);
        var verdict = await server.Api.VerifyAsync(archive, interrupts.Token);
        if (json)
            Console.WriteLine(JsonSerializer.Serialize(verdict, ContractJson.Default.BundleVerdict));
        else
            Views.Print([.. verdict.Checks.Select(Line), Sentence(verdict)]);
        return verdict.Verified ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static TextLine Line(BundleCheck check)
    {
        var (sign, tone) = check.Result switch
        {
            "passed" => ("✓", Tone.Done),
            "failed" => ("✗", Tone.Failed),
            _ => ("–", Tone.Quiet),
        };
        return TextLine.Of($"  {sign} ", tone).Add(CleanText.Line(check.Sentence));
    }

    private static TextLine Sentence(BundleVerdict verdict) =>
        TextLine.Of(CleanText.Line(verdict.Sentence), verdict.Verified ? Tone.Done : Tone.Failed);

    private static async Task<Stream> PackAsync(string folder, CancellationToken cancellation)
    {
        var zip = new FileStream(
            Path.GetTempFileName(),
            FileMode.Open,
            FileAccess.ReadWrite,
            FileShare.None,
            1 << 16,
            FileOptions.DeleteOnClose
        );
        await using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var file in Files(new DirectoryInfo(folder)))
                await archive.CreateEntryFromFileAsync(
                    file.FullName,
                    Path.GetRelativePath(folder, file.FullName).Replace('\\', '/'),
                    CompressionLevel.Fastest,
                    cancellation
                );
        }
        zip.Position = 0;
        return zip;
    }

    private static IEnumerable<FileInfo> Files(DirectoryInfo folder)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos())
        {
            // A bundle has none, and what one leads to is none of its own.
            if (entry.LinkTarget is not null)
                throw new CommandException(
                    $"'{entry.FullName}' is a link. A bundle has none; remove it and try again."
                );
            if (entry is FileInfo file)
                yield return file;
            else if (entry is DirectoryInfo inner)
            {
                foreach (var below in Files(inner))
                    yield return below;
            }
        }
    }
}
