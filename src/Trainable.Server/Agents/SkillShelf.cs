using System.Text;
using Trainable.Contracts;
using Trainable.Server.Agents.Models.Autopilot;
using Trainable.Server.Artifacts;
using Trainable.Server.Platform;
using Trainable.Server.Platform.Linux;
using Trainable.Server.Sandboxes.Launch;

namespace Trainable.Server.Agents;

/// <summary>
/// The playbooks as agents may read them: where every sandbox has them too, read-only, and always the same. They are the
/// server's own files and hold nothing of any dataset.
/// </summary>
internal sealed class SkillShelf : IDisposable
{
    /// <summary>The folder as a sandbox, <c>read_file</c> and <c>list_files</c> name it.</summary>
    public const string Directory = $"{SandboxPlan.Library}/playbooks";

    private const string Parts = "common";
    private const int LongestLine = 120;

    private readonly BeneathRoot _root = BeneathRoot.Open(Path.Combine(PythonLibrary.Root, "playbooks"));
    private readonly Lazy<string> _list;

    public SkillShelf(Playbook playbook) => _list = new Lazy<string>(() => Describe(playbook));

    /// <summary>A line for each file, for a prompt.</summary>
    public string List => _list.Value;

    /// <summary>Opens what a path names; null for a path that is not on the shelf.</summary>
    public static string? PathOf(string path)
    {
        if (path != Directory && !path.StartsWith($"{Directory}/", StringComparison.Ordinal))
            return null;
        // Resolved by its letters alone; a path that climbs out is none of ours.
        return WorkspacePath.Parse(path[Directory.Length..])?.Relative;
    }

    public Opened OpenFile(string relative) => _root.OpenFile(relative);

    /// <summary>The names of a folder; null where there is none.</summary>
    public IReadOnlyList<string>? Names(string relative)
    {
        using var folder = _root.OpenDirectory(relative).Handle;
        return folder is null
            ? null
            :
            [
                .. DirectoryEntries
                    .Read(folder)
                    .Where(entry => !entry.Name.StartsWith('_') && !entry.Name.StartsWith('.'))
                    .OrderBy(entry => entry.Name, StringComparer.Ordinal)
                    .Select(entry => entry.Kind is FileKind.Directory ? $"{entry.Name}/" : entry.Name),
            ];
    }

    public void Dispose() => _root.Dispose();

    private string Describe(Playbook playbook)
    {
        var text = new StringBuilder();
        foreach (var step in Stages.All.SelectMany(playbook.Steps))
            text.Append("- `").Append(step.File).Append("`: ").Append(step.Title).Append('\n');
        foreach (var name in Names(Parts) ?? [])
            text.Append("- `").Append(Parts).Append('/').Append(name).Append("`: ").Append(About(name)).Append('\n');
        return text.ToString().TrimEnd('\n');
    }

    /// <summary>What a part says of itself: its first comment or docstring.</summary>
    private string About(string name)
    {
        using var handle = OpenFile($"{Parts}/{name}").Handle;
        if (handle is null)
            return "";
        var bytes = new byte[2048];
        var lines = Encoding.UTF8.GetString(bytes, 0, RandomAccess.Read(handle, bytes, fileOffset: 0)).Split('\n');
        var said = lines[0].StartsWith('#')
            ? lines[0].TrimStart('#', ' ')
            : lines
                .Select(line => line.Trim())
                .FirstOrDefault(line => line.StartsWith("\"\"\"", StringComparison.Ordinal))
                ?? lines[0];
        said = said.Trim('"', ' ');
        var end = said.IndexOf(". ", StringComparison.Ordinal);
        said = end < 0 ? said : said[..(end + 1)];
        return said.Length <= LongestLine ? said : said[..LongestLine] + "…";
    }
}
