using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using Trainable.Contracts;
using Trainable.Tests.App;

namespace Trainable.Tests.Datasets;

/// <summary>What is in a file, from its beginning, before it is uploaded.</summary>
public sealed class PreviewTests : IAsyncLifetime
{
    private TrainableApp _app = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _app = await TrainableApp.StartAsync(new ScriptedModels());

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task AWholeFileIsDescribedAsItsUploadWouldBe()
    {
        var preview = await PreviewAsync("bought.csv", Encoding.UTF8.GetBytes(App.Tables.Small));
        preview.Format.ShouldBe("csv");
        preview.Dialect.ShouldBe(new PreviewDialect("comma", "doubled quote", "utf-8", Gzip: false));
        preview.Complete.ShouldBeTrue();
        preview.Rows.ShouldBe(20);
        preview
            .Columns.Select(column => (column.Name, column.Type, column.Missing))
            .ShouldBe([("size", "number", 0L), ("colour", "category", 0L), ("bought", "boolean", 0L)]);
        preview.FirstRows.Count.ShouldBe(20);
        preview.FirstRows[0].ShouldBe(["1.5", "red", "no"]);
        preview.Warnings.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("1;two\n3;fo", 1)]
    [InlineData("1;two\n3;four\n", 1)]
    [InlineData("1;two\n3;\"a quote that\nis cut", 1)]
    [InlineData("1;two\n3;\"a quote\"\n5", 2)]
    [InlineData("1;two\n3;four\n5;sü", 2)]
    public async Task ACutLastLineIsLeftOut(string rows, int whole)
    {
        var text = Encoding.UTF8.GetBytes("a;b\n0;zero\n" + rows);
        var preview = await PreviewAsync("cut.csv", text[..^(rows.EndsWith('ü') ? 1 : 0)], size: 10_000);
        preview.Complete.ShouldBeFalse();
        preview.Rows.ShouldBeNull();
        preview.RowsRead.ShouldBe(whole + 1);
        preview.FirstRows[1].ShouldBe(["1", "two"]);
    }

