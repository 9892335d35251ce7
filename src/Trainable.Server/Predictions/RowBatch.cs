using System.Text.Json.Nodes;

namespace Trainable.Server.Predictions;

/// <summary>Some of the rows that are to be predicted: values in the order of the source's names.</summary>
internal sealed record RowBatch(IReadOnlyList<JsonArray> Rows, bool IsLast);

/// <summary>Rows to predict, batch by batch.</summary>
internal interface IRowSource
{
    /// <summary>What the values of a row are called.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>How many of the first of them stand beside a row's prediction in an answer as CSV.</summary>
    int Shown => Names.Count;

    /// <summary>Batches in order; the last one, which may be empty, says so.</summary>
    IEnumerable<RowBatch> Read();
}
