using System.Buffers;
using System.Text;
using Trainable.Server.Platform;

namespace Trainable.Server.Datasets;

/// <summary>
/// Turns the name a client gave a file into a relative path that stays inside the upload, or refuses it. Folders of a
/// folder upload are kept; nothing is renamed in silence.
/// </summary>
internal static class UploadName
{
    private const int LongestPart = 255;
    private const int LongestPath = 1024;

    // Names Windows cannot hold: what is downloaded later has to open there too.
    private static readonly SearchValues<string> Devices = SearchValues.Create(
        ["CON", "PRN", "AUX", "NUL", .. Enumerable.Range(1, 9).SelectMany(n => new[] { $"COM{n}", $"LPT{n}" })],
        StringComparison.OrdinalIgnoreCase
    );

    /// <exception cref="UserFacingException">The name is empty, absolute, climbs, or cannot be a file's name (400).</exception>
    public static string Parse(string? name)
    {
        if (string.IsNullOrWhiteSpace(name))
            throw new UserFacingException("A file of the upload has no name. Give each file a name.");
        if (name.Any(char.IsControl))
            throw Refuse(name, "holds a control character");
        var path = name.Replace('\\', '/');
        if (path[0] == '/' || (path.Length > 1 && path[1] == ':' && char.IsAsciiLetter(path[0])))
            throw Refuse(name, "is an absolute path; send a name relative to the folder");
        if (Encoding.UTF8.GetByteCount(path) > LongestPath)
            throw Refuse(name, $"is longer than {LongestPath} bytes");
        foreach (var part in path.Split('/'))
            CheckPart(name, part);
        return path;
    }

    private static void CheckPart(string name, string part)
    {
        if (part is "..")
            throw Refuse(name, "climbs out of the upload with '..'");
        if (part is "" or "." || string.IsNullOrWhiteSpace(part))
            throw Refuse(name, "has an empty part");
        if (Encoding.UTF8.GetByteCount(part) > LongestPart)
            throw Refuse(name, $"has a part longer than {LongestPart} bytes");
        var stem = part.AsSpan()[..(part.IndexOf('.') is var dot and >= 0 ? dot : part.Length)].TrimEnd(' ');
        if (Devices.Contains(stem.ToString()))
            throw Refuse(name, "is a reserved device name on Windows");
    }

    private static UserFacingException Refuse(string name, string why) =>
        new($"The file name '{Shown(name)}' {why}. Rename the file and upload it again.");

    private static string Shown(string name)
    {
        var visible = string.Concat(name.Select(letter => char.IsControl(letter) ? '\uFFFD' : letter));
        return visible.Length <= 80 ? visible : visible[..79] + "…";
    }
}
