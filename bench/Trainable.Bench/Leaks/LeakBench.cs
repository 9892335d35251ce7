using System.Globalization;
using Trainable.Contracts;
using Trainable.Server.Referee.Checks;
using Trainable.Server.Referee.Suspicions;

namespace Trainable.Bench.Leaks;

/// <summary>Puts leaks into clean data and counts what the referee's own checks say; then what they say of clean data.</summary>
internal static class LeakBench
{
    private const int Tables = 120;
    private const int RowTables = 36;
    private static readonly DateTime Now = new(2026, 11, 1, 0, 0, 0, DateTimeKind.Utc);

    public static async Task<int> RunAsync(string[] arguments)
    {
        var root = arguments is ["--root", var named, ..] ? named : ".";
        var given = arguments is ["--root", _, .. var rest] ? rest : arguments;
        var scratch = Directory.CreateTempSubdirectory("leaks-").FullName;
        try
        {
            var clean = CleanTables.Make(Tables).ToList();
            var real = LeakTable.Samples(root, scratch).Concat(given.SelectMany(LeakTable.Given)).ToList();
            Injected("Seeded tables", clean);
            Injected("Samples and given files", real);
            Head("Rows and splits (seeded tables)");
            foreach (var tally in await RowLeaks.RunAsync(RowTables, scratch))
                Console.WriteLine(tally.Line());
            Head("Splits by group and by time (seeded tables)");
            foreach (var tally in await DivisionLeaks.RunAsync(RowTables, scratch))
                Console.WriteLine(tally.Line());
            Unharmed(clean, real);
            return 0;
        }
        catch (ArgumentException mistake)
        {
            await Console.Error.WriteLineAsync(mistake.Message);
            return 2;
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static void Injected(string title, List<LeakTable> tables)
    {
        Head(title);
        foreach (var injection in Injections.All)
        {
            var tally = new Tally(injection.Kind, injection.Strength);
            foreach (var (seed, table) in tables.Index())
            {
                if (injection.Make(table, new Dice(seed)) is not { } values)
                    continue;
                // The column alone beside the target: what is said of others does not depend on it.
                var codes = Among(table.With("injected", values).Working(new Dice(seed)), only: "injected")
                    .Select(one => one.Code)
                    .ToList();
                tally.Add(codes.Exists(injection.Codes.Contains), codes);
            }
            Console.WriteLine(tally.Line());
        }
    }

    /// <summary>What is named where nothing was put in: of seeded tables all of it is wrong, of real ones each is to be looked at.</summary>
    private static void Unharmed(List<LeakTable> clean, List<LeakTable> real)
    {
        var named = clean
            .SelectMany(table => Among(table, only: null).Select(one => $"{table.Name} `{one.Column}` {one.Code}"))
            .ToList();
        var columns = clean.Sum(table => table.Rows.Columns.Count - 1);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"\nClean columns of seeded tables: {columns:N0}; named {named.Count} ({(double)named.Count / columns:0.00 %}) {string.Join("; ", named.Take(10))}"
            )
        );
        foreach (var table in real)
            Console.WriteLine(
                $"{table.Name} ({table.Rows.Columns.Count - 1} columns): "
                    + string.Join(
                        ", ",
                        Among(table, only: null)
                            .Select(one => $"`{one.Column}` {one.Code}")
                            .DefaultIfEmpty("nothing is named")
                    )
            );
    }

    private static List<Suspicion> Among(LeakTable table, string? only)
    {
        var rows = table.Rows;
        var options = new ExperimentOptions
        {
            DropColumns = only is null
                ? []
                : [.. rows.Columns.Where(column => column != only && column != table.Target)],
        };
        return SuspicionCheck.Among(rows, table.Target, table.Problem, options, Now);
    }

    private static void Head(string title) =>
        Console.WriteLine($"\n### {title}\n\n| leak | strength | tables | named | said |\n|---|---|---:|---:|---|");
}
