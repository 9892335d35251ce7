namespace Trainable.Server.Datasets;

/// <summary>
/// The text that stands for no value, as <c>pandas.read_csv</c> has it, so that host and scripts agree on what is missing.
/// 'None' is a value: pandas 1.5 reads it so, and it is a common class label.
/// </summary>
internal static class MissingValues
{
    private static readonly HashSet<string> Texts = new(StringComparer.Ordinal)
    {
        "",
        "#N/A",
        "#N/A N/A",
        "#NA",
        "-1.#IND",
        "-1.#QNAN",
        "-NaN",
        "-nan",
        "1.#IND",
        "1.#QNAN",
        "<NA>",
        "N/A",
        "NA",
        "NULL",
        "NaN",
        "n/a",
        "nan",
        "null",
    };

    public static bool Contains(string? text) => text is null || Texts.Contains(text);

    /// <summary>As a list for DuckDB's CSV reader, which turns each of them into NULL.</summary>
    public static string SqlList { get; } = $"[{string.Join(", ", Texts.Select(TableDatabase.Literal))}]";
}
