using System.Globalization;
using System.Text.Json;
using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Platform;
using Trainable.Server.Referee.Files;
using Trainable.Server.Referee.Scoring;

namespace Trainable.Server.Referee.Evaluations;

/// <summary>What the harness's <c>importance.py</c> is given.</summary>
/// <param name="Arguments">Which files on the bench it reads.</param>
/// <param name="Seed">For the rows it takes and the shuffles.</param>
internal sealed record ImportanceInput(IReadOnlyList<string> Arguments, int Seed);

/// <summary>
/// Permutation importance (Breiman 2001) of raw columns on the held rows: the sandbox shuffles columns and predicts, the
/// host, which alone knows the target, measures what the main metric loses.
/// </summary>
internal sealed class PermutationImportance(RefereeHarness harness)
{
    private const int MostRows = 1_000;
    private const int Repeats = 3;
    private const int Seconds = 4;

    /// <returns>Columns, the largest loss first, and a sentence when some or all were not measured.</returns>
    public async Task<(IReadOnlyList<ColumnImportance>? Columns, string? Note)> MeasureAsync(
        ImportanceInput input,
        HeldTruth truth,
        string metric,
        string problemType,
        Workbench bench,
        TableDatabase tables,
        CancellationToken cancellation
    )
    {
        var result = await harness.RunAsync(
            "importance.py",
            [
                .. input.Arguments,
                "--problem-type",
                problemType,
                "--rows",
                Text(MostRows),
                "--repeats",
                Text(Repeats),
                "--seconds",
                Text(Seconds),
                "--seed",
                Text(input.Seed),
            ],
            bench,
            cancellation
        );
        var file = await bench.CollectAsync("importance.parquet", "importance.parquet", cancellation);
        if (result.Error is not null || file is null || Answer.Read(result.Result, truth.Rows) is not { } answer)
            return (null, "Importance was not measured: the model failed on shuffled columns.");
        try
        {
            var measured = Measure(
                answer,
                file,
                truth.Of(answer.Rows),
                metric,
                tables,
                answer.HasProbabilities ? result.Classes : null
            );
            return (
                measured,
                measured.Count < answer.AllColumns
                    ? $"Importance was measured for the first {measured.Count:N0} of {answer.AllColumns:N0} columns: the model is too slow for more."
                    : null
            );
        }
        catch (Exception unusable) when (unusable is UserFacingException or DuckDB.NET.Data.DuckDBException)
        {
            return (null, "Importance was not measured: what the model gave for shuffled columns cannot be read.");
        }
    }

    private static List<ColumnImportance> Measure(
        Answer answer,
        string file,
        HeldTruth truth,
        string metric,
        TableDatabase tables,
        IReadOnlyList<string>? classes
    )
    {
        var sign = MetricNames.HigherIsBetter(metric) ? 1 : -1;
        // Read once: there are as many blocks as columns and shuffles, and a file has to be opened for each question.
        tables.Execute($"CREATE OR REPLACE TEMP TABLE blocks AS FROM {HeldPredictionsReader.Source(file)}");
        double Value(int block)
        {
            var source = $"(SELECT * FROM blocks WHERE block = {Text(block)})";
            var held = HeldPredictionsReader.Read(tables, truth, source, classes);
            return held.Find(metric).Model([.. Enumerable.Repeat(1, held.Rows)]);
        }
        var whole = Value(0);
        var columns = new List<ColumnImportance>();
        foreach (var (index, column) in answer.Columns.Index())
        {
            double[] losses =
            [
                .. Enumerable.Range(1 + (index * Repeats), Repeats).Select(block => sign * (whole - Value(block))),
            ];
            var mean = losses.Average();
            if (!double.IsFinite(mean))
                continue;
            var spread = Math.Sqrt(losses.Sum(loss => (loss - mean) * (loss - mean)) / (Repeats - 1));
            columns.Add(new ColumnImportance(column, mean, spread));
        }
        return [.. columns.OrderByDescending(column => column.Loss)];
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>What the script says of its file; hostile code ran beside it, so every number is looked at.</summary>
    private sealed record Answer(
        IReadOnlyList<int> Rows,
        IReadOnlyList<string> Columns,
        int AllColumns,
        bool HasProbabilities
    )
    {
        public static Answer? Read(JsonElement? result, int heldRows)
        {
            if (
                result is not { } root
                || !root.TryGetProperty("chosen", out var chosen)
                || chosen.ValueKind != JsonValueKind.Array
                || !root.TryGetProperty("columns", out var columns)
                || columns.ValueKind != JsonValueKind.Array
                || !root.TryGetProperty("all_columns", out var all)
                || all.ValueKind != JsonValueKind.Number
                || !all.TryGetInt32(out var allColumns)
            )
                return null;
            var rows = new List<int>();
            foreach (var item in chosen.EnumerateArray())
            {
                if (
                    item.ValueKind != JsonValueKind.Number
                    || !item.TryGetInt32(out var row)
                    || row < 0
                    || row >= heldRows
                    || rows.Count == MostRows
                )
                    return null;
                rows.Add(row);
            }
            string[] names = [.. columns.EnumerateArray().Select(item => ShownText.Cut(item.ToString()))];
            var hasProbabilities = root.TryGetProperty("has_proba", out var has) && has.ValueKind == JsonValueKind.True;
            return rows.Count == 0 ? null : new Answer(rows, names, allColumns, hasProbabilities);
        }
    }
}
