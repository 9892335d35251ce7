using Trainable.Contracts;
using Trainable.Server.Datasets;

namespace Trainable.Server.Bundles;

/// <summary>How far two files of predictions for the same rows are apart.</summary>
internal static class PredictionDifference
{
    private const long Memory = 1L << 30;

    /// <summary>
    /// The greatest difference of a probability; of a number, in standard deviations of the first file's; without either, 1
    /// where a label differs. Null when the files do not hold the same rows and columns.
    /// </summary>
    /// <param name="folder">Holds both; no sandbox writes to it.</param>
    /// <param name="first">A file's name.</param>
    /// <param name="second">Another's.</param>
    /// <param name="problemType">One of <see cref="ProblemTypes"/>.</param>
    /// <param name="cancellation">Ends it.</param>
    public static double? Measure(
        string folder,
        string first,
        string second,
        string problemType,
        CancellationToken cancellation
    )
    {
        using var tables = TableDatabase.Open(new TableAccess([folder], folder, Memory) { Threads = 1 }, cancellation);
        try
        {
            var (one, other) = (Source(folder, first), Source(folder, second));
            var columns = Columns(tables, one);
            if (
                !columns.SequenceEqual(Columns(tables, other), StringComparer.Ordinal)
                || !columns.Contains("prediction")
            )
                return null;
            if (Rows(tables, one) != Rows(tables, other))
                return null;
            var numbers =
                problemType == ProblemTypes.Regression ? ["prediction"] : columns.Where(IsProbability).ToList();
            var scale =
                problemType == ProblemTypes.Regression
                    ? tables.Scalar<double>(
                        $"SELECT coalesce(nullif(stddev_pop(prediction::DOUBLE), 0), 1)::DOUBLE FROM {one}"
                    )
                    : 1;
            var parts = numbers.ConvertAll(column =>
                // What is missing or infinite on either side counts as wholly different.
                $"max(CASE WHEN isfinite(a.{column}::DOUBLE - b.{column}::DOUBLE) THEN abs(a.{column}::DOUBLE - b.{column}::DOUBLE) ELSE 1e300 END)"
            );
            if (problemType != ProblemTypes.Regression)
                parts.Add("max(CASE WHEN a.prediction IS NOT DISTINCT FROM b.prediction THEN 0 ELSE 1 END)::DOUBLE");
            var greatest = tables.Scalar<double>(
                $"SELECT coalesce(greatest({string.Join(", ", parts)}), 0)::DOUBLE FROM {one} a POSITIONAL JOIN {other} b"
            );
            return greatest / scale;
        }
        catch (DuckDB.NET.Data.DuckDBException)
        {
            return null;
        }
    }

    private static bool IsProbability(string column) => column is ['p', .. var digits] && digits.All(char.IsAsciiDigit);

    private static List<string> Columns(TableDatabase tables, string source) =>
        tables.Query($"SELECT column_name FROM (DESCRIBE SELECT * FROM {source})", row => row.GetString(0));

    private static long Rows(TableDatabase tables, string source) =>
        tables.Scalar<long>($"SELECT count(*) FROM {source}");

    private static string Source(string folder, string name) =>
        $"read_parquet({TableDatabase.Literal(Path.Combine(folder, name))})";
}