    [Fact]
    public async Task CompressedTextIsReadAsFarAsItGoes()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var text = new StringBuilder("number,square\n");
            for (var row = 0; row < 100_000; row++)
                text.Append(CultureInfo.InvariantCulture, $"{row},{(long)row * row}\n");
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), Cancellation);
        }
        var whole = packed.ToArray();
        var preview = await PreviewAsync("squares.csv.gz", whole[..(whole.Length / 2)], size: whole.Length);
        preview.Dialect!.Gzip.ShouldBeTrue();
        preview.RowsRead.ShouldBeInRange(10_000, 90_000);
        preview.Columns.Select(column => column.Type).ShouldBe(["integer", "integer"]);
    }

    [Theory]
    [InlineData("""[{"a":1,"b":"x"},{"a":2,"b":"y"},{"a":3,"b":{"c":"}"}},{"a":4""")]
    [InlineData("{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":\"y\"}\n{\"a\":3,\"b\":\"z\"}\n{\"a\":4,\"b")]
    public async Task ACutJsonShowsTheObjectsThatAreWhole(string json)
    {
        var preview = await PreviewAsync("cut.json", Encoding.UTF8.GetBytes(json), size: 10_000);
        preview.Format.ShouldBe("json");
        preview.RowsRead.ShouldBe(3);
        preview.Columns.Select(column => column.Name).ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task ParquetIsToldFromItsTwoEnds()
    {
        using var writer = new ParquetWriter();
        var whole = writer.Write("SELECT i AS number, 'text ' || hash(i) AS words FROM range(200000) t(i)");
        var head = whole[..(1 << 16)];

        var both = await PreviewAsync("big.parquet", head, whole.Length, whole[^(1 << 16)..]);
        both.Format.ShouldBe("parquet");
        both.Rows.ShouldBe(200_000);
        both.Columns.Select(column => (column.Name, column.Type)).ShouldBe([("number", "integer"), ("words", "text")]);

        using var headAlone = await PostAsync("big.parquet", head, whole.Length);
        headAlone.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await TrainableApp.DetailAsync(headAlone)).ShouldContain("'tail'");
        using var truncated = await PostAsync("big.parquet", head, whole.Length - 9, whole[^(1 << 16)..^9]);
        (await TrainableApp.DetailAsync(truncated)).ShouldContain("end is missing");

        var small = await PreviewAsync("small.parquet", writer.Write("SELECT 1 AS a, 2.5 AS b FROM range(5)"));
        small.Complete.ShouldBeTrue();
        small.Rows.ShouldBe(5);
        small.FirstRows[0].ShouldBe(["1", "2.5"]);
    }

    [Theory]
    [InlineData("book.xlsx", "PK\u0003\u0004xxxx")]
    [InlineData("tables.zip", "PK\u0003\u0004xxxx")]
    [InlineData("paper.pdf", "%PDF-1.7")]
    [InlineData("empty.csv", "")]
    [InlineData("one.csv", "only\n1\n2\n3\n")]
    [InlineData("ragged.csv", "a,b\n1,2\n1,2,3\n1,2\n")]
    [InlineData("../up.csv", "a,b\n1,2\n3,4\n")]
    public async Task WhatIsNoTableIsOneSentence(string name, string content)
    {
        using var answer = await PostAsync(name, Encoding.UTF8.GetBytes(content), size: null);
        answer.StatusCode.ShouldBeOneOf(HttpStatusCode.UnprocessableEntity, HttpStatusCode.BadRequest);
        var sentence = await TrainableApp.DetailAsync(answer);
        sentence.ShouldEndWith(".");
        sentence.ShouldNotContain("trace");
        Directory.EnumerateDirectories(Path.Combine(_app.Home, "scratch")).ShouldBeEmpty();
    }

    [Fact]
    public async Task AWideTableIsShownInPart()
    {
        var text = string.Join(',', Enumerable.Range(0, 3_000).Select(at => $"c{at}"));
        var row = string.Join(',', Enumerable.Range(0, 3_000));
        var preview = await PreviewAsync("wide.csv", Encoding.UTF8.GetBytes($"{text}\n{row}\n{row}\n"));
        preview.Columns.Count.ShouldBe(3_000);
        preview.FirstRows[0].Count.ShouldBe(200);
        preview.Warnings.ShouldContain(warning => warning.Contains("3,000 columns", StringComparison.Ordinal));
    }

    [Fact]
    public async Task TooMuchAtOnceIsRefused()
    {
        using var answer = await PostAsync("big.csv", new byte[(8 << 20) + 1], size: null);
        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task AnExperimentIsMadeOfASample()
    {
        var samples = await _app.Http.GetStringAsync("/api/samples", Cancellation);
        samples.ShouldContain("\"name\":\"iris\"");
        using var answer = await SampleAsync("""{"name":"iris","instructions":"be quick"}""");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var created = (await TrainableApp.ReadAsync(answer, ContractJson.Default.ExperimentCreated))!;
        created.Name.ShouldBe("iris");
        created.Instructions.ShouldBe("be quick");
        var detail = await _app.SessionAsync(created.SessionId);
        detail.Options.Target.ShouldBe("species");
        detail.Options.ProblemType.ShouldBe("multiclass");
        var facts = await _app.Http.GetStringAsync($"/api/experiments/{created.Id}/dataset", Cancellation);
        facts.ShouldContain("\"rows_total\":150");
        facts.ShouldContain("\"name\":\"species\"");
        Directory.EnumerateDirectories(Path.Combine(_app.Home, "scratch")).ShouldBeEmpty();

        using var unknown = await SampleAsync("""{"name":"no such"}""");
        unknown.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await TrainableApp.DetailAsync(unknown)).ShouldContain("iris");
    }

    private Task<HttpResponseMessage> SampleAsync(string json) =>
        _app.Http.PostAsync(
            "/api/experiments/from-sample",
            new StringContent(json, Encoding.UTF8, "application/json"),
            Cancellation
        );

    private async Task<DatasetPreview> PreviewAsync(string name, byte[] head, long? size = null, byte[]? tail = null)
    {
        using var answer = await PostAsync(name, head, size, tail);
        if (answer.StatusCode != HttpStatusCode.OK)
            Assert.Fail(await TrainableApp.DetailAsync(answer));
        return (await TrainableApp.ReadAsync(answer, ContractJson.Default.DatasetPreview))!;
    }

    private async Task<HttpResponseMessage> PostAsync(string name, byte[] head, long? size, byte[]? tail = null)
    {
        using var form = new MultipartFormDataContent();
        form.Add(new ByteArrayContent(head), "file", name);
        if (size is { } bytes)
            form.Add(new StringContent(bytes.ToString(CultureInfo.InvariantCulture)), "size");
        if (tail is not null)
            form.Add(new ByteArrayContent(tail), "tail", "tail");
        return await _app.Http.PostAsync("/api/datasets/preview", form, Cancellation);
    }
}
