using Trainable.Server.Datasets;
using Trainable.Server.Referee.Files;

namespace Trainable.Server.Referee.Checks;

/// <summary>Prep's splits as the referee's own copies, opened in DuckDB.</summary>
internal sealed class SplitTables : IDisposable
{
    private const long Memory = 2L << 30;

    private SplitTables(Workbench bench, TableDatabase database)
    {
        Bench = bench;
        Database = database;
    }

    public Workbench Bench { get; }

    public TableDatabase Database { get; }

    /// <summary>Readable splits by name, with their columns in order.</summary>
    public Dictionary<string, IReadOnlyList<(string Name, string Type)>> Columns { get; } = new(StringComparer.Ordinal);

    /// <param name="bench">Empty; it is the tables' from now on.</param>
    /// <param name="readable">Directories that may be read beside it.</param>
    /// <param name="cancellation">Ends whatever is asked of the database.</param>
    public static SplitTables Open(Workbench bench, IReadOnlyList<string> readable, CancellationToken cancellation)
    {
        try
        {
            return new SplitTables(
                bench,
                TableDatabase.Open(new TableAccess([bench.In, .. readable], bench.In, Memory), cancellation)
            );
        }
        catch
        {
            bench.Dispose();
            throw;
        }
    }

    /// <summary>Takes a copy of a split and reads its schema; says in <paramref name="findings"/> when it cannot.</summary>
    public async Task<bool> LoadAsync(
        string prepDirectory,
        string split,
        Findings findings,
        CancellationToken cancellation
    )
    {
        var name = $"{split}.parquet";
        if (!await Bench.TakeAsync(prepDirectory, $"data/{name}", name, cancellation))
        {
            findings.Fail(
                "split_missing",
                $"data/{name} is missing. Write it with df.to_parquet(\"data/{name}\", index=False)."
            );
            return false;
        }
        try
        {
            Columns[split] = Database.Query(
                $"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {Source(split)})",
                row => (row.GetString(0), row.GetString(1))
            );
            return true;
        }
        catch (DuckDB.NET.Data.DuckDBException unreadable)
        {
            findings.Fail(
                "split_unreadable",
                $"data/{name} is no readable Parquet file ({Reason(unreadable.Message)})."
            );
            return false;
        }
    }

    public string Source(string split) => $"read_parquet({TableDatabase.Literal(Bench.Input($"{split}.parquet"))})";

    public long Rows(string split) => Database.Scalar<long>($"SELECT count(*) FROM {Source(split)}");

    public void Dispose()
    {
        Database.Dispose();
        Bench.Dispose();
    }

    /// <summary>DuckDB's first line, without where the referee's copy lies on the host.</summary>
    private string Reason(string message) =>
        message.Split('\n')[0].Replace(Bench.In + "/", "", StringComparison.Ordinal).Trim();
}
