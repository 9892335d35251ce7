using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace Trainable.Server.Studio;

/// <summary>
/// The built studio, as it lies in <c>wwwroot</c> beside the program. It is a few megabytes and does not change while the
/// server runs, so it is read once; only names that were found then are ever served.
/// </summary>
internal sealed class StudioFiles
{
    private const string Shell = "index.html";
    private readonly FrozenDictionary<string, StudioFile> _files;

    private StudioFiles(FrozenDictionary<string, StudioFile> files, string? shell)
    {
        _files = files;
        ShellPage = shell;
    }

    /// <summary>The page that every address of the studio starts from; null where the studio was not built.</summary>
    public string? ShellPage { get; }

    public StudioFile? Find(string path) => _files.GetValueOrDefault(path);

    public static StudioFiles Read(string folder)
    {
        if (!File.Exists(Path.Combine(folder, Shell)))
            return new StudioFiles(FrozenDictionary<string, StudioFile>.Empty, null);
        var types = new FileExtensionContentTypeProvider();
        var files = new Dictionary<string, StudioFile>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(folder, file);
            if (
                name == Shell
                || name.EndsWith(".br", StringComparison.Ordinal)
                || name.EndsWith(".gz", StringComparison.Ordinal)
            )
                continue;
            var bytes = File.ReadAllBytes(file);
            files["/" + name] = new StudioFile
            {
                ContentType = types.TryGetContentType(name, out var type) ? type : "application/octet-stream",
                Plain = bytes,
                Brotli = ReadIfThere(file + ".br"),
                Gzip = ReadIfThere(file + ".gz"),
                ETag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes)[..12])}\""),
                // Vite names what lies in assets/ after its content.
                Forever = name.StartsWith("assets/", StringComparison.Ordinal),
            };
        }
        return new StudioFiles(
            files.ToFrozenDictionary(StringComparer.Ordinal),
            File.ReadAllText(Path.Combine(folder, Shell))
        );
    }

    private static byte[]? ReadIfThere(string path) => File.Exists(path) ? File.ReadAllBytes(path) : null;
}

/// <summary>One file of the studio, with what was compressed when it was built.</summary>
internal sealed class StudioFile
{
    public required string ContentType { get; init; }
    public required byte[] Plain { get; init; }
    public byte[]? Brotli { get; init; }
    public byte[]? Gzip { get; init; }
    public required EntityTagHeaderValue ETag { get; init; }
    public required bool Forever { get; init; }
}
