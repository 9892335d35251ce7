using Trainable.Server.Datasets;

namespace Trainable.Server.Referee.Checks;

/// <summary>Rows beside those of train that they lie close to, looked at column by column.</summary>
/// <param name="database">Sees both tables; gets a temporary one.</param>
/// <param name="rows">Val, or the held rows, in SQL.</param>
/// <param name="train">Train, in SQL.</param>
/// <param name="numbers">SQL of each continuous column's value, as fine as two values are told apart.</param>
internal sealed class NearPairs(TableDatabase database, string rows, string train, IReadOnlyList<string> numbers)
{
    private const int MostRows = 300;

    /// <summary>Of train, for each row.</summary>
    private const int MostNeighbours = 5;

    /// <summary>Where chance alone makes nearly every pair pass, values say nothing: every number is another there.</summary>
    private const double Uninformative = 0.9;

    /// <summary>
    /// The share of the rows with a neighbour which noise has made of one. Noise makes values that no other row has; so a pair
    /// passes when, wherever its rows differ, one of them has such a value. Some pass by chance, the more the rarer values are
    /// in those columns anyway, and only what passes beyond that counts. By a sample of at most 300 rows.
    /// </summary>
    /// <param name="near">SQL of the keys that neighbours share.</param>
    /// <param name="same">SQL of the keys that a row and its exact copy share; such rows are left out.</param>
    public double NoisyShare(string near, string same)
    {
        Pair(near, same);
        // By chance each pair passes that differs nowhere.
        var chances = database
            .Query("SELECT id, neighbour FROM near_pairs", row => (Id: row.GetInt64(0), Neighbour: row.GetInt64(1)))
            .ToDictionary(pair => pair, _ => 1.0);
        if (chances.Count == 0)
            return 0;
        var open = chances.Keys.ToHashSet();
        for (var index = 0; index < numbers.Count; index++)
        {
            var single = SingleShare(index);
            foreach (var (id, neighbour, isBetweenCommon) in Differing(index))
            {
                chances[(id, neighbour)] *= 1 - Math.Pow(1 - single, 2);
                if (isBetweenCommon)
                    open.Remove((id, neighbour));
            }
        }
        var rowsOfPairs = chances.GroupBy(pair => pair.Key.Id).ToList();
        double all = rowsOfPairs.Count;
        var passed = open.Select(pair => pair.Id).Distinct().Count() / all;
        var expected = rowsOfPairs.Average(row => 1 - row.Aggregate(1.0, (none, pair) => none * (1 - pair.Value)));
        if (expected >= Uninformative)
            return passed;
        return passed - expected > 3 * Math.Sqrt(expected * (1 - expected) / all)
            ? (passed - expected) / (1 - expected)
            : 0;
    }

    private void Pair(string near, string same)
    {
        string Values(string name) => string.Concat(numbers.Select((value, index) => $", {value} AS {name}{index}"));
        string Copies(string name) => string.Concat(numbers.Select((_, index) => $", {name}{index}"));
        database.Execute(
            $"""
            CREATE OR REPLACE TEMP TABLE near_pairs AS
            WITH trained AS (
                SELECT row_number() OVER () AS neighbour, hash({near}) AS cell, hash({same}) AS self{Values(
                "b"
            )} FROM {train}
            ), candidates AS (
                SELECT row_number() OVER () AS id, hash({near}) AS cell, hash({same}) AS self{Values("a")} FROM {rows}
            ), chosen AS (
                SELECT * FROM candidates
                WHERE cell IN (SELECT cell FROM trained) AND self NOT IN (SELECT self FROM trained)
                ORDER BY hash(id) LIMIT {MostRows}
            ), neighbours AS (
                SELECT * FROM trained WHERE cell IN (SELECT cell FROM chosen)
                QUALIFY row_number() OVER (PARTITION BY cell ORDER BY neighbour) <= {MostNeighbours}
            )
            SELECT id, neighbour{Copies("a")}{Copies("b")} FROM chosen JOIN neighbours USING (cell)
            """
        );
    }

    /// <summary>The share of both tables' rows whose value in a column no other row has.</summary>
    private double SingleShare(int index) =>
        database.Scalar<double>(
            $"""
            SELECT coalesce(count(*) FILTER (WHERE n = 1) / sum(n), 0)::DOUBLE FROM (
                SELECT count(*) AS n FROM ({Both(index)}) GROUP BY value
            )
            """
        );

    /// <summary>Pairs that differ in a column, and whether each of the two values there is another row's too.</summary>
    private List<(long Id, long Neighbour, bool IsBetweenCommon)> Differing(int index) =>
        database.Query(
            $"""
            WITH common AS (SELECT value FROM ({Both(index)}) GROUP BY value HAVING count(*) > 1)
            SELECT id, neighbour, coalesce(
                a{index} IN (SELECT value FROM common) AND b{index} IN (SELECT value FROM common), false
            )
            FROM near_pairs WHERE a{index} IS DISTINCT FROM b{index}
            """,
            row => (row.GetInt64(0), row.GetInt64(1), row.GetBoolean(2))
        );

    private string Both(int index) =>
        $"SELECT {numbers[index]} AS value FROM {train} UNION ALL SELECT {numbers[index]} FROM {rows}";
}
