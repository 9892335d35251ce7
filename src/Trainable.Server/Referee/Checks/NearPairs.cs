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

    /// <summary>
    /// The share of the rows with a neighbour which noise can have made of one: wherever the two differ, one of them has a
    /// value that no other row of either table has. By a sample of at most 300 rows.
    /// </summary>
    /// <param name="near">SQL of the keys that neighbours share.</param>
    /// <param name="same">SQL of the keys that a row and its exact copy share; such rows are left out.</param>
    public double NoisyShare(string near, string same)
    {
        Pair(near, same);
        var open = database
            .Query("SELECT id, neighbour FROM near_pairs", row => (Id: row.GetInt64(0), Neighbour: row.GetInt64(1)))
            .ToHashSet();
        var all = open.Select(pair => pair.Id).Distinct().Count();
        if (all == 0)
            return 0;
        for (var index = 0; index < numbers.Count && open.Count > 0; index++)
            open.ExceptWith(BetweenCommonValues(index));
        return (double)open.Select(pair => pair.Id).Distinct().Count() / all;
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

    /// <summary>Pairs that differ in a column, each with a value there that another row has too.</summary>
    private List<(long, long)> BetweenCommonValues(int index) =>
        database.Query(
            $"""
            WITH common AS (
                SELECT value FROM (
                    SELECT {numbers[index]} AS value FROM {train} UNION ALL SELECT {numbers[index]} FROM {rows}
                ) GROUP BY value HAVING count(*) > 1
            )
            SELECT id, neighbour FROM near_pairs
            WHERE a{index} IS DISTINCT FROM b{index}
                AND a{index} IN (SELECT value FROM common) AND b{index} IN (SELECT value FROM common)
            """,
            row => (row.GetInt64(0), row.GetInt64(1))
        );
}
