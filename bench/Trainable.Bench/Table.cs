using System.Globalization;
using System.Text;
using Trainable.Bench.Rows;
using Trainable.Bench.Rows.Data;
using Trainable.Bench.Rows.Sandbox;

namespace Trainable.Bench;

/// <summary>Runs the rows asked for (all by default) and writes them into the table of bench/README.md.</summary>
internal static class Table
{
    private const string Begin = "<!-- begin: bench/run writes this -->";
    private const string End = "<!-- end -->";

    private static readonly (string Name, Func<Task<IReadOnlyList<Measurement>>> Run)[] Rows =
    [
        ("start", StartRow.RunAsync),
        ("reads", ReadRows.RunAsync),
        ("burst", BurstRow.RunAsync),
        ("metrics", MetricRow.RunAsync),
        ("steps", StepRows.RunAsync),
        ("s3", S3Row.RunAsync),
        ("data-upload", UploadRow.RunAsync),
        ("data-pages", FirstPageRows.RunAsync),
        ("predict", PredictRow.RunAsync),
        ("turns", TurnRows.RunAsync),
        ("sandbox-times", StepTimes.RunAsync),
        ("sandbox-loop", LoopRow.RunAsync),
        ("sandbox-flood", FloodRow.RunAsync),
        ("sandbox-memory", OpenSessionsRow.RunAsync),
    ];

    public static async Task<int> RunAsync(string[] names)
    {
        if (names is ["--help" or "-h", ..])
        {
            Console.WriteLine(
                $"""
                bench/run [ROW]…   takes the figures of bench/README.md; without rows the table there, which it then writes

                Rows: {string.Join(", ", Rows.Select(row => row.Name))}. What each counts is told in bench/README.md.
                """
            );
            return 0;
        }
        var unknown = names.Where(name => !Rows.Any(row => IsAskedFor(row.Name, name))).ToList();
        if (unknown.Count > 0)
        {
            await Console.Error.WriteLineAsync(
                $"There is no row '{unknown[0]}'. Rows: {string.Join(", ", Rows.Select(row => row.Name))}; none runs all."
            );
            return 2;
        }
        var load = Machine.Load();
        if (load > Environment.ProcessorCount / 2.0)
            await Console.Error.WriteLineAsync(
                $"The machine is busy (load average {load}): the figures will be worse."
            );
        var measured = new List<Measurement>();
        foreach (var row in Rows.Where(row => names.Length == 0 || names.Any(name => IsAskedFor(row.Name, name))))
        {
            await Console.Error.WriteLineAsync($"{row.Name}…");
            foreach (var one in await row.Run())
            {
                measured.Add(one);
                Console.WriteLine(
                    $"{(one.Reached ? "ok    " : "missed")} {one.What}: {one.Result} (target {one.Target}; {one.Runs})"
                );
            }
        }
        if (names.Length == 0)
            await WriteAsync(measured, load);
        return 0;
    }

    /// <summary>"sandbox" asks for every row whose name begins with "sandbox-".</summary>
    private static bool IsAskedFor(string row, string name) =>
        row == name || row.StartsWith($"{name}-", StringComparison.Ordinal);

    private static async Task WriteAsync(List<Measurement> measured, double loadBefore)
    {
        var file = Path.Combine(Machine.Repository, "bench", "README.md");
        var text = await File.ReadAllTextAsync(file);
        var table = new StringBuilder();
        table.Append(CultureInfo.InvariantCulture, $"{Begin}\n\n{Machine.Describe(loadBefore)}\n\n");
        table.Append("| what | to reach | median | runs | |\n|---|---|---|---|---|\n");
        foreach (var one in measured)
        {
            table.Append(
                CultureInfo.InvariantCulture,
                $"| {one.What} | {one.Target} | {one.Result} | {one.Runs} | {(one.Reached ? "reached" : "missed")} |\n"
            );
        }
        table.Append('\n').Append(End);
        var begin = text.IndexOf(Begin, StringComparison.Ordinal);
        var end = text.IndexOf(End, StringComparison.Ordinal);
        if (begin < 0 || end < begin)
            throw new InvalidOperationException($"{file} has lost the markers between which the table stands.");
        await File.WriteAllTextAsync(file, text[..begin] + table + text[(end + End.Length)..]);
    }
}
