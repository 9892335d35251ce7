using System.Text.Json;
using DuckDB.NET.Data;
using Trainable.Server.Datasets.Delimited;
using Trainable.Server.Platform;

namespace Trainable.Server.Datasets;

/// <summary>
/// Writes an array of objects, or objects one after another, as CSV; from there on they are a table like any other. Objects within
/// them become columns of their own (<c>address.city</c>); what lies deeper, and lists, stay JSON text.
/// </summary>
internal sealed class JsonTable(TableDatabase database, string scratch, DatasetOptions options)
{
    /// <summary>An object with more fields than this is a dictionary and no record.</summary>
    private const int MostFields = 200;

    /// <summary>Path of the CSV.</summary>
    /// <exception cref="UserFacingException">It is no such JSON; the line where it breaks is told (413, 422).</exception>
    public string Write(string path, string name, bool gzip)
    {
        var json = gzip ? Unpack(path, name) : path;
        var written = Path.Combine(scratch, "json.csv");
        var file = TableDatabase.Literal(json);
        try
        {
            database.Execute(
                $"""
                COPY (
                    SELECT {Columns(file)}
                    FROM read_json({file}, maximum_depth = 1, sample_size = -1, records = true)
                ) TO {TableDatabase.Literal(written)} (FORMAT csv, HEADER)
                """
            );
        }
        catch (DuckDBException broken)
        {
            throw JsonFault.Find(json, name) is { } sentence
                ? TableFile.Refuse(sentence, broken)
                : TableFile.Refuse(
                    $"{name} could not be read as JSON: it has to be an array of objects, or one object a line. Mend it, or upload CSV.",
                    broken
                );
        }
        if (gzip)
            File.Delete(json);
        return written;
    }

    /// <summary>Every value as it is written; a record's fields in the place of the record.</summary>
    private string Columns(string file)
    {
        var columns = database.Query(
            $"DESCRIBE SELECT * FROM read_json({file}, maximum_depth = 2, sample_size = -1, records = true)",
            row => (Name: row.GetString(0), Type: row.GetString(1))
        );
        var taken = columns.Select(column => column.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var selected = new List<string>();
        foreach (var (name, type) in columns)
        {
            var column = TableDatabase.Identifier(name);
            var fields = type.StartsWith("STRUCT(", StringComparison.Ordinal) ? Fields(file, column) : [];
            if (fields.Count is 0 or > MostFields || fields.Exists(field => !taken.Add($"{name}.{field}")))
                selected.Add($"{column}->>'$' AS {column}");
            else
                selected.AddRange(
                    fields.Select(field =>
                        $"json_extract_string({column}, {TableDatabase.Literal(Pointer(field))}) AS {TableDatabase.Identifier($"{name}.{field}")}"
                    )
                );
        }
        return string.Join(", ", selected);
    }

    private List<string> Fields(string file, string column) =>
        database.Query(
            $"DESCRIBE SELECT unnest({column}) FROM read_json({file}, maximum_depth = 2, sample_size = -1, records = true)",
            row => row.GetString(0)
        );

    /// <summary>A JSON pointer (RFC 6901) to a field.</summary>
    private static string Pointer(string field) => "/" + field.Replace("~", "~0").Replace("/", "~1");

    private string Unpack(string path, string name)
    {
        var unpacked = Path.Combine(scratch, "unpacked.json");
        try
        {
            using var file = File.OpenRead(path);
            using var gunzip = new GunzipStream(file, options.MaxUploadBytes);
            using var written = new FileStream(unpacked, FileMode.Create, FileAccess.Write);
            gunzip.CopyTo(written);
        }
        catch (InvalidDataException broken)
        {
            throw TableFile.Refuse($"{name} is a damaged gzip file. Compress it again and upload it.", broken);
        }
        return unpacked;
    }
}

/// <summary>Finds where a JSON text breaks.</summary>
internal static class JsonFault
{
    private const int ChunkBytes = 1 << 20;
    private const int LongestToken = 64 << 20;

    /// <summary>A sentence with line and column; null when the text is whole.</summary>
    public static string? Find(string path, string name)
    {
        using var file = File.OpenRead(path);
        var buffer = new byte[ChunkBytes];
        var kept = 0;
        var state = new JsonReaderState(new JsonReaderOptions { AllowMultipleValues = true });
        var atStart = true;
        try
        {
            while (true)
            {
                var read = file.Read(buffer.AsSpan(kept));
                var text = buffer.AsSpan(0, kept + read);
                var skipped = atStart && text.StartsWith("\uFEFF"u8) ? 3 : 0;
                atStart = false;
                var reader = new Utf8JsonReader(text[skipped..], isFinalBlock: read == 0, state);
                while (reader.Read()) { }
                if (read == 0)
                    return null;
                state = reader.CurrentState;
                var used = skipped + (int)reader.BytesConsumed;
                kept = text.Length - used;
                text[used..].CopyTo(buffer);
                if (kept == buffer.Length && kept < LongestToken)
                    Array.Resize(ref buffer, 2 * kept);
                else if (kept == buffer.Length)
                    return $"{name} holds a text longer than {ByteSize.Format(LongestToken)}. Shorten it and upload it again.";
            }
        }
        catch (JsonException broken)
        {
            return $"Line {broken.LineNumber + 1} of {name}, column {broken.BytePositionInLine + 1}: the JSON breaks there. Mend that line and upload it again.";
        }
    }
}
