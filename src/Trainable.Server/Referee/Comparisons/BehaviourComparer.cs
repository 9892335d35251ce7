using System.Globalization;
using DuckDB.NET.Data;
using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Platform;
using Trainable.Server.Referee.Files;
using Trainable.Server.Referee.Scoring;

namespace Trainable.Server.Referee.Comparisons;

/// <summary>
/// Whether two pickled objects do the same: they may hold addresses, times or an order of their own, so that their bytes say
/// little. Models are asked in sandboxes; what a pipeline makes of the held rows was kept when they were sealed.
/// </summary>
internal sealed class BehaviourComparer(HeldRows held, ModelScorer scorer, TrainableHome home)
{
    private const long Memory = 1L << 30;

    /// <summary>Answers this close are one.</summary>
    private const double Tolerance = 1e-9;

    /// <summary>What of two models' answers on the held rows differs, or that nothing does.</summary>
    public async Task<(bool Same, string Detail)> ModelsAsync(ComparedSessions pair, CancellationToken cancellation)
    {
        var subject = pair.SubjectOf(pair.Original, Stages.Train);
        if (held.ReadTerms(subject) is not { } terms)
            return (false, "no rows are held on which both could be asked");
        var sealedTest = held.SealedTest(pair.Experiment, pair.Original);
        using var ours = new Workbench(home);
        using var theirs = new Workbench(home);
        using var tables = TableDatabase.Open(
            new TableAccess([ours.In, theirs.In, home.HeldOf(pair.Experiment)], ours.In, Memory),
            cancellation
        );
        try
        {
            var first = await scorer.PredictAsync(subject, sealedTest, terms, ours, tables, cancellation);
            var second = await scorer.PredictAsync(
                pair.SubjectOf(pair.Replay, Stages.Train),
                sealedTest,
                terms,
                theirs,
                tables,
                cancellation
            );
            if (!(first.Classes ?? []).SequenceEqual(second.Classes ?? [], StringComparer.Ordinal))
                return (false, "the classes they tell apart are not the same");
            return Answers(tables, first.File, second.File);
        }
        catch (UserFacingException refused)
        {
            return (false, $"their answers cannot be compared: {refused.Message}");
        }
        catch (DuckDBException)
        {
            return (false, "their answers cannot be compared: one of them gave no table");
        }
    }

    /// <summary>Whether two pipelines made the same of the held rows.</summary>
    public (bool Same, string Detail) Pipelines(ComparedSessions pair, CancellationToken cancellation)
    {
        var (first, second) = (
            held.SealedTest(pair.Experiment, pair.Original),
            held.SealedTest(pair.Experiment, pair.Replay)
        );
        if (!held.HasSealed(pair.Experiment, pair.Original) || !held.HasSealed(pair.Experiment, pair.Replay))
            return (false, "no rows are held that both have transformed");
        using var bench = new Workbench(home);
        using var tables = TableDatabase.Open(
            new TableAccess([home.HeldOf(pair.Experiment)], bench.In, Memory),
            cancellation
        );
        return TableComparer.Find(tables, first, second) is { } difference
            ? (false, $"what it makes of the held rows differs: {difference}")
            : (true, "it makes the same of every held row");
    }

    private static (bool, string) Answers(TableDatabase tables, string ours, string theirs)
    {
        var columns = tables.Query(
            $"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet({TableDatabase.Literal(ours)}))",
            row => (Name: TableDatabase.Identifier(row.GetString(0)), Type: row.GetString(1))
        );
        var differs = string.Join(
            " OR ",
            columns.Select(column =>
                column.Type is "DOUBLE" or "FLOAT"
                    ? $"coalesce(abs(a.{column.Name} - b.{column.Name}) > {Tolerance.ToString(CultureInfo.InvariantCulture)} * greatest(1, abs(a.{column.Name})), a.{column.Name} IS DISTINCT FROM b.{column.Name})"
                    : $"a.{column.Name} IS DISTINCT FROM b.{column.Name}"
            )
        );
        var (rows, differing) = tables.Query(
            $"SELECT count(*), count(*) FILTER (WHERE {differs})"
                + $" FROM read_parquet({TableDatabase.Literal(ours)}, file_row_number = true) a"
                + $" JOIN read_parquet({TableDatabase.Literal(theirs)}, file_row_number = true) b"
                + " ON a.file_row_number = b.file_row_number",
            row => (row.GetInt64(0), row.GetInt64(1))
        )[0];
        return differing == 0
            ? (true, $"it gives the same answers on {rows:N0} held rows")
            : (false, $"its answers differ on {differing:N0} of {rows:N0} held rows");
    }
}
