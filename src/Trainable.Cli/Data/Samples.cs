using Trainable.Cli.Api;
using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Platform;

namespace Trainable.Cli.Data;

/// <summary>The server's samples as the command line uses them: listed without a server, uploaded like any file.</summary>
internal sealed class Samples(PythonLocation location)
{
    public const string Prefix = "sample:";

    private const int NotFound = 404;

    private readonly SampleLibrary _library = new(location);

    /// <exception cref="CommandException">Python is missing.</exception>
    public Task<SampleItem[]> ListAsync(CancellationToken cancellation) => TellAsync(_library.ListAsync(cancellation));

    /// <summary>Writes the sample's CSV to a scratch directory.</summary>
    /// <exception cref="CommandException">There is no such sample, or Python cannot make it.</exception>
    public async Task<DataSource> WriteAsync(string name, CancellationToken cancellation)
    {
        var sample = await TellAsync(_library.FindAsync(name, cancellation));
        var scratch = Directory.CreateTempSubdirectory("trainable-").FullName;
        var path = await TellAsync(_library.WriteAsync(sample, scratch, cancellation));
        return new DataSource
        {
            Name = sample.Name,
            Description = sample.About,
            Files = [new UploadFile(path, Path.GetFileName(path), new FileInfo(path).Length)],
            Target = sample.Target,
            Scratch = scratch,
        };
    }

    private static async Task<T> TellAsync<T>(Task<T> asked)
    {
        try
        {
            return await asked;
        }
        catch (UserFacingException told)
        {
            throw new CommandException(
                told.Message,
                told.Status == NotFound ? ExitCodes.Usage : ExitCodes.Missing,
                told
            );
        }
    }
}
