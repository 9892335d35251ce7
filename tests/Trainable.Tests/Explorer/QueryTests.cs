using System.Net;
using System.Text;
using System.Text.Json;
using CsCheck;
using Trainable.Contracts;
using Trainable.Tests.App;

namespace Trainable.Tests.Explorer;

/// <summary>SQL over the tables of a session: what people see, what agents see, and what no query can do.</summary>
public sealed class QueryTests(ExplorerLab lab) : IClassFixture<ExplorerLab>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EveryTableOfTheSessionIsListedWithItsColumnsAndRows()
    {
        var tables = await lab.TablesAsync();
        tables
            .Where(table => table.Name != "test")
            .Select(table => (table.Name, table.Kind, table.Format))
            .ShouldBe([
                ("raw", "raw", "csv"),
                ("working", "working", "csv"),
                ("train", "split", "parquet"),
                ("val", "split", "parquet"),
                ("eda_damaged", "file", "parquet"),
                ("eda_deep_dir_by_colour", "file", "csv"),
                ("all_data", "union", null),
            ]);
        var raw = tables.Single(table => table.Name == "raw");
        raw.Rows.ShouldBe(20);
        raw.Columns.ShouldBe([new("size", "DOUBLE"), new("colour", "VARCHAR"), new("bought", "VARCHAR")]);
        var working = tables.Single(table => table.Name == "working");
        working.Rows.ShouldNotBeNull().ShouldBeLessThan(20);
        working.Path.ShouldBe($"/datasets/{lab.Created.Id}/data.csv");
        tables.Single(table => table.Name == "train").Rows.ShouldBe(10);
        var damaged = tables.Single(table => table.Name == "eda_damaged");
        damaged.Rows.ShouldBeNull();
        damaged.Error.ShouldNotBeNull().ShouldNotContain(lab.App.Home);
    }

    [Theory]
    [InlineData("SELECT count(*) FROM raw", "[[20]]")]
    [InlineData("WITH big AS (SELECT * FROM raw WHERE size > 4.6) SELECT count(*) AS n FROM big;", "[[2]]")]
    [InlineData("SELECT 'delete from raw; -- limit' AS \"limit\"", """[["delete from raw; -- limit"]]""")]
    [InlineData("FROM raw SELECT max(size)", "[[4.9]]")]
    [InlineData("VALUES (1, 'a'), (2, NULL)", """[[1,"a"],[2,null]]""")]
    [InlineData(
        "SELECT 'nan'::DOUBLE, 9007199254740993, 1.50::DECIMAL(5,2), [1,2], true",
        """[[null,"9007199254740993",1.5,[1,2],true]]"""
    )]
    [InlineData("SELECT sum(n) FROM eda_deep_dir_by_colour -- of every colour", "[[17]]")]
    [InlineData("SELECT count(*) FROM Train, VAL", "[[70]]")]
    [InlineData("SELECT DISTINCT split FROM all_data WHERE split <> 'test' ORDER BY 1", """[["train"],["val"]]""")]
    [InlineData("SELECT count(*) FROM (SUMMARIZE raw)", "[[3]]")]
    public async Task WhatReadsIsAnswered(string sql, string rows) => (await lab.RowsAsync(sql)).ShouldBe(rows);

    [Theory]
    [InlineData("DELETE FROM raw")]
    [InlineData("WITH gone AS (DELETE FROM raw RETURNING *) SELECT * FROM gone")]
    [InlineData("CREATE TABLE copy AS SELECT * FROM raw")]
    [InlineData("INSERT INTO raw VALUES (1, 'x', 'y')")]
    [InlineData("COPY raw TO '/explorer/out.csv'")]
    [InlineData("ATTACH '/data/x.db'")]
    [InlineData("INSTALL httpfs")]
    [InlineData("LOAD httpfs")]
    [InlineData("PRAGMA database_list")]
    [InlineData("SET enable_external_access = true")]
    [InlineData("RESET ALL")]
    [InlineData("CALL pragma_version()")]
    [InlineData("EXPORT DATABASE '/explorer'")]
    [InlineData("SELECT 1; DELETE FROM raw")]
    [InlineData("SELECT * FROM '/etc/passwd'")]
    [InlineData("SELECT * FROM \"/etc/passwd\"")]
    [InlineData("SELECT * FROM read_text('/etc/passwd')")]
    [InlineData("SELECT * FROM read_csv('/held/held.csv')")]
    [InlineData("SELECT * FROM glob('/**')")]
    [InlineData("SELECT (SELECT content FROM read_text('/etc/hostname'))")]
    [InlineData("SELECT * FROM query('DELETE FROM raw')")]
    [InlineData("SELECT * FROM duckdb_settings()")]
    [InlineData("SELECT * FROM information_schema.tables")]
    [InlineData(
        "WITH \"/etc/passwd\" AS (SELECT 1) SELECT * FROM (WITH x AS (SELECT 2) SELECT * FROM x), read_blob('/etc/passwd')"
    )]
    [InlineData("SELECT * FROM nothing_of_the_kind")]
    [InlineData("SELECT nothing FROM raw")]
    [InlineData("SELEC 1")]
    [InlineData("SELECT ?")]
    [InlineData("SELECT (((((1")]
    [InlineData("  -- nothing")]
    public async Task WhatDoesAnythingElseIsRefusedInASentence(string sql)
    {
        using var answer = await lab.PostAsync(sql);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var sentence = await TrainableApp.DetailAsync(answer);
        sentence.ShouldNotBeEmpty();
        sentence.ShouldNotContain(lab.App.Home);
        sentence.ShouldNotContain("root:");
    }

    [Fact]
    public async Task AQueryThatDoesNotEndIsStoppedAndTheNextOneAnswers()
    {
        const string endless =
            "WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r) SELECT count(*) FROM r";
        using var answer = await lab.PostAsync(endless);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await TrainableApp.DetailAsync(answer)).ShouldContain($"{ExplorerLab.TimeoutSeconds:0} s");
        (await lab.RowsAsync("SELECT 1")).ShouldBe("[[1]]");
    }

    [Theory]
    [InlineData("SELECT len(range(400000000))")]
    [InlineData("SELECT length(repeat('x', 4000000000))")]
    [InlineData("SELECT length(replace(repeat('a', 1000000), 'a', repeat('b', 1000000)))")]
    [InlineData("SELECT string_agg(repeat('x', 100000000), '') FROM range(100)")]
    public async Task WhatWouldFillTheMemoryIsRefusedAndTheServerLives(string sql)
    {
        using var answer = await lab.PostAsync(sql);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await TrainableApp.DetailAsync(answer)).ShouldEndWith(".");
        (await lab.RowsAsync("SELECT 1")).ShouldBe("[[1]]");
    }

    [Fact]
    public async Task AReaderThatLeavesEndsItsQuery()
    {
        const string endless = "SELECT count(*) FROM range(100000000000) a, range(100000) b";
        using var impatient = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var left = lab.App.Http.PostAsync(
            $"/api/sessions/{lab.Session}/query",
            new StringContent($$"""{"sql":"{{endless}}"}""", Encoding.UTF8, "application/json"),
            impatient.Token
        );
        impatient.CancelAfter(TimeSpan.FromMilliseconds(500));
        await Should.ThrowAsync<OperationCanceledException>(left);
        // One query at a time: this one is answered because that one has ended, long before its own limit.
        (await lab.RowsAsync("SELECT 1")).ShouldBe("[[1]]");
    }

    [Fact]
    public async Task AResultComesInPagesWithItsOrderKept()
    {
        const string sql = "SELECT size FROM raw ORDER BY size DESC -- limit";
        var first = await lab.QueryAsync(sql, limit: 12);
        first.RowCount.ShouldBe(12);
        first.More.ShouldBeTrue();
        first.Types.ShouldBe(["DOUBLE"]);
        var second = await lab.QueryAsync(sql, limit: 12, offset: 12);
        second.RowCount.ShouldBe(8);
        second.More.ShouldBeFalse();
        first
            .Rows.EnumerateArray()
            .Concat(second.Rows.EnumerateArray())
            .Select(row => row[0].GetDouble())
            .ShouldBeInOrder(SortDirection.Descending);

        var page = JsonSerializer.Deserialize(
            await lab.GetAsync("tables/raw/rows?limit=2&offset=1&sort=-size"),
            ContractJson.Default.QueryResult
        )!;
        page.Rows.GetRawText().ShouldStartWith("[[4.7,");
        (await lab.QueryAsync("SELECT repeat('é', 5000) AS long")).Cut.ShouldBeTrue();
    }

    [Theory]
    [InlineData("query", """{"sql":"SELECT 1","limit":0}""")]
    [InlineData("query", """{"sql":"SELECT 1","limit":10001}""")]
    [InlineData("query", """{"sql":"SELECT 1","offset":-1}""")]
    [InlineData("query", """{"sql":null}""")]
    [InlineData("query", "{}")]
    public async Task ARequestThatDoesNotFitIsASentence(string path, string body)
    {
        using var answer = await lab.App.Http.PostAsync(
            $"/api/sessions/{lab.Session}/{path}",
            new StringContent(body, Encoding.UTF8, "application/json"),
            Cancellation
        );
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await TrainableApp.DetailAsync(answer)).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task TheReferencesThreeAnswerAsItDoes()
    {
        var result = await lab.QueryAsync("SELECT count(*) AS n FROM train", "prep/query");
        result.Columns.ShouldBe(["n"]);
        result.RowCount.ShouldBe(1);
        result.TablesAvailable.ShouldContain("train");
        result.TablesAvailable.ShouldNotContain("raw");
        using var outside = await lab.PostAsync("SELECT * FROM raw", "prep/query");
        outside.StatusCode.ShouldBe(HttpStatusCode.BadRequest);

        using var preview = JsonDocument.Parse(await lab.GetAsync("prep/preview?split=val&limit=2"));
        preview
            .RootElement.EnumerateObject()
            .Select(property => property.Name)
            .ShouldBe(["split", "columns", "rows", "row_count", "types"]);
        preview.RootElement.GetProperty("row_count").GetInt32().ShouldBe(2);
        await StatusAsync("prep/preview?split=foo", HttpStatusCode.UnprocessableEntity);
        await StatusAsync("prep/preview?split=train&limit=1001", HttpStatusCode.UnprocessableEntity);
        await StatusAsync("tables/none/profile", HttpStatusCode.NotFound);

        var fresh = await lab.App.CreateExperimentAsync();
        using var early = await lab.App.Http.GetAsync($"/api/sessions/{fresh.SessionId}/prep/preview", Cancellation);
        early.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using var unknown = await lab.App.Http.GetAsync($"/api/sessions/{Guid.NewGuid()}/tables", Cancellation);
        unknown.StatusCode.ShouldBe(HttpStatusCode.NotFound);

        async Task StatusAsync(string path, HttpStatusCode status)
        {
            using var answer = await lab.App.Http.GetAsync($"/api/sessions/{lab.Session}/{path}", Cancellation);
            answer.StatusCode.ShouldBe(status, path);
            (await TrainableApp.DetailAsync(answer)).ShouldNotBeEmpty();
        }
    }

    [Fact]
    public async Task TheTestSetIsATableOnceItHasBeenOpened()
    {
        using var before = await lab.PostAsync("SELECT * FROM test");
        before.StatusCode.ShouldBe(HttpStatusCode.BadRequest);

        await lab.OpenTestSetAsync();

        (await lab.RowsAsync("SELECT count(*) FROM test")).ShouldBe("[[3]]");
        (await lab.RowsAsync("SELECT count(*) FROM all_data WHERE split = 'test'")).ShouldBe("[[3]]");
        (await lab.AskAsAgentAsync("SELECT * FROM test")).ShouldHaveSingleItem().ShouldContain("no table 'test'");
    }

    [Fact]
    public async Task AnAgentQueriesTheWorkingRowsAndNothingElse()
    {
        var working = (await lab.TablesAsync()).Single(table => table.Name == "working").Rows;
        var told = await lab.AskAsAgentAsync(
            "SELECT count(*) AS n FROM working",
            "SELECT colour, n FROM eda_deep_dir_by_colour ORDER BY colour",
            "SELECT * FROM raw",
            "SELECT * FROM read_csv('/held/held.csv')",
            "SELECT * FROM read_csv('/data/datasets/*/*.csv')",
            "COPY working TO 'working.csv'",
            "SELECT len(range(4000000000))"
        );
        told[0].ShouldBe($"n\n{working}\n(1 row)");
        told[1].ShouldStartWith("colour\tn\nblue\t");
        told[2].ShouldContain("There is no table 'raw'");
        told.Skip(2).ShouldAllBe(answer => answer.StartsWith("error: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AWholeResultIsDownloaded()
    {
        const string sql = "SELECT colour, count(*) AS n FROM raw GROUP BY colour ORDER BY colour;";
        Encoding.UTF8.GetString(await lab.DownloadAsync(sql, "csv")).ShouldBe("colour,n\nblue,7\ngreen,6\nred,7\n");
        var parquet = await lab.DownloadAsync(sql, "parquet");
        var path = Path.GetTempFileName();
        await File.WriteAllBytesAsync(path, parquet, Cancellation);
        using (var reader = new Datasets.ParquetWriter())
            reader.Query<long>($"SELECT sum(n)::BIGINT FROM read_parquet('{path}')").ShouldBe(20);
        File.Delete(path);
        using var refused = await lab.App.Http.GetAsync(
            $"/api/sessions/{lab.Session}/query/download?sql=DROP%20VIEW%20raw",
            Cancellation
        );
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        Directory
            .EnumerateFiles(Path.Combine(lab.App.Home, "scratch"), "export-*", SearchOption.AllDirectories)
            .ShouldBeEmpty();
    }

    [Fact]
    public async Task AProfileTellsWhatAColumnHolds()
    {
        var profile = JsonSerializer.Deserialize(
            await lab.GetAsync("tables/raw/profile?limit=2"),
            ContractJson.Default.TableProfileResult
        )!;
        profile.Total.ShouldBe(3);
        profile.Rows.ShouldBe(20);
        profile.Complete.ShouldBeTrue();
        var size = profile.Columns[0];
        size.Min!.Value.GetDouble().ShouldBe(1.1);
        size.Max!.Value.GetDouble().ShouldBe(4.9);
        size.Histogram!.Counts.Sum().ShouldBe(20);
        profile.Columns[1].Top!.Select(level => level.Value).ShouldBe(["blue", "red", "green"]);
        profile.Columns[1].Histogram.ShouldBeNull();
    }

    private static Gen<string> AnyOf(params string[] texts) =>
        Gen.Int[0, texts.Length - 1].Select(index => texts[index]);

    /// <summary>Statements put together from pieces that have been used against such guards.</summary>
    private static readonly Gen<string> Hostile = Gen.Select(
        AnyOf("", "WITH x AS (SELECT 1) ", "SELECT 1; ", "/* */ ", "(", "EXPLAIN ANALYZE ", "FROM raw SELECT "),
        AnyOf(
            "DELETE FROM raw",
            "COPY raw TO '/explorer/h.csv'",
            "COPY (SELECT 1) TO '/data/h.csv'",
            "INSTALL json",
            "ATTACH ':memory:' AS m",
            "SET threads = 1",
            "CREATE OR REPLACE VIEW raw AS SELECT 1",
            "SELECT * FROM read_text('/etc/passwd')",
            "SELECT * FROM sniff_csv('/etc/passwd')",
            "SELECT * FROM parquet_metadata('/data/x')",
            "PREPARE p AS DELETE FROM raw"
        ),
        AnyOf("", ";", " -- limit 1", " LIMIT 1", ")", " /*", " UNION ALL SELECT 1", "; SELECT 1", "\0"),
        (before, middle, after) => before + middle + after
    );

    [Fact]
    public Task NoStatementThatDoesMoreThanReadEverPasses() =>
        Hostile.SampleAsync(
            async sql =>
            {
                using var answer = await lab.PostAsync(sql);
                answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest, sql);
            },
            iter: 60,
            threads: 1
        );

    [Fact]
    public Task WhateverIsSentIsAnsweredOrRefusedAndNeverAFault() =>
        Gen.Select(
                AnyOf("SELECT ", "FROM raw ", "", "WITH r AS (", "VALUES "),
                Gen.String[Gen.Char, 0, 60],
                (start, rest) => start + rest
            )
            .SampleAsync(
                async sql =>
                {
                    using var answer = await lab.PostAsync(sql);
                    answer.StatusCode.ShouldBeOneOf(HttpStatusCode.OK, HttpStatusCode.BadRequest);
                },
                iter: 60,
                threads: 1
            );
}
