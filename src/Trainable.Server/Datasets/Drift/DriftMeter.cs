using System.Globalization;
using Trainable.Server.Datasets.Delimited;
using Trainable.Server.Datasets.Profiles;

namespace Trainable.Server.Datasets.Drift;

/// <summary>
/// Measures how far each column's values have moved between two versions, over samples of their working rows. Numbers and dates
/// are divided at the deciles of the earlier version, everything else by the values that are most frequent in either.
/// </summary>
internal sealed class DriftMeter(TableDatabase database)
{
    private const int RowsRead = 200_000;
    private const int MostColumns = 1_000;
    private const int Bins = 10;
    private const int Levels = 20;

    /// <summary>A value that fewer rows have is one of the others: names and ids are new in every version and say nothing.</summary>
    private const int LeastRows = 5;

    /// <summary>A bin without rows on one side would make the index infinite.</summary>
    private const double LeastShare = 1e-4;

    public DatasetDrift Measure(
        (DatasetManifest Manifest, string File) before,
        (DatasetManifest Manifest, string File) now,
        int from
    )
    {
        Load("before", before.Manifest, before.File);
        Load("now", now.Manifest, now.File);
        var earlier = before.Manifest.Columns.Index().ToDictionary(one => one.Item.Name, one => one.Index);
        var later = now.Manifest.Columns.Index().ToDictionary(one => one.Item.Name, one => one.Index);
        var columns = now
            .Manifest.Columns.Where(column => earlier.ContainsKey(column.Name))
            .Take(MostColumns)
            .Select(column =>
                Measure(column, before.Manifest.Columns[earlier[column.Name]], earlier[column.Name], later[column.Name])
            );
        return new DatasetDrift
        {
            From = from,
            RowsBefore = before.Manifest.RowsWorking,
            RowsNow = now.Manifest.RowsWorking,
            Added = [.. later.Keys.Where(name => !earlier.ContainsKey(name))],
            Removed = [.. earlier.Keys.Where(name => !later.ContainsKey(name))],
            Columns = [.. columns.OrderByDescending(column => column.Psi)],
        };
    }

    private void Load(string table, DatasetManifest manifest, string file)
    {
        var names = string.Join(", ", Enumerable.Range(0, manifest.Columns.Count).Select(TableDatabase.Column));
        var columns = string.Join(", ", Enumerable.Range(0, manifest.Columns.Count).Select(i => $"'c{i}': 'VARCHAR'"));
        var source = file.EndsWith(".parquet", StringComparison.Ordinal)
            ? $"(SELECT COLUMNS(*)::VARCHAR FROM read_parquet({TableDatabase.Literal(file)})) AS t({names})"
            : $$"""
                read_csv({{TableDatabase.Literal(file)}}, auto_detect = false, columns = { {{columns}} }, header = true,
                    delim = ',', quote = '"', escape = '"', new_line = '\n', nullstr = {{MissingValues.SqlList}},
                    max_line_size = {{LongestLine(file)}})
                """;
        database.Execute(
            $"CREATE TABLE \"{table}\" AS SELECT * FROM {source} USING SAMPLE reservoir({RowsRead} ROWS) REPEATABLE (42)"
        );
    }

    /// <summary>DuckDB's own default, or as much as the longest record takes; it holds many times that in memory.</summary>
    private static int LongestLine(string file)
    {
        using var text = File.OpenRead(file);
        using var reader = new DelimitedReader(text, DelimitedDialect.Canonical);
        var longest = 2 << 20;
        while (reader.Read() == RecordStatus.Record)
            longest = Math.Max(longest, reader.Raw.Length + 1024);
        return longest;
    }

