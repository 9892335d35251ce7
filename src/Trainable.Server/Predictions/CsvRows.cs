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

    private CsvRows(string folder, string file, NormalizedText text, int? shown)
    {
        _folder = folder;
        _file = file;
        Names = text.Columns;
        Count = text.Rows;
        Shown = shown ?? Names.Count;
    }

    public IReadOnlyList<string> Names { get; }

    public long Count { get; }

    /// <summary>All columns, unless whoever made the table says otherwise.</summary>
    public int Shown { get; }

    /// <exception cref="UserFacingException">It is no table (422), or larger than an upload may be (413).</exception>
    public static async Task<CsvRows> ReceiveAsync(
        Stream body,
        TrainableHome home,
        DatasetOptions options,
        CancellationToken cancellation
    )
    {
        var folder = MakeFolder(home);
        try
        {
            var received = Path.Combine(folder, "received");
            await ReceivedBody.SaveAsync(body, received, options.MaxUploadBytes, cancellation);
            return FromFile(folder, received, Called, options, cancellation);
        }
        catch
        {
            TreeRemoval.Delete(folder);
            throw;
        }
    }

    /// <summary>Of a file in a folder from <see cref="MakeFolder"/>, which the rows then own.</summary>
    public static CsvRows FromFile(
        string folder,
        string file,
        string called,
        DatasetOptions options,
        CancellationToken cancellation,
        int? shown = null
    )
    {
        var canonical = Path.Combine(folder, "rows.csv");
        var source = new TextSource(file, gzip: false, options.MaxUploadBytes);
        var text = new DelimitedNormalizer(called, source, oneColumn: true).Write(canonical, cancellation);
        File.Delete(file);
        return new CsvRows(folder, canonical, text, shown);
    }

    public static string MakeFolder(TrainableHome home) =>
        TrainableHome.Make(Path.Combine(home.Scratch, $"predict-{Guid.CreateVersion7():N}"));

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
}
