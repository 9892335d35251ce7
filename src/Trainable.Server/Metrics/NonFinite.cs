namespace Trainable.Server.Metrics;

/// <summary>Python's <c>json.dumps</c> writes <c>NaN</c>, <c>Infinity</c> and <c>-Infinity</c> bare.</summary>
internal static class NonFinite
{
    /// <summary>The line with such literals put in quotes; text inside JSON strings is left alone.</summary>
    public static byte[] Quote(ReadOnlySpan<byte> line)
    {
        var output = new List<byte>(line.Length + 16);
        var inString = false;
        for (var index = 0; index < line.Length; )
        {
            var current = line[index];
            if (inString)
            {
                output.Add(current);
                if (current == '\\' && index + 1 < line.Length)
                    output.Add(line[++index]);
                else if (current == '"')
                    inString = false;
                index++;
                continue;
            }
            var literal = LiteralAt(line[index..]);
            if (literal > 0)
            {
                output.Add((byte)'"');
                output.AddRange(line.Slice(index, literal));
                output.Add((byte)'"');
                index += literal;
                continue;
            }
            inString = current == '"';
            output.Add(current);
            index++;
        }
        return [.. output];
    }

    private static int LiteralAt(ReadOnlySpan<byte> text) =>
        text.StartsWith("NaN"u8) ? 3
        : text.StartsWith("Infinity"u8) ? 8
        : text.StartsWith("-Infinity"u8) ? 9
        : 0;
}
