using System.Diagnostics;
using System.Globalization;
using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Referee.Files;

namespace Trainable.Bench.Leaks;

/// <summary>A table into which leaks are put: raw values as text, and which column is to be predicted.</summary>
internal sealed record LeakTable(string Name, RawRows Rows, string Target, string Problem)
{
    private const double HoldoutShare = 0.15;

    public string?[] Answers { get; } = Rows.Values[Array.IndexOf([.. Rows.Columns], Target)];

    /// <summary>The same table with one more column.</summary>
    public LeakTable With(string column, string?[] values) =>
        this with
        {
            Rows = new RawRows([.. Rows.Columns, column], [.. Rows.Values, values]),
        };

    /// <summary>Without the rows that the host would hold: what a leak was made from is more than the referee looks at.</summary>
    public LeakTable Working(Dice dice)
    {
        var kept = Enumerable.Range(0, Rows.Count).Where(_ => !dice.Falls(HoldoutShare)).ToList();
        return this with
        {
            Rows = new RawRows(
                Rows.Columns,
                [.. Rows.Values.Select(column => kept.Select(row => column[row]).ToArray())]
            ),
        };
    }

    /// <summary>The files of a folder (with the index of bench/automl, or the last column as the target), or FILE:TARGET.</summary>
    public static IEnumerable<LeakTable> Given(string source)
    {
        if (!Directory.Exists(source))
        {
            var cut = source.LastIndexOf(':');
            if (cut < 0)
                throw new ArgumentException(
                    $"'{source}' is no folder and names no target; write FILE:TARGET.",
                    nameof(source)
                );
            return [Read(source[..cut], source[(cut + 1)..])];
        }
        var index = Path.Combine(source, "targets.csv");
        return File.Exists(index)
            ? File.ReadLines(index)
                .Select(line => line.Split(','))
                .Where(parts => parts.Length > 1 && parts[0] != "file")
                .Select(parts => Read(Path.Combine(source, parts[0]), parts[1]))
            : Directory.EnumerateFiles(source, "*.csv").Order().Select(file => Read(file, target: null));
    }

    /// <summary>The samples that come with Trainable, written by their own program.</summary>
    public static IEnumerable<LeakTable> Samples(string root, string scratch)
    {
        var program = Path.Combine(root, "python", "trainable_samples");
        using var list = System.Text.Json.JsonDocument.Parse(Python("-I", program, "list"));
        foreach (var sample in list.RootElement.EnumerateArray())
        {
            var name = sample.GetProperty("name").GetString()!;
            var file = Path.Combine(scratch, $"{name}.csv");
            Python("-I", program, "write", name, file);
            yield return Read(file, sample.GetProperty("target").GetString());
        }
    }

    private static string Python(params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo("/usr/bin/python3", arguments)
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? said
            : throw new InvalidOperationException($"python3 {string.Join(' ', arguments)} failed.");
    }

    private static LeakTable Read(string file, string? target)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        using var tables = TableDatabase.Open(
            new TableAccess([folder], Path.GetTempPath(), 1L << 30),
            CancellationToken.None
        );
        var source = $"read_csv({TableDatabase.Literal(Path.GetFullPath(file))}, all_varchar = true, header = true)";
        var columns = tables.Query(
            $"SELECT column_name FROM (DESCRIBE SELECT * FROM {source})",
            row => row.GetString(0)
        );
        var values = columns.Select(_ => new List<string?>()).ToArray();
        tables.ForEach(
            $"SELECT * FROM {source}",
            row =>
            {
                for (var column = 0; column < values.Length; column++)
                {
                    var text = row.IsDBNull(column) ? null : row.GetString(column);
                    values[column].Add(text is null || MissingValues.Contains(text) ? null : text);
                }
            }
        );
        var rows = new RawRows(columns, [.. values.Select(list => list.ToArray())]);
        var goal = target ?? columns[^1];
        return new LeakTable(Path.GetFileNameWithoutExtension(file), rows, goal, ProblemOf(rows, goal));
    }

    private static string ProblemOf(RawRows rows, string target)
    {
        var answers = rows.Values[Array.IndexOf([.. rows.Columns], target)].OfType<string>().ToList();
        var distinct = answers.Distinct(StringComparer.Ordinal).Count();
        var isNumeric = answers.TrueForAll(text => double.TryParse(text, CultureInfo.InvariantCulture, out _));
        return isNumeric && distinct > 20 ? ProblemTypes.Regression
            : distinct == 2 ? ProblemTypes.Binary
            : ProblemTypes.Multiclass;
    }
}
