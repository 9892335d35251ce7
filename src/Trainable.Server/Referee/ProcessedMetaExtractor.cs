using System.Text.Json;
using System.Text.Json.Nodes;
using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Platform;
using Trainable.Server.Referee.Checks;
using Trainable.Server.Referee.Files;
using Trainable.Server.Referee.Scoring;

namespace Trainable.Server.Referee;

/// <summary>Describes the table Prep made, measured by the host: columns, split sizes, quality.</summary>
internal sealed class ProcessedMetaExtractor(HeldRows held, TrainableHome home)
{
    private const int MostSummarised = 500;
    private static readonly string[] Splits = ["train", "val"];

    public async Task<ProcessedMeta> DescribeAsync(StageSubject subject, CancellationToken cancellation)
    {
        var manifest = held.Manifest(subject);
        var metadata = PrepMetadata.Read(held.Prep(subject));
        var findings = new Findings();
        using var tables = SplitTables.Open(new Workbench(home), [], cancellation);
        foreach (var split in Splits)
        {
            if (!await tables.LoadAsync(held.Prep(subject), split, findings, cancellation))
                throw new UserFacingException($"Prep's {split}.parquet is gone. Run Prep again.");
        }
        var columns = tables.Columns["train"];
        var test = SealedRows(subject, cancellation);
        var train = tables.Rows("train");
        var val = tables.Rows("val");
        return new ProcessedMeta
        {
            Columns =
            [
                .. columns.Select(column => new ProcessedColumn(
                    column.Name,
                    column.Type.ToLowerInvariant(),
                    Nullable: false
                )),
            ],
            FeatureColumns = [.. columns.Select(column => column.Name).Where(name => name != metadata?.Target)],
            TargetColumn = metadata?.Target,
            TotalRows = train + val + test,
            TrainRows = train,
            ValRows = val,
            TestRows = test,
            QualityStats = Quality(tables, columns, train),
            S3Synced = false,
            SourceFiles = [.. manifest.Files.Select(file => file.Name)],
            OutputFiles = [.. Splits.Select(split => $"/sessions/{subject.SessionId}/prep/data/{split}.parquet")],
        };
    }

    private long SealedRows(StageSubject subject, CancellationToken cancellation)
    {
        var file = held.SealedTest(subject.DatasetId, subject.SessionId);
        if (!File.Exists(file))
            return 0;
        var directory = Path.GetDirectoryName(file)!;
        using var tables = TableDatabase.Open(new TableAccess([directory], home.Scratch, 1L << 28), cancellation);
        return tables.Scalar<long>($"SELECT count(*) FROM read_parquet({TableDatabase.Literal(file)})");
    }

    private static JsonElement Quality(SplitTables tables, IReadOnlyList<(string Name, string Type)> columns, long rows)
    {
        var distinct = tables.Database.Scalar<long>(
            $"SELECT count(*) FROM (SELECT DISTINCT * FROM {tables.Source("train")})"
        );
        var numeric = columns
            .Where(column =>
                column.Type is not ("VARCHAR" or "BLOB" or "DATE")
                && !column.Type.StartsWith("TIMESTAMP", StringComparison.Ordinal)
            )
            .ToList();
        var summary = new JsonObject();
        foreach (var (name, _) in numeric.Take(MostSummarised))
        {
            var column = TableDatabase.Identifier(name);
            summary[name] = tables.Database.Query(
                $"SELECT min({column})::DOUBLE, avg({column}::DOUBLE), max({column})::DOUBLE, stddev_samp({column}::DOUBLE) FROM {tables.Source("train")}",
                row => new JsonObject
                {
                    ["min"] = Finite(row.GetValue(0)),
                    ["mean"] = Finite(row.GetValue(1)),
                    ["max"] = Finite(row.GetValue(2)),
                    ["std"] = Finite(row.GetValue(3)),
                }
            )[0];
        }
        return JsonSerializer.SerializeToElement(
            new JsonObject
            {
                ["missing_pct"] = 0.0,
                ["duplicate_rows"] = rows - distinct,
                ["numeric_summary"] = summary,
                ["n_numeric_cols"] = numeric.Count,
                ["n_categorical_cols"] = columns.Count - numeric.Count,
            }
        );
    }

    private static JsonNode? Finite(object value) =>
        value is double number && double.IsFinite(number) ? JsonValue.Create(number) : null;
}
