using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Trainable.Contracts;
using Trainable.Server.Platform;

namespace Trainable.Server.Predictions;

/// <summary>Where predictions go, batch by batch.</summary>
internal interface IPredictionSink
{
    /// <param name="sent">The rows as they came, in the order of the source's names.</param>
    /// <param name="rows">What was predicted of them.</param>
    /// <param name="form">What the model gives.</param>
    void Add(IReadOnlyList<JsonArray> sent, IReadOnlyList<PredictedRow> rows, PredictionForm form);
}

/// <summary>Keeps predictions for a JSON answer.</summary>
internal sealed class PredictionList : IPredictionSink
{
    private readonly List<PredictedRow> _rows = [];

    public IReadOnlyList<PredictedRow> Rows => _rows;

    public void Add(IReadOnlyList<JsonArray> sent, IReadOnlyList<PredictedRow> rows, PredictionForm form)
    {
        _rows.AddRange(rows);
        if (_rows.Count > JsonRows.Most)
            throw new UserFacingException(
                $"The table has more than the {JsonRows.Most:N0} rows of a JSON answer. Ask for CSV (Accept: text/csv).",
                StatusCodes.Status413PayloadTooLarge
            );
    }
}

/// <summary>
/// Writes the rows as they came, and after their columns what was predicted: the prediction, a column of probabilities for
/// each class, and of explained rows the columns that mattered most.
/// </summary>
internal sealed class PredictionCsv(string path, IReadOnlyList<string> names, bool explain)
    : IPredictionSink,
        IDisposable
{
    private const int MostReasons = 3;

    private readonly StreamWriter _writer = new(path, append: false, new UTF8Encoding(false));
    private bool _begun;

    public void Add(IReadOnlyList<JsonArray> sent, IReadOnlyList<PredictedRow> rows, PredictionForm form)
    {
        if (!_begun)
            WriteHeader(form);
        _begun = true;
        for (var index = 0; index < rows.Count; index++)
        {
            var cells = sent[index].Take(names.Count).Select(cell => cell?.ToString() ?? "").ToList();
            cells.Add(rows[index].Prediction.ToString());
            cells.AddRange((rows[index].Probabilities ?? []).Select(Number));
            if (explain)
                cells.Add(Reasons(rows[index].Explanation));
            WriteRecord(cells);
        }
    }

    public void Dispose() => _writer.Dispose();

    private void WriteHeader(PredictionForm form)
    {
        List<string> header = [.. names];
        Add("prediction");
        if (form.HasProbabilities)
            foreach (var label in form.Classes!)
                Add($"probability_{label}");
        if (explain)
            Add("because");
        WriteRecord(header);

        void Add(string name)
        {
            var free = name;
            for (var number = 2; header.Contains(free, StringComparer.Ordinal); number++)
                free = $"{name}_{number}";
            header.Add(free);
        }
    }

    private static string Reasons(RowExplanation? explanation) =>
        explanation is null
            ? ""
            : string.Join(
                "; ",
                explanation
                    .Columns.Where(column => column.Effect != 0)
                    .Take(MostReasons)
                    .Select(column =>
                        string.Create(CultureInfo.InvariantCulture, $"{column.Column} {column.Effect:+0.####;-0.####}")
                    )
            );

    private void WriteRecord(List<string> cells)
    {
        for (var index = 0; index < cells.Count; index++)
        {
            if (index > 0)
                _writer.Write(',');
            var cell = cells[index];
            // A record of a single empty value would read as a blank line.
            if (cell.AsSpan().IndexOfAny("\",\r\n") >= 0 || (cells.Count == 1 && cell.Length == 0))
                _writer.Write($"\"{cell.Replace("\"", "\"\"")}\"");
            else
                _writer.Write(cell);
        }
        _writer.Write('\n');
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
