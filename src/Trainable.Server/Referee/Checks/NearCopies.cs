using System.Globalization;
using System.Text.Json.Nodes;
using Trainable.Server.Datasets;

namespace Trainable.Server.Referee.Checks;

/// <summary>
/// Rows that are a row of train but for a little noise on their numbers, target apart. In a table of few columns rows lie
/// close to others by chance, so closeness alone says nothing. But ten times as close a neighbour is by chance at least ten
/// times as rare, whereas a copy stays a copy until the grid is as fine as its noise.
/// </summary>
/// <remarks>
/// Chance is not as rare as that between values that many rows have, such as two prices that lie close together. Noise makes
/// values that no other row has: rows that differ between two common values are two rows, not one and its copy.
/// </remarks>
internal static class NearCopies
{
    /// <summary>Grids of 10^-1 to 10^-6 standard deviations are laid over the numbers.</summary>
    private const int FinestGrid = 6;

    /// <summary>Below this grid two rows count as the same.</summary>
    private const int Same = 10;

    /// <summary>How many times as rare neighbours become from one grid to the next; by chance it is ten times or more.</summary>
    private const double Rarer = 5;

    /// <summary>Where nearly every row has a neighbour it cannot be told how many each has.</summary>
    private const double Crowded = 0.9;

    /// <summary>Neighbours that a row has by chance on the finest grid, up to which even nearly all of them are copies.</summary>
    private const double Sparse = 0.1;
    private const double Many = 0.01;
    private const int Fewest = 5;

    /// <summary>Whether val holds such rows.</summary>
    public static void CheckVal(SplitTables tables, List<(string Name, string Type)> features, Findings findings)
    {
        if (Find(tables.Database, tables.Source("val"), tables.Source("train"), features) is not { } found)
            return;
        findings.Warn(
            "near_shared_rows",
            $"{found.Near:N0} of val's {found.Rows:N0} rows are a row of train but for a little noise. If rows were copied or simulated "
                + "from others, keep each family of rows on one side (name a group column).",
            Evidence(found)
        );
    }

    /// <summary>Whether the held rows, once prepared, are such rows. For people: it says something of held rows.</summary>
    /// <param name="database">Sees both.</param>
    /// <param name="held">The held rows' features, in SQL.</param>
    /// <param name="train">Train, in SQL.</param>
    /// <param name="findings">Where the answer goes.</param>
    public static void CheckHeld(TableDatabase database, string held, string train, Findings findings)
    {
        var inTrain = Columns(database, train).ToHashSet();
        var features = Columns(database, held).Where(inTrain.Contains).ToList();
        if (Find(database, held, train, features) is not { } found)
            return;
        findings.Warn(
            "near_shared_held_rows",
            $"{found.Near:N0} of the {found.Rows:N0} held rows are, once prepared, a row of train but for a little noise, so a score on "
                + "them says less about new rows. If rows were copied or simulated from others, name what they share as the group "
                + "column of a new experiment.",
            Evidence(found)
        );
    }

    private static JsonObject Evidence((long Near, long Rows) found) =>
        new() { ["rows"] = found.Rows, ["near_copies"] = found.Near };

    private static List<(string Name, string Type)> Columns(TableDatabase database, string source) =>
        database.Query(
            $"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {source})",
            row => (row.GetString(0), row.GetString(1))
        );

    /// <returns>How many of the rows are near copies; null when they are no more than chance makes.</returns>
    private static (long Near, long Rows)? Find(
        TableDatabase database,
        string rows,
        string train,
        List<(string Name, string Type)> features
    )
    {
        if (!features.Exists(IsContinuous))
            return null;
        var all = database.Scalar<long>($"SELECT count(*) FROM {rows}");
        var trained = database.Scalar<long>($"SELECT count(*) FROM {train}");
        var scales = Scales(database, train, features);
        var pairs = new NearPairs(
            database,
            rows,
            train,
            [
                .. features
                    .Select((column, index) => (Column: column, Scale: scales[index]))
                    .Where(one => IsContinuous(one.Column))
                    .Select(one => Cell(one.Column, one.Scale, Same)),
            ]
        );
        var same = Shared(Same);
        double before = 1;
        long near = 0;
        for (var grid = 1; grid <= FinestGrid; grid++)
        {
            near = Shared(grid) - same;
            var share = (double)near / all;
            if (near <= Fewest || share <= Many)
                return null;
            if (before <= Crowded && share > Chance(before, all))
            {
                // Of what lies close, only what noise can have made: on this grid, and on the one before.
                var noisy = share * pairs.NoisyShare(Keys(grid), Keys(Same));
                var noisyBefore = before * (grid == 1 ? 1 : pairs.NoisyShare(Keys(grid - 1), Keys(Same)));
                if (noisy * all > Fewest && noisy > Many && noisy > Chance(noisyBefore, all))
                    return ((long)Math.Round(noisy * all), all);
            }
            before = share;
        }
        if (before <= Crowded || trained * Math.Pow(10, -FinestGrid) >= Sparse)
            return null;
        var copies = (long)Math.Round(near * pairs.NoisyShare(Keys(FinestGrid), Keys(Same)));
        return copies > Fewest && copies > Many * all ? (copies, all) : null;

        string Keys(int grid) =>
            string.Join(", ", features.Select((column, index) => Cell(column, scales[index], grid)));

        long Shared(int grid)
        {
            var keys = Keys(grid);
            string Hashes(string source) => $"(SELECT hash({keys}) AS key FROM {source})";
            return database.Scalar<long>(
                $"SELECT count(*) FROM {Hashes(rows)} SEMI JOIN {Hashes(train)} AS other USING (key)"
            );
        }
    }

    /// <summary>The share that has a neighbour on the next grid by chance, at most, if so many have one on this.</summary>
    private static double Chance(double share, long rows)
    {
        var neighbours = -Math.Log(1 - share) / Rarer;
        var next = 1 - Math.Exp(-neighbours);
        return next + (3 * Math.Sqrt(next * (1 - next) / rows));
    }

    /// <summary>DuckDB refuses to square infinities.</summary>
    private static string Bounded(string column)
    {
        var name = TableDatabase.Identifier(column);
        return $"CASE WHEN abs({name}) < 1e100 THEN {name}::DOUBLE END";
    }

    private static bool IsContinuous((string Name, string Type) column) => column.Type is "DOUBLE" or "FLOAT";

    /// <summary>SQL of the grid's cell that a value lies in; of a column that is not continuous the value itself.</summary>
    private static string Cell((string Name, string Type) column, double scale, int grid)
    {
        var name = TableDatabase.Identifier(column.Name);
        // Adding 0 makes −0 the 0 it equals.
        return IsContinuous(column)
            ? string.Create(CultureInfo.InvariantCulture, $"round({name}::DOUBLE / {scale:R} * 1e{grid}) + 0")
            : name;
    }

    /// <summary>Standard deviations in train; 1 where there is none.</summary>
    private static List<double> Scales(TableDatabase database, string train, List<(string Name, string Type)> features)
    {
        var measures = string.Join(
            ", ",
            features.Select(column => IsContinuous(column) ? $"stddev_samp({Bounded(column.Name)})" : "1.0::DOUBLE")
        );
        return database.Query(
            $"SELECT {measures} FROM {train}",
            row =>
                Enumerable
                    .Range(0, features.Count)
                    .Select(index => row.IsDBNull(index) ? 1 : row.GetDouble(index))
                    .Select(scale => double.IsFinite(scale) && scale > 0 ? scale : 1)
                    .ToList()
        )[0];
    }
}
