using System.Net;
using System.Net.Http.Json;
using Trainable.Contracts;
using Trainable.Tests.App;
using static Trainable.Tests.Faults.FaultLab;

namespace Trainable.Tests.Faults;

/// <summary>Fault 15: a guard of SQL that looks for words.</summary>
public sealed class QueryFaults
{
    [Fact]
    public async Task Fault15TheParserDecidesAndTheCapHolds()
    {
        await using var app = await TrainableApp.StartAsync(
            new ScriptedModels(
                ScriptedModels.Run(
                    "import pandas as pd, os\nos.makedirs('../prep/data')\n"
                        + "pd.DataFrame({'a': range(5000), 'limit': 'delete'}).to_parquet('../prep/data/train.parquet')\n"
                        + Report
                ),
                ScriptedModels.Finish()
            )
        );
        var session = await app.SessionAsync();
        await app.RunEdaAsync(session);

        // The word 'limit' lifts nothing, in whatever place.
        foreach (
            var sql in new[] { "SELECT \"limit\" FROM train", "SELECT a FROM train -- limit", "FROM train LIMIT 4000" }
        )
            (await QueryAsync(sql)).RowCount.ShouldBe(100, sql);
        (await QueryAsync("WITH few AS (FROM train LIMIT 7) SELECT * FROM few")).RowCount.ShouldBe(7);
        (await QueryAsync("SELECT count(*) FROM train WHERE \"limit\" = 'delete'"))
            .Rows.GetRawText()
            .ShouldBe("[[5000]]");
        using var written = await PostAsync("DELETE FROM train");
        written.StatusCode.ShouldBe(HttpStatusCode.BadRequest);

        async Task<QueryResult> QueryAsync(string sql)
        {
            using var answer = await PostAsync(sql);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, sql);
            return (await TrainableApp.ReadAsync(answer, ContractJson.Default.QueryResult))!;
        }

        Task<HttpResponseMessage> PostAsync(string sql) =>
            app.Http.PostAsJsonAsync(
                $"/api/sessions/{session}/prep/query",
                new QueryRequest { Sql = sql },
                ContractJson.Default.QueryRequest,
                Cancellation
            );
    }
}
