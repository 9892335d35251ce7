namespace Trainable.Cli.Arguments;

/// <summary>What a person most likely meant by a word that is not known.</summary>
internal static class NearestWord
{
    /// <summary><c> Did you mean 'logs'?</c>, or nothing when no word is near.</summary>
    public static string Hint(string unknown, IEnumerable<string> known) =>
        Find(unknown, known) is { } near ? $" Did you mean '{near}'?" : "";

    /// <summary>The word with the fewest slips between, at most one for every three letters; null when none is that near.</summary>
    public static string? Find(string unknown, IEnumerable<string> known)
    {
        var word = unknown.ToLowerInvariant();
        var allowed = Math.Max(1, word.TrimStart('-').Length / 3);
        return known
            .Select(candidate => (candidate, Slips: Slips(word, candidate.ToLowerInvariant())))
            .Where(pair => pair.Slips <= allowed || IsBeginning(word, pair.candidate))
            .OrderBy(pair => pair.Slips)
            .Select(pair => pair.candidate)
            .FirstOrDefault();
    }

    private static bool IsBeginning(string word, string candidate) =>
        word.TrimStart('-').Length >= 2 && candidate.StartsWith(word, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// The optimal string alignment distance: letters left out, put in, mistaken, and neighbours swapped, each counted once.
    /// </summary>
    public static int Slips(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            rows[i, 0] = i;
        for (var j = 0; j <= b.Length; j++)
            rows[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var mistaken = a[i - 1] == b[j - 1] ? 0 : 1;
                var least = Math.Min(Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1, rows[i - 1, j - 1] + mistaken);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    least = Math.Min(least, rows[i - 2, j - 2] + 1);
                rows[i, j] = least;
            }
        }
        return rows[a.Length, b.Length];
    }
}
