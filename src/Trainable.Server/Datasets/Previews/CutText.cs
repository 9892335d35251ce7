using System.IO.Compression;
using System.Text.Json;

namespace Trainable.Server.Datasets.Previews;

/// <summary>Makes the beginning of a text readable by itself.</summary>
internal static class CutText
{
    /// <summary>What the beginning of a compressed file may unpack to.</summary>
    private const int MostUnpacked = 8 << 20;

    /// <summary>Mends the file in place. The last line of delimited text is left to its reader, which knows where quotes end.</summary>
    public static void Prepare(string path, TableFormat format, bool gzip, long maxBytes)
    {
        if (gzip)
        {
            var text = Unpack(path, (int)Math.Min(maxBytes, MostUnpacked));
            if (format == TableFormat.Json)
                text = WholeObjects(text);
            // The reader is to find a whole gzip file.
            using var packed = new GZipStream(File.Create(path), CompressionLevel.Fastest);
            packed.Write(text);
        }
        else if (format == TableFormat.Json)
            File.WriteAllBytes(path, WholeObjects(File.ReadAllBytes(path)));
    }

    private static byte[] Unpack(string path, int most)
    {
        var text = new byte[most];
        var length = 0;
        using var file = File.OpenRead(path);
        using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        try
        {
            int read;
            while (length < most && (read = unpacked.Read(text.AsSpan(length))) > 0)
                length += read;
        }
        catch (InvalidDataException broken)
        {
            // Where the beginning ends is where it breaks; before that there has to be something.
            if (length == 0)
                throw TableFile.Refuse("The compressed file is damaged. Compress it again and upload it.", broken);
        }
        return text[..length];
    }

    /// <summary>The objects that are there to their last brace: of an array, or one a line.</summary>
    private static byte[] WholeObjects(byte[] json)
    {
        var start = json.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0;
        var isArray = json.AsSpan(start).TrimStart(" \t\r\n"u8).StartsWith("["u8);
        var options = new JsonReaderOptions { AllowMultipleValues = true, CommentHandling = JsonCommentHandling.Skip };
        var reader = new Utf8JsonReader(json.AsSpan(start), isFinalBlock: false, new JsonReaderState(options));
        var end = 0L;
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth == (isArray ? 1 : 0))
                    end = reader.BytesConsumed;
            }
        }
        catch (JsonException)
        {
            // The reader of the table says what is wrong, and where.
            return json;
        }
        if (end == 0)
            throw TableFile.Refuse("Its first object is longer than what was sent of it. Send more of it.");
        var whole = json.AsSpan(start, (int)end);
        return isArray ? [.. whole, (byte)']'] : [.. whole];
    }
}
