using System.Text.Json;
using System.Text.Json.Nodes;

namespace Trainable.Server.Predictions;

/// <summary>Rows from a JSON body. A key that only some rows have is missing in the others.</summary>
internal sealed class JsonRows : IRowSource
{
    public const int Most = 10_000;

    private readonly IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> _rows;

    /// <exception cref="Platform.UserFacingException">There are too many, or a value is no plain one (422).</exception>
    public JsonRows(IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> rows)
    {
        if (rows.Count > Most)
            throw PredictionRefusals.Unprocessable(
                $"{rows.Count:N0} rows are more than the {Most:N0} that one JSON request may have. Send the table as CSV."
            );
        _rows = rows;
        var names = new List<string>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        for (var row = 0; row < rows.Count; row++)
        {
            if (rows[row] is not { } fields)
                throw PredictionRefusals.Unprocessable($"Row {row + 1} is null; send an object from column to value.");
            foreach (var (name, value) in fields)
            {
                if (value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
                    throw PredictionRefusals.Unprocessable(
                        $"Row {row + 1}: '{name}' is {(value.ValueKind is JsonValueKind.Array ? "a list" : "an object")}; send a number, a text, true, false or null."
                    );
                if (known.Add(name))
                    names.Add(name);
            }
        }
        Names = names;
    }

    public IReadOnlyList<string> Names { get; }

    public IEnumerable<RowBatch> Read()
    {
        var chunks = _rows.Chunk(BatchSize.For(Names.Count)).ToList();
        for (var index = 0; index < chunks.Count; index++)
            yield return new RowBatch([.. chunks[index].Select(Values)], index == chunks.Count - 1);
        if (chunks.Count == 0)
            yield return new RowBatch([], IsLast: true);
    }

    private JsonArray Values(IReadOnlyDictionary<string, JsonElement> row) =>
        [
            .. Names.Select(name =>
                row.TryGetValue(name, out var value) && value.ValueKind is not JsonValueKind.Null
                    ? JsonValue.Create(value)
                    : null
            ),
        ];
}

/// <summary>How many rows are predicted at a time: enough for the model's arithmetic, few enough to hold.</summary>
internal static class BatchSize
{
    private const int MostCells = 200_000;
    private const int MostRows = 1_000;

    public static int For(int columns) => Math.Clamp(MostCells / Math.Max(1, columns), 1, MostRows);
}
