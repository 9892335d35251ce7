using System.Buffers;
using System.Data.Common;

namespace Trainable.Server.Datasets.Profiles;

/// <summary>Counts over one column, from which its type is told.</summary>
internal sealed record ColumnStatistics
{
    /// <summary>A column with at most this many distinct values is a category however few rows there are.</summary>
    private const int FewLevels = 50;
    private const double RepeatedShare = 0.05;
    private const double LongText = 40;

    /// <summary>Real tables have a blank or a dash in a numeric column; more than one in twenty is another matter.</summary>
    private const double MostlyNumbers = 0.95;

    private static readonly SearchValues<char> DateCharacters = SearchValues.Create(
        "0123456789-/.: ,+TZAPMJFSONDabcdefghijlmnoprstuvy"
    );

    private static readonly string[][] BooleanPairs =
    [
        ["true", "false"],
        ["yes", "no"],
        ["t", "f"],
        ["y", "n"],
    ];

    public required long Rows { get; init; }
    public required long Known { get; init; }
    public required long Distinct { get; init; }
    public required long Numbers { get; init; }

    /// <summary>Numbers written without decimal point or exponent.</summary>
    public required long Integers { get; init; }

    /// <summary>Digits that start with a zero, such as postcodes: reading them as numbers loses something.</summary>
    public required long LeadingZeros { get; init; }
    public double? Min { get; init; }
    public double? Max { get; init; }
    public double? Mean { get; init; }
    public double? StandardDeviation { get; init; }
    public double MeanLength { get; init; }

    /// <summary>The aggregates over a column's texts t and the finite numbers n among them.</summary>
    public const string Sql = """
        count(*), count(t), approx_count_distinct(t), count(n),
        count(*) FILTER (n IS NOT NULL AND NOT contains(t, '.') AND NOT contains(lower(t), 'e')),
        count(*) FILTER (n IS NOT NULL AND t LIKE '0_%' AND NOT contains(t, '.')),
        min(n), max(n), avg(n), stddev_samp(n), avg(length(t))
        """;

    /// <summary>Reads the aggregates, the first of which is at <paramref name="first"/>.</summary>
    public static ColumnStatistics Read(DbDataReader row, int first) =>
        new()
        {
            Rows = row.GetInt64(first),
            Known = row.GetInt64(first + 1),
            Distinct = row.GetInt64(first + 2),
            Numbers = row.GetInt64(first + 3),
            Integers = row.GetInt64(first + 4),
            LeadingZeros = row.GetInt64(first + 5),
            Min = Double(row, first + 6),
            Max = Double(row, first + 7),
            Mean = Double(row, first + 8),
            StandardDeviation = Double(row, first + 9),
            MeanLength = Double(row, first + 10) ?? 0,
        };

    /// <summary>The type, dates apart, which are told by reading them.</summary>
    /// <param name="seen">Distinct values of the first rows.</param>
    public string Type(IReadOnlyList<string> seen)
    {
        if (Known == 0)
            return ColumnTypes.Empty;
        if (Numbers >= Known * MostlyNumbers && LeadingZeros == 0)
            return Integers == Numbers && Numbers == Known ? ColumnTypes.Integer : ColumnTypes.Number;
        if (Distinct <= 2 && IsBoolean(seen))
            return ColumnTypes.Boolean;
        return MeanLength <= LongText && (Distinct <= FewLevels || Distinct <= Known * RepeatedShare)
            ? ColumnTypes.Category
            : ColumnTypes.Text;
    }

    /// <summary>Cheap: whether it is worth trying to read the column as dates.</summary>
    public static bool MayBeDates(IReadOnlyList<string> seen) =>
        seen.Count > 0
        && seen.All(value =>
            value.Length is >= 6 and <= 40
            && value.Count(char.IsAsciiDigit) >= 3
            && value.AsSpan().IndexOfAnyExcept(DateCharacters) < 0
        );

    private static bool IsBoolean(IReadOnlyList<string> seen) =>
        seen.Count > 0 && BooleanPairs.Any(pair => seen.All(value => pair.Contains(value.ToLowerInvariant())));

    /// <summary>Null for NULL and for what JSON cannot hold: a standard deviation may overflow.</summary>
    private static double? Double(DbDataReader row, int ordinal) =>
        row.IsDBNull(ordinal) || !double.IsFinite(row.GetDouble(ordinal)) ? null : row.GetDouble(ordinal);
}
