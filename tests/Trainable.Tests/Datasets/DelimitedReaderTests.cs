using System.Text;
using CsCheck;
using Trainable.Server.Datasets.Delimited;

namespace Trainable.Tests.Datasets;

public sealed class DelimitedReaderTests
{
    private static readonly Gen<string[][]> Records = Gen.Select(Gen.Int[2, 5], Gen.Int[1, 8])
        .SelectMany((columns, rows) => Gen.String[Gen.Char["ab \",;\n\r\té|\\"], 0, 6].Array[columns].Array[rows]);

    [Fact]
    public void WhatIsWrittenWithAllQuotedIsReadBack() =>
        Gen.Select(
                Records,
                Gen.Int[0, 3].Select(i => ",;\t|"[i]),
                Gen.Int[0, 2].Select(i => new[] { "\n", "\r\n", "\r" }[i])
            )
            .Sample(
                (records, delimiter, newline) =>
                {
                    var text = string.Concat(
                        records.Select(record =>
                            string.Join(delimiter, record.Select(value => $"\"{value.Replace("\"", "\"\"")}\""))
                            + newline
                        )
                    );
                    var read = Read(text, (byte)delimiter);
                    return read.Count == records.Length
                        && read.Zip(records).All(pair => pair.First.SequenceEqual(pair.Second));
                }
            );

    [Fact]
    public void LinesAreCountedThroughQuotedValues()
    {
        using var stream = new MemoryStream("a,b\n\"1\n2\n3\",x\ny,z\n"u8.ToArray());
        using var reader = new DelimitedReader(stream, DelimitedDialect.Canonical);
        var lines = new List<int>();
        while (reader.Read() == RecordStatus.Record)
            lines.Add(reader.Line);
        lines.ShouldBe([1, 2, 5]);
    }

    [Fact]
    public void ARecordMayBeLongerThanTheBuffer()
    {
        var value = new string('v', 1_000_000);
        Read($"a,b\n{value},\"{value}\"\n", (byte)',')[1].ShouldBe([value, value]);
    }

    private static List<string[]> Read(string text, byte delimiter)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        using var reader = new DelimitedReader(stream, new DelimitedDialect(delimiter, DelimitedDialect.Quote));
        var records = new List<string[]>();
        while (reader.Read() == RecordStatus.Record)
            records.Add([.. Enumerable.Range(0, reader.Count).Select(reader.Text)]);
        return records;
    }
}
