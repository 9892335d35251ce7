using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Platform;
using Trainable.Server.Referee.Files;

namespace Trainable.Server.Referee.Checks;

/// <summary>
/// Which working row each row of Prep's splits was: found by running the pipeline on the working rows and looking for what it
/// gives, so that it is known of any preparation, and nobody's word is taken for it.
/// </summary>
/// <param name="Splits">
/// For each split, in the order of its rows, positions from 0 among the working rows; −1 for a row that is none of them, such as one
/// that was made up to balance classes.
/// </param>
internal sealed record RowOrigins(IReadOnlyDictionary<string, int[]> Splits)
{
    /// <summary>Of more rows the record would weigh more than it is worth.</summary>
    private const int MostRows = 5_000_000;

    /// <summary>For each working row the first of those that it cannot be told from; not kept.</summary>
    private IReadOnlyList<int> _alike = [];

    /// <param name="tables">Prep's splits, and what the pipeline gives for the working rows.</param>
    /// <param name="raw">The working rows' target as text, null where it is missing.</param>
    /// <param name="target">Its column.</param>
    /// <param name="problem">One of <see cref="ProblemTypes"/>.</param>
    /// <returns>Null where there are too many rows.</returns>
    public static RowOrigins? Find(SplitTables tables, List<string?> raw, string target, string problem)
    {
        if (raw.Count > MostRows || tables.Columns.Keys.Any(split => tables.Rows(split) > MostRows))
            return null;
        var features = tables.Columns["train"].Where(column => column.Name != target).ToList();
        var labels = new Labels(raw, problem);
        var rows = new RowsByContent(Prints(tables, "transformed", features).Zip(raw.Select(labels.Of)));
        var column = TableDatabase.Identifier(target);
        // Train first: of rows that are alike, it has the first.
        return new RowOrigins(
            tables
                .Columns.Keys.OrderBy(split => split == "train" ? 0 : 1)
                .ToDictionary(
                    split => split,
                    split =>
                        Prints(tables, split, features)
                            .Zip(
                                tables.Database.Query(
                                    $"SELECT {column}::VARCHAR FROM {tables.Source(split)}",
                                    row => labels.Of(row.IsDBNull(0) ? null : row.GetString(0))
                                ),
                                rows.Take
                            )
                            .ToArray()
                )
        )
        {
            _alike = rows.Alike,
        };
    }

    /// <summary>Working rows that went into a split, once each, without those that look like one that went into another.</summary>
    public IEnumerable<int> Only(string split, string other)
    {
        if (_alike.Count == 0)
            throw new InvalidOperationException("What was kept does not say which rows are alike.");
        var theirs = Splits[other].Where(row => row >= 0).Select(row => _alike[row]).ToHashSet();
        return Splits[split].Where(row => row >= 0 && !theirs.Contains(_alike[row])).Distinct();
    }

    public void Keep(string file)
    {
        TrainableHome.Make(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, JsonSerializer.SerializeToUtf8Bytes(this, RowOriginsJson.Default.RowOrigins));
    }

    /// <returns>Null where none were kept.</returns>
    public static RowOrigins? Read(string file) =>
        File.Exists(file)
            ? JsonSerializer.Deserialize(File.ReadAllBytes(file), RowOriginsJson.Default.RowOrigins)
            : null;

    /// <summary>The first 64 bits of each row's fingerprint.</summary>
    private static List<ulong> Prints(SplitTables tables, string split, List<(string, string)> features) =>
        tables.Database.Query(
            Fingerprint.Of(tables, split, features),
            row => ulong.Parse(row.GetString(0).AsSpan(0, 16), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
        );

    /// <summary>A number for each value of the target, the same however it is written.</summary>
    private sealed class Labels(List<string?> raw, string problem)
    {
        private readonly TargetLabels _labels = new(raw.OfType<string>());
        private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

        public int Of(string? text)
        {
            if (text is null)
                return -1;
            // As exact as a float32 target still is.
            if (problem == ProblemTypes.Regression && WrittenNumber.Read(text) is { } number)
                return BitConverter.SingleToInt32Bits((float)number);
            var label = _labels.Of(text);
            return _numbers.TryGetValue(label, out var known) ? known : _numbers[label] = _numbers.Count;
        }
    }

    /// <summary>Rows that are alike stand in a queue; the last one is given again and again, as where a split repeats rows.</summary>
    private sealed class RowsByContent
    {
        private readonly Dictionary<(ulong, int), int> _next = [];
        private readonly int[] _after;
        private readonly int[] _alike;

        public RowsByContent(IEnumerable<(ulong Print, int Label)> contents)
        {
            var rows = contents.ToArray();
            _after = new int[rows.Length];
            for (var row = rows.Length - 1; row >= 0; row--)
            {
                _after[row] = _next.GetValueOrDefault(rows[row], row);
                _next[rows[row]] = row;
            }
            _alike = [.. rows.Select(row => _next[row])];
        }

        /// <summary>For each row the first of those that are alike.</summary>
        public IReadOnlyList<int> Alike => _alike;

        public int Take(ulong print, int label)
        {
            if (!_next.TryGetValue((print, label), out var row))
                return -1;
            _next[(print, label)] = _after[row];
            return row;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(RowOrigins))]
internal sealed partial class RowOriginsJson : JsonSerializerContext;
