using System.Text.Json.Nodes;
using Trainable.Server.Datasets;
using Trainable.Server.Datasets.Delimited;
using Trainable.Server.Platform;
using Trainable.Server.Platform.Linux;

namespace Trainable.Server.Predictions;

/// <summary>Rows from delimited text of any dialect and encoding, written down once in the host's own.</summary>
internal sealed class CsvRows : IRowSource, IDisposable
{
    private const string Called = "The table";

    private readonly string _folder;
    private readonly string _file;

    private CsvRows(string folder, string file, NormalizedText text)
    {
        _folder = folder;
        _file = file;
        Names = text.Columns;
        Count = text.Rows;
    }

    public IReadOnlyList<string> Names { get; }

    public long Count { get; }

    /// <exception cref="UserFacingException">It is no table (422), or larger than an upload may be (413).</exception>
    public static async Task<CsvRows> ReceiveAsync(
        Stream body,
        TrainableHome home,
        DatasetOptions options,
        CancellationToken cancellation
    )
    {
        var folder = TrainableHome.Make(Path.Combine(home.Scratch, $"predict-{Guid.CreateVersion7():N}"));
        try
        {
            var received = Path.Combine(folder, "received");
            await using (var file = new FileStream(received, FileMode.CreateNew, FileAccess.Write))
                await CopyAsync(body, file, options.MaxUploadBytes, cancellation);
            var canonical = Path.Combine(folder, "rows.csv");
            var source = new TextSource(received, gzip: false, options.MaxUploadBytes);
            var text = new DelimitedNormalizer(Called, source, oneColumn: true).Write(canonical, cancellation);
            File.Delete(received);
            return new CsvRows(folder, canonical, text);
        }
        catch
        {
            TreeRemoval.Delete(folder);
            throw;
        }
    }

    public IEnumerable<RowBatch> Read()
    {
        using var input = File.OpenRead(_file);
        using var reader = new DelimitedReader(input, DelimitedDialect.Canonical);
        reader.Read();
        var size = BatchSize.For(Names.Count);
        var rows = new List<JsonArray>(size);
        while (reader.Read() == RecordStatus.Record)
        {
            if (rows.Count == size)
            {
                yield return new RowBatch(rows, IsLast: false);
                rows = new List<JsonArray>(size);
            }
            rows.Add([.. Names.Select((_, index) => (JsonNode?)JsonValue.Create(reader.Text(index)))]);
        }
        yield return new RowBatch(rows, IsLast: true);
    }

    public void Dispose() => TreeRemoval.Delete(_folder);

    private static async Task CopyAsync(Stream body, FileStream file, long most, CancellationToken cancellation)
    {
        var buffer = new byte[1 << 17];
        for (var left = most; ; )
        {
            var read = await body.ReadAsync(buffer, cancellation);
            if (read == 0)
                return;
            if ((left -= read) < 0)
                throw new UserFacingException(
                    $"The table is larger than the {ByteSize.Format(most)} that one upload may have.",
                    StatusCodes.Status413PayloadTooLarge
                );
            await file.WriteAsync(buffer.AsMemory(0, read), cancellation);
        }
    }
}
