using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Trainable.Contracts;
using Trainable.Tests.App;
using Trainable.Tests.Referee;

namespace Trainable.Tests.Predictions;

/// <summary>
/// A session that a scripted agent trained, shared by the tests that predict with it: who buys depends on age and city, and
/// <c>noise</c> matters to nothing. A row of age 999 makes the model misbehave as its noise says.
/// </summary>
public sealed class PredictionLab : IAsyncLifetime
{
    public const string Prep = """
        # Prepare
        import glob, json, os
        import pandas as pd
        from trainable import save
        raw = pd.read_csv(glob.glob('/data/datasets/*/*.csv')[0])
        TARGET = raw.columns[-1]
        class Pipeline:
            def transform(self, X):
                table = pd.DataFrame({'age': X['age'].fillna(0).astype(float)}).reset_index(drop=True)
                table['lima'] = (X['city'] == 'Lima').astype(float).to_numpy()
                table['odd'] = X['noise'].fillna(0).where(X['age'] == 999, 0).astype(float).to_numpy()
                return table
        pipeline = Pipeline()
        cut = int(len(raw) * 0.82)
        os.makedirs('data', exist_ok=True)
        for name, rows in [('train', raw.iloc[:cut]), ('val', raw.iloc[cut:])]:
            table = pipeline.transform(rows.drop(columns=TARGET))
            table[TARGET] = rows[TARGET].to_numpy()
            table.to_parquet(f'data/{name}.parquet', index=False)
        save(pipeline, 'data/prep_pipeline.pkl')
        problem = 'binary' if raw[TARGET].dtype == object else 'regression'
        json.dump({'target_column': TARGET, 'problem_type': problem}, open('data/metadata.json', 'w'))
        open('report.md', 'w').write('# Prep')
        """;

    public const string Train = """
        # Train a rule
        import os
        import numpy as np
        from trainable import save
        class Rule:
            classes_ = np.array(['no', 'yes'])
            def predict_proba(self, X):
                print('{"id": 1, "prediction": ["yes"], "said": "by the model"}')
                self.misbehave(X)
                yes = 1 / (1 + np.exp(-(X['age'].to_numpy() - 50) / 6 + 2 * X['lima'].to_numpy()))
                return np.column_stack([1 - yes, yes])
            def predict(self, X):
                return self.classes_[self.predict_proba(X).argmax(axis=1)]
            def misbehave(self, X):
                import os
                for odd in X['odd']:
                    if odd == 1:
                        raise ValueError('fails')
                    if odd == 2:
                        os._exit(3)
                    if odd == 3:
                        seen = [path for path, _, _ in os.walk('/') if 'held' in path.split('/')]
                        raise ValueError(f'held folders: {seen}, mounts: {sorted(os.listdir("/"))}')
        class Line:
            def predict(self, X):
                return 3 * X['age'].to_numpy()
        os.makedirs('models', exist_ok=True)
        text = open('../prep/data/metadata.json').read()
        save(Rule() if 'binary' in text else Line(), 'models/model.pkl')
        """;

    private const int Rows = 400;

    internal TrainableApp App { get; private set; } = null!;

    public Guid Session { get; private set; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        App = await RefereeRun.StartAsync(Prep, Train);
        Session = await TrainAsync(
            App,
            Table("bought", (age, city) => age + (city == "Lima" ? -12 : 0) > 50 ? "yes" : "no"),
            "bought"
        );
    }

    public ValueTask DisposeAsync() => App.DisposeAsync();

    internal static async Task<Guid> TrainAsync(TrainableApp app, string csv, string target)
    {
        var created = await app.CreateExperimentAsync(csv, options: new() { Target = target });
        var events = await RefereeRun.RunAsync(app, created.SessionId);
        TrainableApp.StateOf(events[^1]).ShouldBe("train_done", RefereeRun.Errors(events));
        return created.SessionId;
    }

    /// <summary>Rows of ages 18 to 81 and four cities.</summary>
    internal static string Table(
        string? target,
        Func<int, string, string> value,
        int rows = Rows,
        int seed = 5,
        int oldest = 82,
        int youngest = 18
    )
    {
#pragma warning disable CA5394 // Test data wants a seed, not secrecy.
        var random = new Random(seed);
        string[] cities = ["Bern", "Kyoto", "Lima", "Oslo"];
        var text = new StringBuilder($"age,noise,city{(target is null ? "" : $",{target}")}\n");
        for (var row = 0; row < rows; row++)
        {
            var age = random.Next(youngest, oldest);
            var city = cities[random.Next(4)];
            text.Append(CultureInfo.InvariantCulture, $"{age},{random.Next(1000)},{city}");
            text.Append(target is null ? "\n" : $",{value(age, city)}\n");
        }
#pragma warning restore CA5394
        return text.ToString();
    }

    internal Task<HttpResponseMessage> PostAsync(string json) => PostAsync(App, Session, json);

    internal static Task<HttpResponseMessage> PostAsync(TrainableApp app, Guid session, string json) =>
        app.Http.PostAsync(
            $"/api/sessions/{session}/predict",
            new StringContent(json, Encoding.UTF8, "application/json"),
            Cancellation
        );

    internal async Task<PredictionResult> PredictAsync(string json)
    {
        using var answer = await PostAsync(json);
        return await ReadAsync(answer);
    }

    internal async Task<HttpResponseMessage> PostCsvAsync(string csv, string accept, string query = "")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/sessions/{Session}/predict{query}")
        {
            Content = new StringContent(csv, Encoding.UTF8, "text/csv"),
        };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(accept));
        return await App.Http.SendAsync(request, Cancellation);
    }

    internal static async Task<PredictionResult> ReadAsync(HttpResponseMessage answer)
    {
        if (!answer.IsSuccessStatusCode)
            Assert.Fail(await answer.Content.ReadAsStringAsync(Cancellation));
        return (await TrainableApp.ReadAsync(answer, ContractJson.Default.PredictionResult))!;
    }
}
