using System.Data.Common;
using Trainable.Server.Datasets.Holdout;

namespace Trainable.Server.Datasets.Profiles;

/// <summary>Describes the columns of a loaded table. A few passes over chunks of columns, so that wide tables work too.</summary>
internal sealed class TableProfiler(LoadedTable table)
{
    private const int ColumnsAtOnce = 64;
    private const int RowsLookedAt = 200;
    private const int FirstRows = 10;
    private const int WidestWithRows = 60;
    private const int ExamplesEach = 3;
    private const int LevelsEach = 5;
    private const int MostLevels = 1000;

    /// <summary>Each takes a query of its own, and no prompt or page shows the levels of more columns.</summary>
    private const int ColumnsWithLevels = 256;

    /// <summary>Types, missing and distinct values and examples of every column.</summary>
    public IReadOnlyList<ColumnSummary> Summarize() => [.. Columns(withLevels: false).Select(column => column.Summary)];

    /// <summary>All that is to be known of the table as it stands.</summary>
    public TableProfile Profile(string file) =>
        new()
        {
            File = file,
            Rows = table.Database.Scalar<long>($"SELECT count(*) FROM {LoadedTable.Name}"),
            Columns = Columns(withLevels: true),
            FirstRows = table.Columns.Count <= WidestWithRows ? Head([.. Indices], FirstRows) : [],
        };

    private IEnumerable<int> Indices => Enumerable.Range(0, table.Columns.Count);

    private List<ColumnProfile> Columns(bool withLevels)
    {
        var profiles = new List<ColumnProfile>(table.Columns.Count);
        foreach (var chunk in Indices.Chunk(ColumnsAtOnce))
        {
            var statistics = Statistics(chunk);
            var head = Head(chunk, RowsLookedAt);
            var levels = withLevels ? Levels(chunk, statistics) : [];
            for (var i = 0; i < chunk.Length; i++)
                profiles.Add(Describe(chunk[i], statistics[i], Seen(head, i), levels.GetValueOrDefault(chunk[i], [])));
        }
        return profiles;
    }

    private ColumnProfile Describe(
        int index,
        ColumnStatistics statistics,
        IReadOnlyList<string> seen,
        List<Level> levels
    )
    {
        var type = statistics.Type(seen);
        var profile = new ColumnProfile
        {
            Name = table.Columns[index],
            Type = type,
            Missing = statistics.Rows - statistics.Known,
            Distinct = Math.Min(statistics.Distinct, statistics.Known),
            Levels = type is ColumnTypes.Text or ColumnTypes.Number ? [] : levels,
            Examples = [.. seen.Take(ExamplesEach).Select(value => ShownText.Cut(value))],
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

    private List<ColumnStatistics> Statistics(int[] columns)
    {
        var numbers = columns.Select(i =>
            $"{table.TextOf(i)} AS t{i}, CASE WHEN isfinite(TRY_CAST({table.TextOf(i)} AS DOUBLE)) THEN TRY_CAST({table.TextOf(i)} AS DOUBLE) END AS n{i}"
        );
        var sql =
            $"SELECT count(*), {string.Join(", ", columns.Select(ColumnStatistics.Sql))} "
            + $"FROM (SELECT {string.Join(", ", numbers)} FROM {LoadedTable.Name})";
        return table.Database.Query(
            sql,
            row => columns.Select((_, position) => ColumnStatistics.Read(row, position)).ToList()
        )[0];
    }

    /// <summary>The first rows of some columns; null where a value is missing.</summary>
    private List<IReadOnlyList<string?>> Head(int[] columns, int rows) =>
        table.Database.Query(
            $"SELECT {string.Join(", ", columns.Select(i => $"left({table.TextOf(i)}, 200)"))} FROM {LoadedTable.Name} LIMIT {rows}",
            row => (IReadOnlyList<string?>)[.. columns.Select((_, position) => Cell(row, position))]
        );

    private static string? Cell(DbDataReader row, int position) =>
        row.IsDBNull(position) ? null : ShownText.Cut(row.GetString(position));

    private static string[] Seen(List<IReadOnlyList<string?>> head, int position) =>
        [.. head.Select(row => row[position]).OfType<string>().Distinct()];

    private Dictionary<int, List<Level>> Levels(int[] columns, List<ColumnStatistics> statistics)
    {
        var few = columns
            .Where(
                (column, position) =>
                    column < ColumnsWithLevels && statistics[position].Distinct is > 0 and <= MostLevels
            )
            .ToArray();
        if (few.Length == 0)
            return [];
        var queries = few.Select(i =>
            $"""
                SELECT * FROM (SELECT {i} AS i, left({table.TextOf(i)}, 200) AS v, count(*) AS n FROM {LoadedTable.Name}
                WHERE {table.TextOf(i)} IS NOT NULL GROUP BY {table.TextOf(
                    i
                )} ORDER BY n DESC, v LIMIT {LevelsEach})
                """
        );
        var levels = table.Database.Query(
            string.Join(" UNION ALL ", queries),
            row => (Column: row.GetInt32(0), Level: new Level(ShownText.Cut(row.GetString(1)), row.GetInt64(2)))
        );
        return levels
            .GroupBy(level => level.Column)
            .ToDictionary(
                group => group.Key,
                group => group.Select(level => level.Level).OrderByDescending(level => level.Count).ToList()
            );
    }
}
