using Trainable.Server.Datasets.Holdout;

namespace Trainable.Server.Datasets.Profiles;

/// <summary>
/// Describes the columns of a loaded table. Queries work on (column, value) pairs and not on columns side by side: DuckDB
/// takes a time quadratic in the columns to plan the latter, and no longer to run the former.
/// </summary>
internal sealed class TableProfiler(LoadedTable table)
{
    private const int ColumnsAtOnce = 512;
    private const int RowsLookedAt = 200;
    private const int FirstRows = 10;
    private const int WidestWithRows = 60;
    private const int ExamplesEach = 3;
    private const int LevelsEach = 5;

    /// <summary>Columns with more distinct values have no levels worth a name.</summary>
    private const int MostLevels = 1000;
    private const int LongestValue = 200;

    /// <summary>All that is to be known of the table as it stands.</summary>
    public TableProfile Profile(string file) =>
        new()
        {
            File = file,
            Rows = table.Database.Scalar<long>($"SELECT count(*) FROM {LoadedTable.Name}"),
            Columns = Columns(),
            FirstRows = table.Columns.Count <= WidestWithRows ? Head([.. Indices], FirstRows) : [],
        };

    /// <summary>The first rows of the first columns as text, cells cut; null where a value is missing.</summary>
    public IReadOnlyList<IReadOnlyList<string?>> FirstRowsOf(int rows, int columns) =>
        Head([.. Indices.Take(columns)], rows);

    private IEnumerable<int> Indices => Enumerable.Range(0, table.Columns.Count);

    private List<ColumnProfile> Columns()
    {
        var profiles = new List<ColumnProfile>(table.Columns.Count);
        foreach (var chunk in Indices.Chunk(ColumnsAtOnce))
        {
            var statistics = Statistics(chunk);
            var head = Head(chunk, RowsLookedAt);
            var levels = Levels(chunk.Where(i => statistics[i].Distinct is > 0 and <= MostLevels).ToArray());
            foreach (var (position, index) in chunk.Index())
            {
                string[] seen = [.. head.Select(row => row[position]).OfType<string>().Distinct()];
                profiles.Add(Describe(index, statistics[index], seen, levels.GetValueOrDefault(index, [])));
            }
        }
        return profiles;
    }

    private ColumnProfile Describe(int index, ColumnStatistics statistics, string[] seen, List<Level> levels)
    {
        var type = statistics.Type(seen);
        var profile = new ColumnProfile
        {
            Name = table.Columns[index],
            Type = type,
            Missing = statistics.Rows - statistics.Known,
            Distinct = Math.Min(statistics.Distinct, statistics.Known),
            Levels = type is ColumnTypes.Text or ColumnTypes.Number ? [] : levels,
            Examples = [.. seen.Take(ExamplesEach)],
        };
        if (type is ColumnTypes.Integer or ColumnTypes.Number)
            return profile with
            {
                Min = statistics.Min,
                Max = statistics.Max,
                Mean = statistics.Mean,
                StandardDeviation = statistics.StandardDeviation,
                NotNumeric = statistics.Known - statistics.Numbers,
            };
        return ColumnStatistics.MayBeDates(seen) ? AsDates(profile, index) : profile;
    }

    private ColumnProfile AsDates(ColumnProfile profile, int index)
    {
        var text = table.TextOf(index);
        var values = $"(SELECT {text} AS v FROM {LoadedTable.Name} WHERE {text} IS NOT NULL)";
        if (DateFormats.Detect(table.Database, values) is not { } format)
            return profile;
        var date = DateFormats.Parse("v", format);
        var (earliest, latest) = table.Database.Query(
            $"SELECT min({date})::VARCHAR, max({date})::VARCHAR FROM {values}",
            row => (row.GetString(0), row.GetString(1))
        )[0];
        return profile with
        {
            Type = ColumnTypes.Date,
            Levels = [],
            Earliest = earliest,
            Latest = latest,
            DateFormat = format,
        };
    }

    private Dictionary<int, ColumnStatistics> Statistics(int[] columns) =>
        table
            .Database.Query(
                $"""
                SELECT i, {ColumnStatistics.Sql}
                FROM (
                    SELECT i, t, CASE WHEN isfinite(TRY_CAST(t AS DOUBLE)) THEN TRY_CAST(t AS DOUBLE) END AS n
                    FROM ({Pairs(columns)})
                ) GROUP BY i
                """,
                row => (Column: row.GetInt32(0), Statistics: ColumnStatistics.Read(row, 1))
            )
            .ToDictionary(pair => pair.Column, pair => pair.Statistics);

    private Dictionary<int, List<Level>> Levels(int[] columns)
    {
        if (columns.Length == 0)
            return [];
        var levels = table.Database.Query(
            $"""
            SELECT i, left(t, {LongestValue}), count(*) AS n
            FROM ({Pairs(columns)}) WHERE t IS NOT NULL
            GROUP BY i, t
            QUALIFY row_number() OVER (PARTITION BY i ORDER BY n DESC, t) <= {LevelsEach}
            ORDER BY i, n DESC, t
            """,
            row => (Column: row.GetInt32(0), Level: new Level(ShownText.Cut(row.GetString(1)), row.GetInt64(2)))
        );
        return levels
            .GroupBy(level => level.Column, level => level.Level)
            .ToDictionary(group => group.Key, group => group.ToList());
    }

    /// <summary>SQL of the values of some columns as text t, each with its column's index i.</summary>
    private string Pairs(int[] columns) =>
        $"SELECT unnest([{string.Join(", ", columns)}]) AS i, unnest([{string.Join(", ", columns.Select(table.TextOf))}]) AS t FROM {LoadedTable.Name}";

    /// <summary>The first rows of some columns, cells cut; null where a value is missing.</summary>
    private List<IReadOnlyList<string?>> Head(int[] columns, int rows) =>
        table.Database.Query(
            $"SELECT {string.Join(", ", columns.Select(i => $"left({table.TextOf(i)}, {LongestValue})"))} FROM {LoadedTable.Name} LIMIT {rows}",
            row =>
                (IReadOnlyList<string?>)
                    [.. columns.Select((_, at) => row.IsDBNull(at) ? null : ShownText.Cut(row.GetString(at)))]
        );
}
