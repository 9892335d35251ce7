namespace Trainable.Server.Datasets.Holdout;

/// <summary>The ways of writing a date that are recognised, and SQL that reads them.</summary>
internal static class DateFormats
{
    /// <summary>ISO 8601 with or without time, fraction and zone; DuckDB's own cast.</summary>
    public const string Iso = "iso";

    private const int SampleRows = 1000;

    private static readonly string[] Dates =
    [
        "%d/%m/%Y",
        "%m/%d/%Y",
        "%d.%m.%Y",
        "%d-%m-%Y",
        "%m-%d-%Y",
        "%Y/%m/%d",
        "%Y.%m.%d",
        "%d-%b-%Y",
        "%d-%b-%y",
        "%d %b %Y",
        "%d %B %Y",
        "%b %d, %Y",
        "%B %d, %Y",
        "%b %d %Y",
        "%d/%m/%y",
        "%m/%d/%y",
    ];

    private static readonly string[] Times = ["", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p"];

    /// <summary>In the order of preference: 03/04/2020 is the third of April unless another value says otherwise.</summary>
    public static readonly IReadOnlyList<string> All =
    [
        Iso,
        .. Times.SelectMany(time => Dates.Select(date => date + time)),
    ];

    /// <summary>SQL of the timestamp that a text expression holds; null where it holds none.</summary>
    public static string Parse(string text, string format)
    {
        var timestamp =
            format == Iso
                // A bare number or a time of day is no date, whatever a cast makes of it.
                ? $"CASE WHEN {text} LIKE '____-__-__%' THEN TRY_CAST({text} AS TIMESTAMP) END"
                : $"try_strptime({text}, {TableDatabase.Literal(format)})";
        return $"CASE WHEN isfinite({timestamp}) THEN {timestamp} END";
    }

    /// <summary>
    /// The first format that reads every value; null when none does. A sample rules most formats out cheaply, and those
    /// left are tried on all values, so that the answer does not depend on which values the sample holds.
    /// </summary>
    /// <param name="database">Where the values lie.</param>
    /// <param name="values">A FROM clause with a text column v, without missing values.</param>
    public static string? Detect(TableDatabase database, string values)
    {
        var counts = string.Join(", ", All.Select(format => $"count({Parse("v", format)})"));
        var sample = database.Query(
            $"SELECT count(v), {counts} FROM (SELECT v FROM {values} LIMIT {SampleRows})",
            row => Enumerable.Range(0, All.Count + 1).Select(row.GetInt64).ToArray()
        )[0];
        return sample[0] == 0
            ? null
            : All.Where((_, index) => sample[index + 1] == sample[0])
                .FirstOrDefault(format =>
                    database.Scalar<long>($"SELECT count(*) FROM {values} WHERE {Parse("v", format)} IS NULL") == 0
                );
    }
}
