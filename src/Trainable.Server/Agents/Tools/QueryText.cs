using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Trainable.Server.Agents.Tools;

/// <summary>A query's result as a model reads it: tab-separated lines under a header, the fewest tokens a table can have.</summary>
internal static class QueryText
{
    public const int MostRows = 200;
    public const int UsualRows = 20;
    public const int CellCharacters = 120;
    private const int MostCharacters = 16 * 1024;

    /// <summary>How many rows a model asks for.</summary>
    public static int Rows(string? limit) =>
        int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var rows)
            ? Math.Clamp(rows, 1, MostRows)
            : UsualRows;

    public static string Write(JsonElement answer)
    {
        var text = new StringBuilder();
        text.AppendJoin(
                '\t',
                answer.GetProperty("columns").EnumerateArray().Select(column => Cell(column.GetProperty("name")))
            )
            .Append('\n');
        var shown = 0;
        var rows = answer.GetProperty("rows");
        foreach (var row in rows.EnumerateArray())
        {
            var line = string.Join('\t', row.EnumerateArray().Select(Cell));
            if (shown > 0 && text.Length + line.Length > MostCharacters)
                break;
            text.Append(line.Length <= MostCharacters ? line : line[..MostCharacters] + "…").Append('\n');
            shown++;
        }
        var all = rows.GetArrayLength();
        var more = answer.GetProperty("more").GetBoolean() || shown < all;
        text.Append(
            CultureInfo.InvariantCulture,
            $"({shown} {(shown == 1 ? "row" : "rows")}{(more ? "; there are more" : "")})"
        );
        return text.ToString();
    }

    /// <summary>Cells are cut where the query runs, as far as it was told to; this is for the rest.</summary>
    private static string Cell(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Null => "NULL",
            JsonValueKind.String => Cut(value.GetString()!.ReplaceLineEndings("\\n").Replace('\t', ' ')),
            _ => value.GetRawText(),
        };

    private static string Cut(string text) =>
        text.Length <= CellCharacters + 1 ? text : string.Concat(text.AsSpan(0, CellCharacters), "…");
}
