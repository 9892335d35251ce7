using Trainable.Server.Datasets;

namespace Trainable.Server.Referee.Checks;

/// <summary>One text for what a prepared row holds, by which rows are found again in another table.</summary>
internal static class Fingerprint
{
    /// <summary>Significant digits to which floats are compared: the same sum in another order differs in the last few.</summary>
    private const int Digits = 7;

    /// <summary>SQL of a table with one column, in the order of the split's rows.</summary>
    public static string Of(SplitTables tables, string split, List<(string Name, string Type)> features)
    {
        var values = string.Join(
            ", ",
            features.Select(column =>
            {
                var name = TableDatabase.Identifier(column.Name);
                return column.Type switch
                {
                    // Adding 0 makes −0 the 0 it equals.
                    "VARCHAR" or "DATE" or "BLOB" => $"coalesce({name}::VARCHAR, '∅')",
                    _ when column.Type.StartsWith("TIMESTAMP", StringComparison.Ordinal) =>
                        $"coalesce({name}::VARCHAR, '∅')",
                    _ => $"coalesce(format('{{:.{Digits - 1}e}}', {name}::DOUBLE + 0), '∅')",
                };
            })
        );
        return $"SELECT md5(concat_ws('¦', {values})) FROM {tables.Source(split)}";
    }
}
