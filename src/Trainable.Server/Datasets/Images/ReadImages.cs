using System.Buffers;
using System.Text;
using Trainable.Server.Datasets.Delimited;

namespace Trainable.Server.Datasets.Images;

/// <summary>What a sandbox made of images. It may have been taken over by one of them, so that its table is only text.</summary>
/// <param name="Work">Where the table lies.</param>
/// <param name="Unreadable">Names of files that are no images, or damaged ones.</param>
internal sealed record ReadImages(string Work, IReadOnlyList<string> Unreadable)
{
    private static readonly SearchValues<char> Quoted = SearchValues.Create(",\"\r\n");

    /// <summary>
    /// Writes the table with other cells in place of the files' names, which are the host's own words: as many rows of an image as
    /// there are, such as for copies of it.
    /// </summary>
    /// <param name="destination">The file to write, canonical CSV as far as the sandbox's part of it is.</param>
    /// <param name="header">Names of these cells; one that the sandbox's part has too gets an addition.</param>
    /// <param name="rows">These cells, of all rows of each image that was to be read, by its file's name.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>The file's name for each row.</returns>
    /// <exception cref="Platform.UserFacingException">
    /// An image has more than one row, or neither a row nor a place among the unreadable ones; or there is a row of no image (422).
    /// </exception>
    public List<string> Write(
        string destination,
        IReadOnlyList<string> header,
        ILookup<string, string[]> rows,
        CancellationToken cancellation
    )
    {
        using var source = FileConverter.OpenTable(Work);
        using var reader = new DelimitedReader(source, DelimitedDialect.Canonical);
        using var table = new StreamWriter(destination, append: false, new UTF8Encoding(false), 1 << 17);
        var names = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        reader.Read();
        var taken = Enumerable
            .Range(1, reader.Count - 1)
            .Select(reader.Text)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        WriteRow([.. header.Select(name => taken.Add(name) ? name : $"{name} (table)")]);
        while (reader.Read() == RecordStatus.Record)
        {
            cancellation.ThrowIfCancellationRequested();
            var name = reader.Text(0);
            if (!seen.Add(name))
                throw Refused("wrote a row twice");
            if (!rows.Contains(name))
                throw Refused("wrote a row of an image that it was not given");
            foreach (var cells in rows[name])
            {
                names.Add(name);
                WriteRow(cells);
            }
        }
        seen.UnionWith(Unreadable);
        if (rows.Any(image => !seen.Contains(image.Key)))
            throw Refused("left one out without a word");
        return names;

        void WriteRow(IReadOnlyList<string> cells)
        {
            table.Write(string.Join(',', cells.Select(Cell)));
            table.Write(Encoding.UTF8.GetString(reader.Raw[reader.Bytes(0).Length..]));
            table.Write('\n');
        }
    }

    private static Platform.UserFacingException Refused(string what) =>
        TableFile.Refuse($"The images could not be read: the program that opens them {what}.");

    private static string Cell(string text) =>
        text.AsSpan().ContainsAny(Quoted) ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
