namespace Trainable.Server.Referee.Suspicions;

/// <summary>How far one column tells another. Pairs of which either is missing do not count, except where said.</summary>
internal static class Association
{
    /// <summary>
    /// Goodman and Kruskal's lambda (1954): by how much knowing the level lowers the errors of guessing the class, from 0
    /// (not at all) to 1 (none is left). Unlike the share that is right, it is not high just because one class is common.
    /// </summary>
    /// <param name="levels">From 0; -1 is left out.</param>
    /// <param name="classes">From 0; -1 is left out.</param>
    public static double Lambda(int[] levels, int[] classes)
    {
        var counts = new Dictionary<(int Level, int Class), int>();
        var totals = new Dictionary<int, int>();
        var rows = 0;
        for (var row = 0; row < levels.Length; row++)
        {
            if (levels[row] < 0 || classes[row] < 0)
                continue;
            var pair = (levels[row], classes[row]);
            counts[pair] = counts.GetValueOrDefault(pair) + 1;
            totals[classes[row]] = totals.GetValueOrDefault(classes[row]) + 1;
            rows++;
        }
        if (rows == 0 || totals.Count < 2)
            return 0;
        var right = counts.GroupBy(pair => pair.Key.Level).Sum(level => level.Max(pair => pair.Value));
        var errors = rows - totals.Values.Max();
        return 1 - ((double)(rows - right) / errors);
    }

    /// <summary>Area under the ROC curve of a number for one class against the rest, or of its negative if that is more.</summary>
    public static double Area(double?[] numbers, int[] classes, int positive)
    {
        int[] rows = [.. Rows(numbers, classes).OrderBy(row => numbers[row]!.Value)];
        double area = 0;
        long positives = 0;
        long negatives = 0;
        for (var start = 0; start < rows.Length; )
        {
            var end = start;
            long tiedPositives = 0;
            for (; end < rows.Length && numbers[rows[end]]!.Value.Equals(numbers[rows[start]]!.Value); end++)
                tiedPositives += classes[rows[end]] == positive ? 1 : 0;
            var tiedNegatives = end - start - tiedPositives;
            area += tiedPositives * (negatives + (tiedNegatives / 2.0));
            positives += tiedPositives;
            negatives += tiedNegatives;
            start = end;
        }
        if (positives == 0 || negatives == 0)
            return 0.5;
        var share = area / ((double)positives * negatives);
        return Math.Max(share, 1 - share);
    }

    /// <summary>
    /// Lambda of a number that is cut into as many ranges as there are classes, at the best places. One class that a number
    /// sets apart is nature's way; all of them are suspicious.
    /// </summary>
    public static double LambdaOfRanges(double?[] numbers, int[] classes, int classCount)
    {
        int[] rows = [.. Rows(numbers, classes).OrderBy(row => numbers[row]!.Value)];
        if (rows.Length == 0)
            return 0;
        // right[used, class]: rows so far that are right at best, if `used` ranges lie behind and the present one is of the class.
        var right = new int[classCount, classCount];
        var tied = new int[classCount];
        for (var start = 0; start < rows.Length; )
        {
            var end = start;
            Array.Clear(tied);
            for (; end < rows.Length && numbers[rows[end]]!.Value.Equals(numbers[rows[start]]!.Value); end++)
                tied[classes[rows[end]]]++;
            start = end;
            for (var used = classCount - 1; used >= 0; used--)
            {
                var before = 0;
                for (var label = 0; used > 0 && label < classCount; label++)
                    before = Math.Max(before, right[used - 1, label]);
                for (var label = 0; label < classCount; label++)
                    right[used, label] = Math.Max(right[used, label], before) + tied[label];
            }
        }
        var best = right.Cast<int>().Max();
        var common = rows.GroupBy(row => classes[row]).Max(one => one.Count());
        return common == rows.Length ? 0 : 1 - ((double)(rows.Length - best) / (rows.Length - common));
    }

    /// <summary>Pearson's correlation of two columns of numbers; 0 where one is constant.</summary>
    public static double Correlation(double?[] left, double?[] right)
    {
        int[] rows =
        [
            .. Enumerable.Range(0, left.Length).Where(row => left[row] is not null && right[row] is not null),
        ];
        if (rows.Length < 3)
            return 0;
        var (meanLeft, meanRight) = (rows.Average(row => left[row]!.Value), rows.Average(row => right[row]!.Value));
        double both = 0;
        double squaresLeft = 0;
        double squaresRight = 0;
        foreach (var row in rows)
        {
            var (offLeft, offRight) = (left[row]!.Value - meanLeft, right[row]!.Value - meanRight);
            both += offLeft * offRight;
            squaresLeft += offLeft * offLeft;
            squaresRight += offRight * offRight;
        }
        var scale = Math.Sqrt(squaresLeft) * Math.Sqrt(squaresRight);
        return scale > 0 ? both / scale : 0;
    }

    /// <summary>Spearman's: the correlation of ranks, which sees any rising or falling relation.</summary>
    public static double RankCorrelation(double?[] left, double?[] right)
    {
        int[] rows =
        [
            .. Enumerable.Range(0, left.Length).Where(row => left[row] is not null && right[row] is not null),
        ];
        return Correlation(Ranks(left, rows), Ranks(right, rows));
    }

    /// <summary>The share of a number's variance that lies between levels (eta squared).</summary>
    public static double BetweenLevels(int[] levels, double?[] numbers)
    {
        var known = Enumerable
            .Range(0, levels.Length)
            .Where(row => levels[row] >= 0 && numbers[row] is not null)
            .ToList();
        if (known.Count < 3)
            return 0;
        var mean = known.Average(row => numbers[row]!.Value);
        var total = known.Sum(row => Math.Pow(numbers[row]!.Value - mean, 2));
        var between = known
            .GroupBy(row => levels[row])
            .Sum(level => level.Count() * Math.Pow(level.Average(row => numbers[row]!.Value) - mean, 2));
        return total > 0 ? between / total : 0;
    }

    /// <summary>
    /// How many runs of one level there are among rows in the order of their numbers: as many as levels where each has a range of
    /// its own, and nearly as many as rows where they tell nothing. Rows of one number are taken level by level.
    /// </summary>
    public static int Runs(int[] levels, double?[] numbers)
    {
        var (runs, last) = (0, -1);
        foreach (var row in Rows(numbers, levels).OrderBy(row => numbers[row]!.Value).ThenBy(row => levels[row]))
        {
            if (levels[row] != last)
                runs++;
            last = levels[row];
        }
        return runs;
    }

    private static IEnumerable<int> Rows(double?[] numbers, int[] classes) =>
        Enumerable.Range(0, numbers.Length).Where(row => numbers[row] is not null && classes[row] >= 0);

    private static double?[] Ranks(double?[] values, int[] rows)
    {
        var ranks = new double?[values.Length];
        var order = rows.OrderBy(row => values[row]!.Value).ToArray();
        for (var start = 0; start < order.Length; )
        {
            var end = start;
            while (end < order.Length && values[order[end]]!.Value.Equals(values[order[start]]!.Value))
                end++;
            for (var place = start; place < end; place++)
                ranks[order[place]] = (start + end - 1) / 2.0;
            start = end;
        }
        return ranks;
    }
}
