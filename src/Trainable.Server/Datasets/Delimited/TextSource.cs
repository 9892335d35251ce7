using System.Text;

namespace Trainable.Server.Datasets.Delimited;

/// <summary>A file as UTF-8 text, whatever its encoding, unpacked when it is gzip'd. Nothing is held whole in memory.</summary>
internal sealed class TextSource(string path, bool gzip, long maxBytes)
{
    private bool _settled;

    private static readonly Encoding Windows1252 =
        CodePagesEncodingProvider.Instance.GetEncoding(1252) ?? Encoding.Latin1;

    /// <summary>By name, as it appears in the manifest.</summary>
    public string EncodingName { get; private set; } = "utf-8";

    /// <summary>Reads the start as UTF-8 and settles the encoding by its byte-order mark or its pattern of zero bytes.</summary>
    public byte[] Sample(int length, out bool complete)
    {
        if (!_settled)
        {
            using var raw = OpenRaw();
            EncodingName = Recognise(ReadUpTo(raw, 4096));
        }
        using var text = Open();
        var sample = ReadUpTo(text, length + 1);
        complete = sample.Length <= length;
        return complete ? sample : sample[..length];
    }

    /// <summary>Called when the bytes turned out not to be UTF-8: every byte means something in Windows-1252.</summary>
    public void FallBackToWindows1252() => (EncodingName, _settled) = ("windows-1252", true);

    public Stream Open()
    {
        var raw = OpenRaw();
        var encoding = EncodingName switch
        {
            "utf-16le" => Encoding.Unicode,
            "utf-16be" => Encoding.BigEndianUnicode,
            "windows-1252" => Windows1252,
            _ => null,
        };
        return encoding is null ? raw : Encoding.CreateTranscodingStream(raw, encoding, Encoding.UTF8);
    }

    private Stream OpenRaw()
    {
        var file = new FileStream(
            path,
            FileMode.Open,
            FileAccess.Read,
            FileShare.Read,
            1 << 16,
            FileOptions.SequentialScan
        );
        return gzip ? new GunzipStream(file, maxBytes) : file;
    }

    private static string Recognise(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]))
            return "utf-16le";
        if (start.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
            return "utf-16be";
        // Western text in UTF-16 has a zero in nearly every pair; in UTF-8 a zero byte is never text.
        var zeros = (Even: 0, Odd: 0);
        for (var i = 0; i + 1 < start.Length; i += 2)
            zeros = (zeros.Even + (start[i] == 0 ? 1 : 0), zeros.Odd + (start[i + 1] == 0 ? 1 : 0));
        var pairs = start.Length / 2;
        if (pairs >= 2 && zeros.Odd > pairs * 0.7 && zeros.Even == 0)
            return "utf-16le";
        return pairs >= 2 && zeros.Even > pairs * 0.7 && zeros.Odd == 0 ? "utf-16be" : "utf-8";
    }

    private static byte[] ReadUpTo(Stream stream, int length)
    {
        var buffer = new byte[length];
        return buffer[..stream.ReadAtLeast(buffer, length, throwOnEndOfStream: false)];
    }
}
