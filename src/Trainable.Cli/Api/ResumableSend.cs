using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Trainable.Server.Datasets.Resumable;
using Trainable.Server.Platform;

namespace Trainable.Cli.Api;

/// <summary>
/// Sends large files in pieces, by the tus protocol 1.0.0 (https://tus.io/protocols/resumable-upload). What has arrived is
/// kept by the server, and a note in the home says which upload is whose: after a broken connection, another owner of the
/// home or the end of this command the same file goes on where it stopped.
/// </summary>
/// <param name="ask">Asks the home's server, whoever that is by then.</param>
/// <param name="home">Keeps the notes.</param>
/// <param name="progress">Gets a file, and how many of its bytes are there.</param>
internal sealed class ResumableSend(
    Func<Func<ApiClient, Task<long>>, Task<long>> ask,
    TrainableHome home,
    Action<UploadFile, long> progress
)
{
    /// <summary>From this size on, in bytes, a file goes in pieces.</summary>
    public const long Large = 32L << 20;

    private const long Piece = 64L << 20;
    private const int Tries = 8;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);

    /// <summary>Sends what the server does not have of a file.</summary>
    /// <returns>The upload's id, for the form that makes a dataset of it.</returns>
    /// <exception cref="ApiException">The server refuses it.</exception>
    public async Task<Guid> SendAsync(UploadFile file, CancellationToken cancellation)
    {
        var failures = 0;
        for (long offset = 0; ; )
        {
            try
            {
                var reached = await ask(api => SendPieceAsync(api, file, cancellation));
                failures = reached > offset ? 0 : failures + 1;
                offset = reached;
                progress(file, offset);
                if (offset == file.Size)
                    return Note(file)
                        ?? throw new CommandException($"The note of the upload of '{file.Path}' is gone.");
                if (failures == Tries)
                    throw new CommandException($"The upload of '{file.Name}' gets no further than byte {offset:N0}.");
            }
            catch (Exception passing) when (IsPassing(passing) && ++failures < Tries)
            {
                await Task.Delay(FirstPause * (1 << failures), cancellation);
            }
        }
    }

    /// <summary>Forgets files that a dataset has been made of.</summary>
    public void Settle(IEnumerable<UploadFile> files)
    {
        foreach (var file in files)
            File.Delete(NoteOf(file));
    }

    /// <summary>Asks how far the upload is, and sends the next piece.</summary>
    private async Task<long> SendPieceAsync(ApiClient api, UploadFile file, CancellationToken cancellation)
    {
        var (id, offset) = await FindAsync(api, file, cancellation);
        progress(file, offset);
        if (offset == file.Size)
            return offset;
        using var request = new HttpRequestMessage(HttpMethod.Patch, $"/api/uploads/{id}")
        {
            Content = new FilePiece(
                file.Path,
                offset,
                Math.Min(Piece, file.Size - offset),
                sent => progress(file, offset + sent)
            ),
        };
        request.Headers.Add("Upload-Offset", offset.ToString(CultureInfo.InvariantCulture));
        using var answer = await api.SendTusAsync(request, cancellation);
        return Offset(answer);
    }

    /// <summary>The upload that was begun of the file and its offset; one is begun where there is none any more.</summary>
    private async Task<(Guid Id, long Offset)> FindAsync(ApiClient api, UploadFile file, CancellationToken cancellation)
    {
        if (Note(file) is { } begun)
        {
            try
            {
                using var head = new HttpRequestMessage(HttpMethod.Head, $"/api/uploads/{begun}");
                using var stands = await api.SendTusAsync(head, cancellation);
                File.SetLastWriteTimeUtc(NoteOf(file), Now);
                return (begun, Offset(stands));
            }
            catch (ApiException gone) when (gone.Status == (int)HttpStatusCode.NotFound)
            {
                File.Delete(NoteOf(file)); // It has expired.
            }
        }
        ForgetExpired();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/uploads");
        request.Headers.Add("Upload-Length", file.Size.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("Upload-Metadata", $"filename {Convert.ToBase64String(Encoding.UTF8.GetBytes(file.Name))}");
        using var answer = await api.SendTusAsync(request, cancellation);
        var id = Guid.Parse(answer.Headers.Location!.OriginalString.Split('/')[^1]);
        await File.WriteAllTextAsync(NoteOf(file), id.ToString(), cancellation);
        return (id, 0);
    }

    /// <summary>The server has deleted uploads that nobody went on with for so long, and nothing else asks for their notes.</summary>
    private void ForgetExpired()
    {
        foreach (var note in Directory.EnumerateFiles(Notes))
        {
            if (File.GetLastWriteTimeUtc(note) < Now - ResumableUploads.Kept)
                File.Delete(note);
        }
    }

    private Guid? Note(UploadFile file) =>
        File.Exists(NoteOf(file)) && Guid.TryParse(File.ReadAllText(NoteOf(file)), out var id) ? id : null;

    private static DateTime Now => TimeProvider.System.GetUtcNow().UtcDateTime;

    private string Notes => TrainableHome.Make(Path.Combine(home.Root, "sending"));

    /// <summary>The same file has the same path, name, size and date.</summary>
    private string NoteOf(UploadFile file)
    {
        var mark = $"{file.Path}\n{file.Name}\n{file.Size}\n{File.GetLastWriteTimeUtc(file.Path).Ticks}";
        return Path.Combine(Notes, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(mark))));
    }

    private static long Offset(HttpResponseMessage answer) =>
        long.Parse(answer.Headers.GetValues("Upload-Offset").Single(), CultureInfo.InvariantCulture);

    private static bool IsPassing(Exception failure) =>
        failure is HttpRequestException or IOException
        || failure is ApiException { Status: 409 or 423 or 502 or 503 or 504 };
}
