using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Platform;
using Trainable.Server.Referee.Files;

namespace Trainable.Server.Bundles;

/// <summary>
/// What a model answers for the prepared working rows, train's and then val's: recorded with a bundle, and asked again of the
/// model that is made anew. The model runs in a sandbox of its own that sees features and itself.
/// </summary>
internal sealed class RecordedPredictions(RefereeHarness harness, TrainableHome home)
{
    private const long Memory = 2L << 30;
    private static readonly string[] Splits = ["train", "val"];

    /// <summary>Predicts, and leaves <c>predictions.parquet</c> where <paramref name="use"/> reads it.</summary>
    /// <param name="source">Copies <c>train.parquet</c>, <c>val.parquet</c> and <c>model.pkl</c> to a bench; false when one is missing.</param>
    /// <param name="target">The column of the splits that is no feature.</param>
    /// <param name="problemType">One of <see cref="ProblemTypes"/>.</param>
    /// <param name="use">Gets the path of the predictions, which go when it returns.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>Why there are none, in a sentence; null when there are.</returns>
    public async Task<string?> MakeAsync(
        Func<Workbench, Task<bool>> source,
        string target,
        string problemType,
        Func<string, Task> use,
        CancellationToken cancellation
    )
    {
        using var bench = new Workbench(home);
        if (!await source(bench))
            return "The prepared rows or the model are not there.";
        using (
            var tables = TableDatabase.Open(new TableAccess([bench.In], bench.In, Memory) { Threads = 1 }, cancellation)
        )
        {
            try
            {
                var files = string.Join(
                    ", ",
                    Splits.Select(name => TableDatabase.Literal(bench.Input($"{name}.parquet")))
                );
                tables.Execute(
                    $"COPY (SELECT * EXCLUDE ({TableDatabase.Identifier(target)}) FROM read_parquet([{files}]))"
                        + $" TO {TableDatabase.Literal(bench.Input("features.parquet"))} (FORMAT parquet)"
                );
            }
            catch (DuckDB.NET.Data.DuckDBException)
            {
                return "The prepared rows cannot be read.";
            }
        }
        var result = await harness.RunAsync(
            "predict.py",
            [
                "--model",
                $"{RefereeHarness.In}/model.pkl",
                "--features",
                $"{RefereeHarness.In}/features.parquet",
                "--problem-type",
                problemType,
            ],
            bench,
            cancellation
        );
        var file = await bench.CollectAsync("predictions.parquet", "predictions.parquet", cancellation);
        if (result.Error is not null || file is null)
            return "The model could not predict the prepared rows.";
        if (result.Problems.Select(problem => problem.Message).FirstOrDefault() is { } problem)
            return $"What the model gives for the prepared rows is not usable: {problem}";
        await use(file);
        return null;
    }
}
