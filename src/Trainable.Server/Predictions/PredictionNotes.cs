using Trainable.Contracts;

namespace Trainable.Server.Predictions;

/// <summary>What whoever sent rows should know, in sentences.</summary>
internal static class PredictionNotes
{
    private const int MostNames = 10;
    private const int MostColumns = 8;

    public static IEnumerable<string> OfColumns(
        IReadOnlyList<string> names,
        PredictorTerms terms,
        IReadOnlyList<string> filled
    )
    {
        if (terms.IsNotAsMeasured)
            yield return "The model or its pipeline was written anew after Train had ended: it is not the one that was measured.";
        if (names.Contains(terms.Target, StringComparer.Ordinal))
            yield return $"`{terms.Target}` is what is predicted; the column was left out and not shown to the model.";
        var extra = names.Where(name => !terms.Columns.Contains(name, StringComparer.Ordinal)).ToList();
        if (extra.Count > 0)
            yield return $"Not used, because the model's data had no such {Columns(extra.Count)}: {List(extra)}.";
        if (filled.Count > 0)
            yield return $"Not sent and not needed by the model: {List(filled)}.";
    }

    public static IEnumerable<string> OfNovelty(DataNovelty novelty)
    {
        var drifted = novelty.Columns.Where(column => column.Drifted).OrderByDescending(column => column.Psi).ToList();
        if (drifted.Count > 0)
            yield return $"The rows look unlike the ones the model learnt from: {List(drifted.ConvertAll(Drift))}. "
                + "Its measured score need not hold for them.";
        foreach (var column in novelty.Columns.Where(column => column.UnseenRows > 0).Take(MostColumns))
            yield return $"`{column.Column}` has {(column.UnseenRows == 1 ? "a value" : "values")} that no row the model learnt from has: "
                + $"{string.Join(", ", column.Unseen.Select(text => $"'{text}'"))} ({Rows(column.UnseenRows)}).";
        foreach (
            var column in novelty.Columns.Where(column => column.OutsideRows > 0 && !column.Drifted).Take(MostColumns)
        )
            yield return $"`{column.Column}` lies outside what the model learnt from in {Rows(column.OutsideRows)}.";
    }

    public static string? OfExplanations(long explained, long rows) =>
        explained < rows ? $"Explained are the first {explained:N0} of {rows:N0} rows." : null;

    private static string Drift(ColumnNovelty column) =>
        $"`{column.Column}` (PSI {column.Psi:0.00}{(column.Ks is { } ks ? $", KS {ks:0.00}" : "")})";

    private static string Rows(long count) => count == 1 ? "1 row" : $"{count:N0} rows";

    private static string Columns(int count) => count == 1 ? "column" : "columns";

    private static string List(IReadOnlyList<string> names) =>
        string.Join(
            ", ",
            names.Take(MostNames).Select(name => name.Contains('`', StringComparison.Ordinal) ? name : $"`{name}`")
        ) + (names.Count > MostNames ? $" and {names.Count - MostNames} more" : "");
}
