using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Trainable.Server.Platform.Linux;

namespace Trainable.Server.Bundles;

/// <summary>
/// Which working rows went where. The built-in model's Prep leaves the positions (<c>split.npz</c>); of other preparations
/// only the numbers of rows are known.
/// </summary>
internal static partial class SplitIndices
{
    private const string Kept = "data/split.npz";
    private const int MostBytes = 256 << 20;

    /// <param name="subject">The session.</param>
    /// <param name="prep">Its Prep's folder, where agents write.</param>
    public static JsonObject Of(BundleSubject subject, string prep)
    {
        var data = subject.Dataset;
        var splits = new JsonObject
        {
            ["file"] = $"data/{data.WorkingFile}",
            ["counted"] = "rows from 0, without the header",
            ["rows_working"] = data.RowsWorking,
            ["rows_held"] = data.RowsHeld,
            ["holdout"] = new JsonObject
            {
                ["mode"] = data.Holdout.Mode,
                ["strategy"] = data.Holdout.Strategy,
                ["column"] = data.Holdout.Column,
                ["fraction"] = data.Holdout.Fraction,
                ["seed"] = data.Holdout.Seed,
            },
            ["seed"] = subject.Train.Options.Seed,
        };
        foreach (var (name, rows) in Read(prep, data.RowsWorking))
            splits[name] = new JsonArray([.. rows.Select(row => (JsonNode)row)]);
        if (!splits.ContainsKey("train"))
            splits["note"] = "The preparation kept no positions; its scripts say how it split the rows.";
        return splits;
    }

    private static List<(string Name, long[] Rows)> Read(string prep, long most)
    {
        var found = new List<(string, long[])>();
        using var root = BeneathRoot.TryOpen(prep);
        if (root?.OpenFile(Kept) is not { Handle: not null } opened)
            return found;
        using var file = new FileStream(opened.Handle, FileAccess.Read);
        try
        {
            using var archive = new ZipArchive(file, ZipArchiveMode.Read);
            foreach (var name in (string[])["train", "val"])
            {
                if (archive.GetEntry($"{name}.npy") is { } entry && Numbers(entry) is { } rows)
                {
                    if (Array.TrueForAll(rows, row => row >= 0 && row < most))
                        found.Add((name, rows));
                }
            }
        }
        catch (InvalidDataException)
        {
            found.Clear(); // An agent's file of that name that is something else.
        }
        return found;
    }

    /// <summary>A NumPy array of whole numbers in one dimension; null for any other.</summary>
    private static long[]? Numbers(ZipArchiveEntry entry)
    {
        using var content = entry.Open();
        var start = new byte[10];
        if (content.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < start.Length)
            return null;
        if (start[0] != 0x93 || !start.AsSpan(1).StartsWith("NUMPY\u0001"u8))
            return null;
        var header = new byte[BinaryPrimitives.ReadUInt16LittleEndian(start.AsSpan(8))];
        if (content.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length)
            return null;
        var shape = Shape().Match(Encoding.ASCII.GetString(header));
        if (!shape.Success || !long.TryParse(shape.Groups["count"].ValueSpan, out var count) || count > MostBytes / 8)
            return null;
        var bytes = new byte[count * sizeof(long)];
        if (content.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            return null;
        return
        [
            .. Enumerable
                .Range(0, (int)count)
                .Select(at => BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at * 8))),
        ];
    }

    [GeneratedRegex(
        @"'descr': '<i8'.*'fortran_order': False.*'shape': \((?<count>\d{1,12}),\)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        1_000
    )]
    private static partial Regex Shape();
}
