using Trainable.Cli.Api;
using Trainable.Cli.Serving;
using Trainable.Cli.Terminal;

namespace Trainable.Cli.Commands;

/// <summary>Brings files to the home's server: small ones in the form itself, large ones in pieces before it.</summary>
internal static class DataUpload
{
    /// <summary>Sends the large files, and then makes what <paramref name="create"/> makes of all of them.</summary>
    public static async Task<T> SendAsync<T>(
        ExperimentUpload upload,
        HomeServer server,
        IRunView view,
        Func<ApiClient, ExperimentUpload, Task<T>> create,
        CancellationToken cancellation
    )
    {
        var large = upload.Files.Where(file => file.Size >= ResumableSend.Large).ToList();
        var (before, total) = (0L, large.Sum(file => file.Size));
        var send = new ResumableSend(
            question => server.AskAsync(question, cancellation),
            server.Home,
            (_, there) => view.Sending(before + there, total)
        );
        var ids = new List<Guid>();
        foreach (var file in large)
        {
            ids.Add(await send.SendAsync(file, cancellation));
            before += file.Size;
        }
        var form = upload with { Files = [.. upload.Files.Except(large)], Uploads = ids };
        var created = await server.AskAsync(api => create(api, form), cancellation);
        send.Settle(large);
        return created;
    }
}
