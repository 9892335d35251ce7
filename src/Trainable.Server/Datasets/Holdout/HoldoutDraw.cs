namespace Trainable.Server.Datasets.Holdout;

/// <summary>
/// Draws rows to hold. A draw depends on the keys (hashes of what a row holds and of the seed) and not on the order of
/// the rows, so the same table shuffled has the same rows held.
/// </summary>
internal static class HoldoutDraw
{
    public const double Fraction = 0.15;

    /// <summary>
    /// Draws whole units, rows with one key, in the order of their keys until each stratum's share is full. Every stratum
    /// keeps a row outside, its share is within one row of the fraction (as far as units allow), and one unit at least is
    /// held. Null when every eligible row has the same key, so that no row can be held without its copies.
    /// </summary>
    /// <param name="keys">Rows that must stay together share one.</param>
    /// <param name="strata">A number per row, from 0; rows of a unit share it. Null for a single stratum.</param>
    /// <param name="eligible">Which rows may be held.</param>
    public static bool[]? ByKey(ulong[] keys, int[]? strata, bool[] eligible)
    {
        var rows = new List<(int Stratum, ulong Key, int Row)>(keys.Length);
        for (var row = 0; row < keys.Length; row++)
        {
            if (eligible[row])
                rows.Add((strata?[row] ?? 0, keys[row], row));
        }
        rows.Sort();
        var units = Units(rows);
        if (units.Count < 2)
            return null;

        var sizes = new int[rows[^1].Stratum + 1];
        foreach (var (stratum, _, _) in rows)
            sizes[stratum]++;
        var shares = Apportion(sizes);

        var held = new bool[keys.Length];
        var taken = 0;
        foreach (var (start, length) in units)
        {
            var stratum = rows[start].Stratum;
            if (length > shares[stratum])
                continue;
            shares[stratum] -= length;
            taken += length;
            Hold(start, length);
        }
        if (taken == 0)
        {
            var smallest = units.MinBy(unit => unit.Length);
            Hold(smallest.Start, smallest.Length);
        }
        return held;

        void Hold(int start, int length)
        {
            for (var i = start; i < start + length; i++)
                held[rows[i].Row] = true;
        }
    }

    /// <summary>
    /// Holds the latest rows, all of one time or none. Null when all eligible rows have one time.
    /// </summary>
    public static bool[]? Latest(double[] times, bool[] eligible)
    {
        var order = Enumerable.Range(0, times.Length).Where(row => eligible[row]).ToArray();
        Array.Sort(order, (left, right) => times[right].CompareTo(times[left]));
        var share = Share(order.Length);
        var cut = 0;
        while (cut < order.Length)
        {
            var next = cut;
            while (next < order.Length && times[order[next]] == times[order[cut]])
                next++;
            // The first time is held even when it has more rows than the share.
            if (next > share && cut > 0)
                break;
            cut = next;
        }
        if (cut == order.Length)
            return null;
        var held = new bool[times.Length];
        foreach (var row in order.AsSpan(0, cut))
            held[row] = true;
        return held;
    }

    /// <summary>Numbers each value by the quantile it lies in, at most ten of them; equal values share a number.</summary>
    public static int[] Quantiles(double[] values, bool[] eligible)
    {
        const int most = 10;
        const int rowsEach = 20;
        var sorted = values.Where((_, row) => eligible[row]).Order().ToArray();
        var bins = Math.Clamp(sorted.Length / rowsEach, 1, most);
        var cuts = Enumerable
            .Range(1, bins - 1)
            .Select(i => sorted[(long)i * sorted.Length / bins])
            .Distinct()
            .ToArray();
        return Array.ConvertAll(values, value => double.IsNaN(value) ? 0 : Bin(cuts, value));
    }

    private static int Bin(double[] cuts, double value)
    {
        var index = Array.BinarySearch(cuts, value);
        return index >= 0 ? index + 1 : ~index;
    }

    private static int Share(int rows) =>
        Math.Clamp((int)Math.Round(rows * Fraction, MidpointRounding.AwayFromZero), 1, Math.Max(1, rows - 1));

    /// <summary>Splits the share over the strata by largest remainder; each stratum keeps at least one row.</summary>
    private static int[] Apportion(int[] sizes)
    {
        var shares = new int[sizes.Length];
        for (var i = 0; i < sizes.Length; i++)
            shares[i] = Math.Min((int)(sizes[i] * Fraction), Math.Max(0, sizes[i] - 1));
        var left = Share(sizes.Sum()) - shares.Sum();
        var byRemainder = Enumerable
            .Range(0, sizes.Length)
            .Where(i => shares[i] + 1 < sizes[i])
            .OrderByDescending(i => sizes[i] * Fraction - shares[i])
            .ThenBy(i => i);
        foreach (var stratum in byRemainder.Take(Math.Max(0, left)))
            shares[stratum]++;
        return shares;
    }

    private static List<(int Start, int Length)> Units(List<(int Stratum, ulong Key, int Row)> rows)
    {
        var units = new List<(int, int)>();
        for (var start = 0; start < rows.Count; )
        {
            var end = start + 1;
            while (end < rows.Count && rows[end].Key == rows[start].Key && rows[end].Stratum == rows[start].Stratum)
                end++;
            units.Add((start, end - start));
            start = end;
        }
        return units;
    }
}