    private ColumnDrift Measure(ColumnSummary column, ColumnSummary earlier, int before, int now)
    {
        var value = (column.Type, earlier.Type) switch
        {
            (ColumnTypes.Integer or ColumnTypes.Number, ColumnTypes.Integer or ColumnTypes.Number) =>
                "TRY_CAST({0} AS DOUBLE)",
            (ColumnTypes.Date, ColumnTypes.Date) => "epoch(TRY_CAST({0} AS TIMESTAMP))",
            _ => null,
        };
        var (old, later) = value is null ? Levelled(before, now) : Binned(value, before, now);
        var (oldRows, laterRows) = ((double)Math.Max(1, old.Values.Sum()), (double)Math.Max(1, later.Values.Sum()));
        var index = old
            .Keys.Union(later.Keys, StringComparer.Ordinal)
            .Sum(bin =>
            {
                var p = Math.Max(LeastShare, later.GetValueOrDefault(bin) / laterRows);
                var q = Math.Max(LeastShare, old.GetValueOrDefault(bin) / oldRows);
                return (p - q) * Math.Log(p / q);
            });
        return new ColumnDrift(
            column.Name,
            Math.Round(index, 4),
            Math.Round(old.GetValueOrDefault(Missing) / oldRows, 4),
            Math.Round(later.GetValueOrDefault(Missing) / laterRows, 4)
        );
    }

    private const string Missing = "missing";

    private (Dictionary<string, long> Before, Dictionary<string, long> Now) Binned(string value, int before, int now)
    {
        var shares = string.Join(
            ", ",
            Enumerable.Range(1, Bins - 1).Select(i => ((double)i / Bins).ToString(CultureInfo.InvariantCulture))
        );
        var old = string.Format(CultureInfo.InvariantCulture, value, TableDatabase.Column(before));
        var edges = database
            .Query(
                $"SELECT DISTINCT unnest(quantile_disc({old}, [{shares}])) AS edge FROM \"before\" ORDER BY edge",
                row => row.IsDBNull(0) ? (double?)null : row.GetDouble(0)
            )
            .OfType<double>()
            .ToList();
        var list = string.Join(
            ", ",
            edges.Select(edge => edge.ToString("R", CultureInfo.InvariantCulture) + "::DOUBLE")
        );
        return (Count("before", before), Count("now", now));

        Dictionary<string, long> Count(string table, int column)
        {
            var text = string.Format(CultureInfo.InvariantCulture, value, TableDatabase.Column(column));
            return Counts(
                $"CASE WHEN {text} IS NULL THEN '{Missing}' ELSE len(list_filter([{list}]::DOUBLE[], lambda edge: edge < {text}))::VARCHAR END",
                table
            );
        }
    }

    private (Dictionary<string, long> Before, Dictionary<string, long> Now) Levelled(int before, int now)
    {
        var frequent = Frequent("before", before).Union(Frequent("now", now), StringComparer.Ordinal).ToList();
        var list = frequent is [] ? "''" : string.Join(", ", frequent.Select(TableDatabase.Literal));
        return (Count("before", before), Count("now", now));

        List<string> Frequent(string table, int place)
        {
            var text = TableDatabase.Column(place);
            return database.Query(
                $"SELECT {text} FROM \"{table}\" WHERE {text} IS NOT NULL GROUP BY {text} HAVING count(*) >= {LeastRows} ORDER BY count(*) DESC, {text} LIMIT {Levels}",
                row => row.GetString(0)
            );
        }

        // A level's own text could be 'missing'.
        Dictionary<string, long> Count(string table, int place)
        {
            var text = TableDatabase.Column(place);
            return Counts(
                $"CASE WHEN {text} IS NULL THEN '{Missing}' WHEN {text} IN ({list}) THEN '=' || {text} ELSE 'other' END",
                table
            );
        }
    }

    private Dictionary<string, long> Counts(string bin, string table) =>
        database
            .Query(
                $"SELECT {bin} AS bin, count(*) FROM \"{table}\" GROUP BY bin",
                row => (Bin: row.GetString(0), Rows: row.GetInt64(1))
            )
            .ToDictionary(one => one.Bin, one => one.Rows, StringComparer.Ordinal);
}
