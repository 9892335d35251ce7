using Trainable.Server.Sandboxes;

namespace Trainable.Server.Explorer;

/// <summary>Whose tables are asked about, and what of the disk their sandbox is shown, read-only.</summary>
internal sealed record ExplorerView
{
    public required Guid Session { get; init; }
    public required IReadOnlyList<SandboxMount> Mounts { get; init; }
    public required IReadOnlyList<ExplorerTable> Tables { get; init; }

    public ExplorerTable? Find(string name) =>
        Tables.FirstOrDefault(table => table.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
