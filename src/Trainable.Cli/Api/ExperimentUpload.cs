using System.Net.Http.Headers;
using System.Text.Json;
using Trainable.Contracts;

namespace Trainable.Cli.Api;

/// <summary>A file to send: where it is and the name (with folders, if any) it is to have.</summary>
internal sealed record UploadFile(string Path, string Name, long Size);

/// <summary>An experiment to be made, sent as multipart with the files streamed from disk.</summary>
internal sealed record ExperimentUpload
{
    public required string Name { get; init; }
    public string Description { get; init; } = "";
    public string Instructions { get; init; } = "";
    public required ExperimentOptions Options { get; init; }
    public required IReadOnlyList<UploadFile> Files { get; init; }

    /// <summary>Files that the server has already, by their uploads' ids.</summary>
    public IReadOnlyList<Guid> Uploads { get; init; } = [];

    /// <summary>Where the server finds the data, instead of files.</summary>
    public string? S3Path { get; init; }

    public MultipartFormDataContent ToContent()
    {
        // The fields come first, so that a server that reads in order knows the target before the rows arrive.
        var content = new MultipartFormDataContent
        {
            { new StringContent(Name), "name" },
            { new StringContent(Description), "description" },
            { new StringContent(Instructions), "instructions" },
            { new StringContent(JsonSerializer.Serialize(Options, ContractJson.Default.ExperimentOptions)), "options" },
        };
        if (S3Path is not null)
            content.Add(new StringContent(S3Path), "s3_path");
        foreach (var upload in Uploads)
            content.Add(new StringContent(upload.ToString()), "uploads");
        foreach (var file in Files)
        {
            var body = new StreamContent(
                new FileStream(file.Path, FileMode.Open, FileAccess.Read, FileShare.Read, 64 * 1024, useAsync: true)
            );
            body.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            content.Add(body, "files", file.Name);
        }
        return content;
    }
}
