using System.Globalization;
using System.Text;
using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Tests.App;

namespace Trainable.Tests.Referee;

/// <summary>The held rows reach a pipeline as the working rows did, even where their values alone look like another type.</summary>
[Trait("Kind", "integration")]
public sealed class HeldRowTypeTests
{
    /// <summary>A preparation that relies, as any may, on the types of the working rows.</summary>
    private const string Prep = """
        # Prepare by type
        import glob, json, os
        import numpy as np
        import pandas as pd
        from trainable import save
        raw = pd.read_csv(glob.glob('/data/datasets/*/*.csv')[0])
        TARGET = 'sold'
        class Pipeline:
            def transform(self, X):
                return pd.DataFrame({
                    'campaign': X['campaign'].str.len().fillna(-1.0).astype(float),
                    'code': X['code'].str.len().astype(float),
                    'vip': X['vip'].map(lambda value: {True: 1.0, False: 0.0}.get(value, 0.5)).astype(float),
                    'visits': (X['visits'].fillna(-1) / 2).astype(float),
                    'opened': X['opened'].str.slice(0, 4).fillna('0').astype(float),
                }).reset_index(drop=True)
        pipeline = Pipeline()
        cut = int(len(raw) * 0.82)
        os.makedirs('data', exist_ok=True)
        for name, rows in [('train', raw.iloc[:cut]), ('val', raw.iloc[cut:])]:
            table = pipeline.transform(rows.drop(columns=TARGET))
            table[TARGET] = rows[TARGET].to_numpy()
            table.to_parquet(f'data/{name}.parquet', index=False)
        save(pipeline, 'data/prep_pipeline.pkl')
        json.dump({'target_column': TARGET, 'problem_type': 'binary'}, open('data/metadata.json', 'w'))
        open('report.md', 'w').write('# Prep')
        """;

    [Fact]
    public async Task HeldRowsAreReadWithTheTypesOfTheWorkingRows()
    {
        await using var app = await RefereeRun.StartAsync(Prep);
        var created = await app.CreateExperimentAsync(
            Sales(200),
            options: new ExperimentOptions { Target = "sold", TimeColumn = "day" }
        );
        var events = await RefereeRun.RunAsync(app, created.SessionId, "prep_done");
        TrainableApp.StateOf(events[^1]).ShouldBe("prep_done", RefereeRun.Errors(events));
        var sealedSet = Path.Combine(app.Home, "held", $"{created.Id}", "sessions", $"{created.SessionId}");
        using var tables = TableDatabase.Open(
            new TableAccess([sealedSet], sealedSet, 1L << 28),
            TestContext.Current.CancellationToken
        );
        var file = TableDatabase.Literal(Path.Combine(sealedSet, "test.parquet"));
        var distinct = tables.Query(
            $"SELECT DISTINCT campaign, code, vip, visits, opened FROM read_parquet({file}) ORDER BY ALL",
            row => string.Join(' ', Enumerable.Range(0, 5).Select(row.GetValue))
        );
        // '007' is a code of three characters, a missing campaign has no length, and true values stay true values.
        distinct.ShouldBe(["-1 3 0 1.5 0", "-1 3 1 1.5 0"]);
    }

    /// <summary>
    /// The last days are held. There no campaign runs and nothing was opened (text in the working rows, all missing), codes
    /// are digits, nobody's <c>vip</c> is missing, and every <c>visits</c> is a whole number.
    /// </summary>
    private static string Sales(int rows)
    {
        var text = new StringBuilder("day,campaign,code,vip,visits,opened,sold\n");
        for (var row = 0; row < rows; row++)
        {
            var day = new DateOnly(2024, 1, 1).AddDays(row).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            var isLate = row >= rows * 0.85;
            var sold = row % 3 == 0 ? "yes" : "no";
            var vip = row % 2 == 0 ? "True" : "False";
            var given = row % 10 == 0 ? "" : vip;
            var visits = row % 7 == 0 ? "" : $"{row % 5}";
            text.AppendLine(
                isLate ? $"{day},,007,{vip},3,,{sold}" : $"{day},autumn {row},7a{row % 4},{given},{visits},{day},{sold}"
            );
        }
        return text.ToString();
    }
}
