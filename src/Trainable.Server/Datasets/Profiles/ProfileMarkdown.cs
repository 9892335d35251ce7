using System.Globalization;
using System.Text;
using Trainable.Server.Platform;

namespace Trainable.Server.Datasets.Profiles;

/// <summary>How much of the data itself a model may be shown.</summary>
internal enum ProfileDetail
{
    /// <summary>Names, types and counts; no value of any cell.</summary>
    Schema,

    /// <summary>Ranges, frequent levels and a few examples too.</summary>
    Sample,

    /// <summary>And the first rows.</summary>
    Full,
}

/// <summary>A profile as Markdown for a prompt: never longer than its budget, however wide the table is.</summary>
internal static class ProfileMarkdown
{
    private const int NamesListed = 40;

    /// <summary>An integer column with at most this many values is shown by them: it may be a class.</summary>
    private const int FewNumbers = 10;

    /// <summary>Renders at most <paramref name="budget"/> characters.</summary>
    public static string Render(DatasetProfile profile, ProfileDetail detail, int budget = 24_000)
    {
        var text = new StringBuilder();
        if (profile.Kind == DatasetKinds.Files || profile.Files.Count > 1)
            AppendFiles(text, profile, budget / 4);
        if (profile.ImageFolder is { } folder)
            text.Append(
                CultureInfo.InvariantCulture,
                $"Each row is an image; `image` names its file in `{folder}/`. Held rows come to a pipeline as numbers, without their files.\n\n"
            );
        foreach (var (index, table) in profile.Tables.Index())
        {
            var share = (budget - text.Length) / Math.Max(1, profile.Tables.Count);
            // Of a table with others beside it the host holds rows; of those it holds none.
            AppendTable(text, table, index == 0 ? profile.RowsHeld : 0, detail, share);
        }
        return text.Length <= budget ? text.ToString() : text.ToString(0, Math.Max(0, budget - 1)) + "…";
    }

    private static void AppendFiles(StringBuilder text, DatasetProfile profile, int budget)
    {
        text.Append(CultureInfo.InvariantCulture, $"{profile.Files.Count} files:\n");
        foreach (var (index, file) in profile.Files.Index())
        {
            if (text.Length > budget)
            {
                text.Append(CultureInfo.InvariantCulture, $"- … and {profile.Files.Count - index} more\n");
                break;
            }
            text.Append(
                CultureInfo.InvariantCulture,
                $"- `{ShownText.Cut(file.Name, 200)}` ({ByteSize.Format(file.Size)})\n"
            );
        }
        text.Append('\n');
    }

    private static void AppendTable(StringBuilder text, TableProfile table, long held, ProfileDetail detail, int budget)
    {
        var start = text.Length;
        text.Append(
            CultureInfo.InvariantCulture,
            $"### `{ShownText.Cut(table.File)}`: {table.Rows:N0} rows × {table.Columns.Count:N0} columns\n"
        );
        if (held > 0)
            text.Append(
                CultureInfo.InvariantCulture,
                $"The host holds {held:N0} more rows to measure the model on; no script can see them.\n"
            );
        text.Append("\n| column | type | missing | distinct |");
        text.Append(detail == ProfileDetail.Schema ? "\n|---|---|---|---|\n" : " values |\n|---|---|---|---|---|\n");

        var shown = 0;
        foreach (var column in table.Columns)
        {
            var line = Line(column, table.Rows, detail);
            if (text.Length - start + line.Length > budget * 2 / 3 && shown > 0)
                break;
            text.Append(line);
            shown++;
        }
        AppendRest(text, table.Columns.Skip(shown).ToArray(), budget - (text.Length - start));
        if (detail == ProfileDetail.Full)
            AppendRows(text, table, budget - (text.Length - start));
        text.Append('\n');
    }

    private static string Line(ColumnProfile column, long rows, ProfileDetail detail)
    {
        var missing = column.Missing == 0 ? "0" : $"{column.Missing:N0} ({100.0 * column.Missing / rows:0.#} %)";
        var line = $"| {Cell(column.Name)} | {column.Type} | {missing} | ~{column.Distinct:N0} |";
        return detail == ProfileDetail.Schema ? line + "\n" : $"{line} {Values(column)} |\n";
    }

    private static string Values(ColumnProfile column)
    {
        var parts = new List<string>();
        if (column is { Min: { } min, Max: { } max, Mean: { } mean })
            parts.Add($"{min:G6} to {max:G6}, mean {mean:G6}, sd {column.StandardDeviation ?? 0:G4}");
        if (column.NotNumeric > 0)
            parts.Add($"{column.NotNumeric:N0} not numeric");
        if (column.Earliest is not null)
            parts.Add($"{column.Earliest} to {column.Latest}, written {column.DateFormat}");
        if (column.Levels.Count > 0 && (column.Min is null || column.Distinct <= FewNumbers))
            parts.Add(string.Join(", ", column.Levels.Select(level => $"{Cell(level.Value)} ×{level.Count:N0}")));
        else if (column.Examples.Count > 0)
            parts.Add("e.g. " + string.Join(", ", column.Examples.Select(Cell)));
        return string.Join("; ", parts);
    }

    /// <summary>Columns past the budget: how many of each type, and as many names as fit.</summary>
    private static void AppendRest(StringBuilder text, ColumnProfile[] rest, int budget)
    {
        if (rest.Length == 0)
            return;
        text.Append(CultureInfo.InvariantCulture, $"\nand {rest.Length:N0} more columns:\n");
        foreach (var group in rest.GroupBy(column => column.Type))
        {
            var names = string.Join(", ", group.Take(NamesListed).Select(column => Cell(column.Name)));
            var missing = group.Count(column => column.Missing > 0);
            var line = $"- {group.Count():N0} {group.Key}, {missing:N0} of them with missing values: {names}";
            text.Append(line.AsSpan(0, Math.Min(line.Length, Math.Max(0, budget / 4))));
            text.Append(group.Count() > NamesListed ? ", …\n" : "\n");
        }
    }

    private static void AppendRows(StringBuilder text, TableProfile table, int budget)
    {
        if (table.FirstRows.Count == 0)
            return;
        text.Append("\nThe first rows:\n");
        foreach (var row in table.FirstRows)
        {
            var line = $"| {string.Join(" | ", row.Select(cell => cell is null ? "" : Cell(cell)))} |\n";
            budget -= line.Length;
            if (budget < 0)
                return;
            text.Append(line);
        }
    }

    /// <summary>A bar would end the cell of the table it stands in.</summary>
    private static string Cell(string text) => ShownText.Cut(text).Replace("|", "\\|");
}
