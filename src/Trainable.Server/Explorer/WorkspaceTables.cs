using System.Text;
using Trainable.Server.Artifacts;
using Trainable.Server.Platform;

namespace Trainable.Server.Explorer;

/// <summary>
/// The tables of a session that lie in the workspace: what its agents may see, and no more. Nothing here knows where the
/// held rows are.
/// </summary>
internal sealed class WorkspaceTables(TrainableHome home)
{
    private const int MostTables = 500;
    private const int LongestName = 60;

    private const string AllSplits = "all_data";
    private static readonly string[] Splits = ["train", "val", "test"];

    /// <summary>The folder of the datasets in a sandbox.</summary>
    public static string DatasetFolder(Guid experiment) => $"/data/datasets/{experiment}";

    public static string SessionFolder(Guid session) => $"/data/sessions/{session}";

    /// <summary>The working rows, the splits and every CSV and Parquet file of dataset and session, in this order.</summary>
    /// <param name="experiment">Whose dataset.</param>
    /// <param name="session">Whose files.</param>
    /// <param name="working">The file with the working rows, where others lie beside it.</param>
    public IReadOnlyList<ExplorerTable> Of(Guid experiment, Guid session, string? working)
    {
        var tables = new List<ExplorerTable>();
        // Names that the host gives; no file of an agent's may stand for them.
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { TableKinds.Raw, AllSplits };
        var dataset = Files(home.Dataset(experiment));
        foreach (var file in dataset.OrderBy(file => file.Path != working))
        {
            var alone = dataset.Count == 1 || file.Path == working;
            Add(
                alone ? TableKinds.Working : "dataset_" + NameOf(file.Path),
                alone ? TableKinds.Working : TableKinds.File,
                file,
                DatasetFolder(experiment),
                $"/datasets/{experiment}"
            );
        }
        var files = Files(home.Session(session));
        foreach (var file in files.OrderBy(file => SplitOf(file.Path) is null))
        {
            var split = SplitOf(file.Path);
            if (split is null)
                taken.UnionWith(Splits);
            Add(
                split ?? NameOf(file.Path),
                split is null ? TableKinds.File : TableKinds.Split,
                file,
                SessionFolder(session),
                $"/sessions/{session}"
            );
        }
        return tables;

        void Add(string name, string kind, TableFile file, string folder, string path)
        {
            if (tables.Count >= MostTables)
                return;
            var free = name;
            for (var number = 2; !taken.Add(free); number++)
                free = $"{name}_{number}";
            tables.Add(
                new ExplorerTable
                {
                    Name = free,
                    Kind = kind,
                    Format = FormatOf(file.Path),
                    Files = [$"{folder}/{file.Path}"],
                    Path = $"{path}/{file.Path}",
                    Version = $"{file.Length}-{file.Modified}",
                }
            );
        }
    }

    /// <summary>With a table of all splits together, where there are two or more.</summary>
    public static IReadOnlyList<ExplorerTable> WithUnion(IReadOnlyList<ExplorerTable> tables)
    {
        var splits = tables.Where(table => table.Kind == TableKinds.Split).ToList();
        if (splits.Count < 2)
            return tables;
        var union = new ExplorerTable
        {
            Name = AllSplits,
            Kind = TableKinds.Union,
            Union = [.. splits.Select(split => split.Name)],
            Version = string.Join(',', splits.Select(split => split.Version)),
        };
        return [.. tables.Where(table => table.Name != union.Name), union];
    }

    /// <summary>The format by the file's name; null when it is no table's.</summary>
    public static string? FormatOf(string path) =>
        Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".csv" or ".tsv" => "csv",
            ".parquet" or ".pq" => "parquet",
            _ => null,
        };

    private readonly record struct TableFile(string Path, long Length, long Modified);

    private static List<TableFile> Files(string folder) =>
        [
            .. WorkspaceSnapshot
                .Take(folder)
                .Files.Where(file => FormatOf(file.Path) is not null && file.Length > 0)
                .Select(file => new TableFile(file.Path, file.Length, file.Modified)),
        ];

    private static string? SplitOf(string path) =>
        path switch
        {
            "prep/data/train.parquet" => "train",
            "prep/data/val.parquet" => "val",
            "prep/data/test.parquet" => "test",
            _ => null,
        };

    /// <summary>A name that SQL takes without quotes: <c>eda/data/by city.csv</c> becomes <c>eda_by_city</c>.</summary>
    private static string NameOf(string path)
    {
        var stem = path[..^Path.GetExtension(path).Length];
        var name = new StringBuilder();
        foreach (var part in stem.Split('/').Where(part => part is not "data"))
        {
            if (name.Length > 0)
                name.Append('_');
            foreach (var letter in part.ToLowerInvariant())
                name.Append(char.IsAsciiLetterOrDigit(letter) ? letter : '_');
        }
        if (name.Length == 0 || char.IsAsciiDigit(name[0]))
            name.Insert(0, "t_");
        return name.Length <= LongestName ? name.ToString() : name.ToString(0, LongestName);
    }
}
