using Microsoft.AspNetCore.StaticFiles;

namespace Trainable.Server.Artifacts;

/// <summary>How a file that an agent made is labelled for browsers, and which of them must not run.</summary>
internal static class ContentTypes
{
    private const string Unknown = "application/octet-stream";

    private static readonly FileExtensionContentTypeProvider Known = new(
        new Dictionary<string, string>(
            new FileExtensionContentTypeProvider().Mappings,
            StringComparer.OrdinalIgnoreCase
        )
        {
            // Shown as text instead of being saved.
            [".py"] = "text/plain",
            [".log"] = "text/plain",
            [".yaml"] = "text/plain",
            [".yml"] = "text/plain",
            [".toml"] = "text/plain",
            [".jsonl"] = "text/plain",
            [".md"] = "text/markdown",
            [".ipynb"] = "application/json",
            [".parquet"] = "application/vnd.apache.parquet",
        }
    );

    public static string Of(string name)
    {
        if (!Known.TryGetContentType(name, out var type))
            return Unknown;
        return type.StartsWith("text/", StringComparison.Ordinal) ? $"{type}; charset=utf-8" : type;
    }

    /// <summary>Whether a browser that is sent there would run scripts in it: HTML, SVG and everything else of XML.</summary>
    public static bool CanRunScripts(string type) =>
        type.StartsWith("text/html", StringComparison.Ordinal) || type.Contains("xml", StringComparison.Ordinal);
}
