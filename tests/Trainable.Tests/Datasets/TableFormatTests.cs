using System.IO.Compression;
using System.Text;
using Trainable.Contracts;
using Trainable.Server.Datasets;

namespace Trainable.Tests.Datasets;

/// <summary>What is no table is refused in one sentence that says what to do; what is odd but fine is read.</summary>
public sealed class TableFormatTests : IDisposable
{
    private static readonly ExperimentOptions KeepAll = new() { Holdout = HoldoutModes.None };

    private readonly DatasetLab _lab = new();

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("\n\n  \n", "is empty")]
    [InlineData("a,b,c\n", "has a header and no rows")]
    [InlineData("a,b,c\n1,2,3\n", "single row")]
    [InlineData("a\n1\n2\n3\n", "only one column")]
    [InlineData("a,b,a\n1,2,3\n4,5,6\n", "more than once: `a`")]
    [InlineData("a, a \n1,2\n4,5\n", "more than once: `a`")]
    [InlineData("5.1,3.5,setosa\n4.9,3.0,setosa\n", "no header")]
    [InlineData("1,1,2\n3,4,5\n6,7,8\n", "no header")]
    [InlineData("a,b\n1,2\n3,4,5\n6,7\n", "Line 3 of table.csv has 3 values where the header names 2 columns")]
    [InlineData("a,b,c\n1,2,3\n\n3,4\n6,7,8\n", "Line 4 of table.csv has 2 values where the header names 3 columns")]
    [InlineData("a,b\n1,\"x\n2,y\n", "Line 2 of table.csv: `b` opens a quote that is never closed")]
    [InlineData("a,b\n\"x\ny\",1\n2,\"p\"q\n", "Line 4 of table.csv: `b` holds a quote that is not doubled")]
    [InlineData("PK\u0003\u0004aaaa", "Excel")]
    [InlineData("a,b\n1,\u00002\n3,4\n", "not a text table")]
    [InlineData("{\"a\":1,\"b\":\n", "Line 2 of table.csv, column 1: the JSON breaks there")]
    [InlineData("{\"a\":1,\"b\":2}\n{\"a\":1,,\"b\":2}\n", "Line 2 of table.csv, column 8: the JSON breaks there")]
    [InlineData("PAR1........", "is a cut Parquet file: its end is missing")]
    [InlineData("PAR1....PAR1", "damaged Parquet")]
    public async Task WhatIsNoTableIsRefusedWithASentence(string text, string says)
    {
        var refusal = await _lab.RefusalAsync(text);
        refusal.Status.ShouldBe(422);
        refusal.Message.ShouldContain(says);
        refusal.Message.ShouldEndWith(".");
        refusal.Message.ShouldNotContain("\n");
    }

    [Fact]
    public async Task ADamagedGzipIsRefused()
    {
        var packed = Gzip(Tables.Numbered(5000));
        (await _lab.RefusalAsync(packed[..(packed.Length / 2)])).Message.ShouldContain("damaged gzip");
    }

    [Fact]
    public async Task AGzipThatUnpacksToTooMuchIsRefused()
    {
        using var lab = new DatasetLab(new DatasetOptions { MaxUploadBytes = 100_000 });
        var refusal = await lab.RefusalAsync(Gzip("a,b\n" + new string('0', 10_000_000)));
        refusal.Status.ShouldBe(413);
    }

    [Theory]
    [InlineData("a,b\n1,x\n2,y\n")]
    [InlineData("\uFEFFa,b\n1,x\n2,y\n")]
    [InlineData("a;b\n1;x\n2;y\n")]
    [InlineData("a\tb\n1\tx\n2\ty\n")]
    [InlineData("a|b\r\n1|x\r\n2|y")]
    [InlineData("a,b\r\n1,x\n2,y\r\n")]
    [InlineData("a,b\r1,x\r2,y\r")]
    [InlineData("\"a\",\"b\"\n\"1\",\"x\"\n\"2\",\"y\"\n")]
    [InlineData("a,b\n\n1,x\n   \n2,y\n\n\n")]
    [InlineData("a,b\n1,x,\n2,y,\n")]
    [InlineData(" a , b\n1,x\n2,y\n")]
    [InlineData("a, b\n1, \"x\"\n2, \"y\"\n")]
    [InlineData("[{\"a\":1,\"b\":\"x\"},{\"a\":2,\"b\":\"y\"}]")]
    [InlineData("{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":\"y\"}\n")]
    public async Task EveryDialectBecomesTheSamePlainCsv(string text)
    {
        var dataset = await _lab.AddAsync(text, KeepAll);
        File.ReadAllText(dataset.WorkingPath).ShouldBe("a,b\n1,x\n2,y\n");
    }

    [Fact]
    public async Task EveryEncodingBecomesUtf8()
    {
        const string text = "näme,größe\nÉva,1\nŽofia,2\n";
        var latin = CodePagesEncodingProvider.Instance.GetEncoding(1252).ShouldNotBeNull();
        foreach (var encoding in new[] { Encoding.UTF8, Encoding.Unicode, Encoding.BigEndianUnicode, latin })
        {
            foreach (var mark in new[] { true, false })
            {
                byte[] bytes = [.. mark ? encoding.GetPreamble() : [], .. encoding.GetBytes(text)];
                var dataset = await _lab.AddAsync(bytes, KeepAll);
                File.ReadAllText(dataset.WorkingPath).ShouldBe(text, encoding.WebName);
                dataset.Columns.ShouldBe(["näme", "größe"]);
            }
        }
    }

    [Fact]
    public async Task ALatinByteAtTheVeryEndOfALongFileIsRead()
    {
        var start = Encoding.ASCII.GetBytes(Tables.Csv("a,b", 200_000, i => $"{i},plain"));
        var dataset = await _lab.AddAsync([.. start, .. "9,caf"u8, 0xE9, (byte)'\n'], KeepAll);
        dataset.Working[^1].ShouldBe("9,café");
        dataset.Manifest.Source!.Encoding.ShouldBe("windows-1252");
    }

    [Fact]
    public async Task GzipIsUnpacked()
    {
        var dataset = await _lab.AddAsync(Gzip("a,b\n1,x\n2,y\n"), KeepAll, "data.csv.gz");
        dataset.Manifest.WorkingFile.ShouldBe("data.csv");
        dataset.Working.ShouldBe(["1,x", "2,y"]);
    }

    [Theory]
    [InlineData("[{\"a\":1,\"b\":\"x\"},{\"a\":2,\"b\":\"y\"}]", "data.json.gz")]
    [InlineData("{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":\"y\"}\n", "data.jsonl.gz")]
    public async Task JsonInGzipIsUnpacked(string text, string name)
    {
        var dataset = await _lab.AddAsync(Gzip(text), KeepAll, name);
        dataset.Manifest.WorkingFile.ShouldBe("data.csv");
        dataset.Manifest.Source.ShouldBe(new TableSource { Format = "json", Gzip = true });
        dataset.Working.ShouldBe(["1,x", "2,y"]);
        var packed = Gzip(string.Concat(Enumerable.Range(0, 3000).Select(i => $"{{\"a\":{i * 7919 % 3000}}}\n")));
        (await _lab.RefusalFromAsync(packed[..(packed.Length / 2)], KeepAll, name)).Message.ShouldContain(
            "damaged gzip"
        );
        using var small = new DatasetLab(new DatasetOptions { MaxUploadBytes = 100_000 });
        var bomb = Gzip("[{\"a\":\"" + new string('0', 10_000_000) + "\"}]");
        (await small.RefusalAsync(bomb, name: name)).Status.ShouldBe(413);
    }

    [Fact]
    public async Task ObjectsWithinObjectsBecomeColumns()
    {
        var dataset = await _lab.AddAsync(
            """
            {"id": 1, "at": {"city": "Köln", "zip/code": "0123", "geo": {"lat": 1.50}}, "tags": ["a", "b"]}
            {"id": 2, "at": {"city": null, "zip/code": "4"}, "tags": []}
            """,
            KeepAll,
            "nested.jsonl"
        );
        dataset.Columns.ShouldBe(["id", "at.city", "at.zip/code", "at.geo", "tags"]);
        dataset.Working.ShouldBe(["1,Köln,0123,\"{\"\"lat\"\":1.5}\",\"[\"\"a\"\",\"\"b\"\"]\"", "2,,4,,[]"]);
    }

    [Fact]
    public async Task ALineFarDownThatBreaksIsNamed()
    {
        var text = new StringBuilder("id,value\n");
        for (var row = 1; row < 1_000_000; row++)
            text.Append(row).Append(",1\n");
        text.Append("1000000,1,1\n");
        var refusal = await _lab.RefusalAsync(text.ToString());
        refusal.Message.ShouldStartWith("Line 1000001 of table.csv has 3 values where the header names 2 columns");
    }

    [Fact]
    public async Task AValueOfTwoMegabytesAndLinesInsideQuotesAreKept()
    {
        var big = new string('x', 3_000_000);
        var text = $"a,b\n1,{big}\n2,\"first\r\nsecond, \"\"third\"\"\"\n";
        var dataset = await _lab.AddAsync(text, KeepAll);
        File.ReadAllText(dataset.WorkingPath).ShouldBe(text);
        dataset.Manifest.RowsTotal.ShouldBe(2);
    }

    [Fact]
    public async Task ValuesKeepTheirText()
    {
        var dataset = await _lab.AddAsync("code,price,note\n007,1.50,6\" screen\n0010,2e3,NA\n", KeepAll);
        dataset.Working.ShouldBe(["007,1.50,\"6\"\" screen\"", "0010,2e3,NA"]);
        dataset.Manifest.Columns[0].Type.ShouldBe("category");
    }

    [Fact]
    public async Task BackslashEscapesAreUndone()
    {
        var dataset = await _lab.AddAsync("a,b\n1,\"say \\\"hi\\\", ok\"\n2,\"c:\\\\x\"\n", KeepAll);
        dataset.Working.ShouldBe(["1,\"say \"\"hi\"\", ok\"", "2,c:\\x"]);
    }

    [Fact]
    public async Task OddButFineNamesAreKept()
    {
        var dataset = await _lab.AddAsync(
            "Größe (cm),Age,age,,\"a,b\",💡,SELECT\n1,2,3,4,5,6,7\n8,9,1,2,3,4,5\n",
            KeepAll
        );
        dataset.Columns.ShouldBe(["Größe (cm)", "Age", "age", "Unnamed: 3", "a,b", "💡", "SELECT"]);
        dataset.Header.ShouldBe("Größe (cm),Age,age,Unnamed: 3,\"a,b\",💡,SELECT");
    }

    [Theory]
    [InlineData("1990,1991,country\n3,4,fr\n5,6,de\n")]
    [InlineData("0,1,2\n3.5,4,5\n6,7,8\n")]
    public async Task YearsAndPositionsAreColumnNames(string text) =>
        (await _lab.AddAsync(text, KeepAll)).Manifest.RowsTotal.ShouldBe(2);

    [Fact]
    public async Task AColumnWithoutAnyValueIsFine()
    {
        var dataset = await _lab.AddAsync("a,empty,b\n1,,x\n2,NA,y\n", KeepAll);
        dataset
            .Manifest.Columns[1]
            .ShouldSatisfyAllConditions(
                column => column.Type.ShouldBe("empty"),
                column => column.Missing.ShouldBe(2),
                column => column.Examples.ShouldBeEmpty()
            );
    }

    [Fact]
    public async Task SemicolonsWithDecimalCommasAreNotTakenForCommas()
    {
        var dataset = await _lab.AddAsync("a;b;c\n1,5;2,5;x\n3,5;4,5;y\n", KeepAll);
        dataset.Manifest.Source!.Delimiter.ShouldBe("semicolon");
        dataset.Columns.ShouldBe(["a", "b", "c"]);
    }

    [Fact]
    [Trait("Kind", "integration")]
    public async Task FiveThousandColumnsAreRead()
    {
        var header = string.Join(',', Enumerable.Range(0, 5000).Select(i => $"f{i}"));
        var dataset = await _lab.AddAsync(
            Tables.Csv(header, 60, i => string.Join(',', Enumerable.Range(0, 5000).Select(j => (i * j % 7).ToString())))
        );
        dataset.Columns.Count.ShouldBe(5000);
        dataset.Manifest.RowsHeld.ShouldBe(9);
    }

    [Fact]
    public async Task ParquetKeepsItsTypes()
    {
        using var duck = new ParquetWriter();
        var bytes = duck.Write(
            "SELECT i AS id, i % 3 = 0 AS flag, DATE '2024-01-01' + i::INTEGER AS day, 'v' || i AS \"Näme\" FROM range(100) t(i)"
        );
        var dataset = await _lab.AddAsync(bytes, new ExperimentOptions { Target = "flag" }, "data.parquet");
        dataset.Manifest.WorkingFile.ShouldBe("data.parquet");
        dataset.Manifest.RowsHeld.ShouldBe(15);
        dataset.Manifest.Columns.Select(column => column.Type).ShouldBe(["integer", "boolean", "date", "text"]);
        duck.Query<string>($"SELECT typeof(day) FROM '{dataset.HeldPath}' LIMIT 1").ShouldBe("DATE");
        duck.Query<long>(
                $"SELECT count(DISTINCT id) FROM read_parquet(['{dataset.HeldPath}', '{dataset.WorkingPath}'])"
            )
            .ShouldBe(100);
        duck.Query<bool>(
                $"SELECT bool_and(id > before) FROM (SELECT id, lag(id, 1, -1) OVER () AS before FROM '{dataset.WorkingPath}')"
            )
            .ShouldBeTrue();
    }

    [Fact]
    public async Task RowsCannotLeadDuckDbToOtherFiles()
    {
        var dataset = await _lab.AddAsync(
            "a,b\n'); SELECT * FROM read_text('/etc/passwd'); --,1\n/etc/passwd,2\n",
            KeepAll,
            "x'; DROP TABLE rows; --.csv"
        );
        dataset.Working.Length.ShouldBe(2);
    }

    public void Dispose() => _lab.Dispose();

    private static byte[] Gzip(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }
}
