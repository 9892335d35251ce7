namespace Trainable.Server.Artifacts;

/// <summary>
/// A path within the workspace as the API writes it: <c>/sessions/{id}/eda/report.md</c>. Scripts know the same place
/// as <c>/data/sessions/…</c>, which is accepted too.
/// </summary>
internal readonly record struct WorkspacePath
{
    private const string Mount = "data";

    private WorkspacePath(string relative) => Relative = relative;

    /// <summary>Without leading or trailing slash; empty for the workspace itself.</summary>
    public string Relative { get; }

    public string Name => Relative[(Relative.LastIndexOf('/') + 1)..];

    /// <summary>
    /// Null when the path leads out of the workspace. Resolving <c>..</c> by the letters alone is exact here, since no
    /// link is ever followed.
    /// </summary>
    public static WorkspacePath? Parse(string? path)
    {
        var names = new List<string>();
        foreach (var name in (path ?? "").Split('/'))
        {
            switch (name)
            {
                case "" or ".":
                    break;
                case "..":
                    if (names is [])
                        return null;
                    names.RemoveAt(names.Count - 1);
                    break;
                default:
                    names.Add(name);
                    break;
            }
        }
        return new WorkspacePath(string.Join('/', names is [Mount, .. var rest] ? rest : names));
    }

    public WorkspacePath Child(string name) => new(Relative is "" ? name : $"{Relative}/{name}");

    public override string ToString() => $"/{Relative}";
}
