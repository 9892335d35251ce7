using Trainable.Contracts;
using Trainable.Server.Platform;
using Trainable.Server.Referee;
using Trainable.Server.Referee.Checks;
using Trainable.Server.Referee.Files;

namespace Trainable.Bench.Leaks;

/// <summary>Train and val of a Prep, each rows of numbers with a target `y`.</summary>
internal sealed record PreparedSplits(
    IReadOnlyList<double[]> Train,
    IEnumerable<string> TrainLabels,
    IReadOnlyList<double[]> Val,
    IEnumerable<string> ValLabels
)
{
    public static readonly string[] Names = ["train", "val"];

    /// <summary>What the pipeline gives for the working rows, where a check asks.</summary>
    public IReadOnlyList<double[]>? Transformed { get; init; }

    /// <summary>Codes of the warnings and errors that a check of them has.</summary>
    public async Task<HashSet<string>> CodesAsync(string scratch, Action<SplitTables, Findings> check)
    {
        var stage = TrainableHome.Make(Path.Combine(scratch, $"{Guid.CreateVersion7():N}"));
        var data = TrainableHome.Make(Path.Combine(stage, "data"));
        PreparedTable.Write(Path.Combine(data, "train.parquet"), Train, TrainLabels);
        PreparedTable.Write(Path.Combine(data, "val.parquet"), Val, ValLabels);
        var findings = new Findings();
        var bench = new Workbench(new TrainableHome(Path.Combine(scratch, "home")));
        if (Transformed is not null)
            PreparedTable.Write(bench.Input("transformed.parquet"), Transformed, labels: null);
        using (var tables = SplitTables.Open(bench, [], CancellationToken.None))
        {
            foreach (var split in Names)
                await tables.LoadAsync(stage, split, findings, CancellationToken.None);
            check(tables, findings);
        }
        Directory.Delete(stage, recursive: true);
        var report = findings.Report(Stages.Prep);
        return [.. report.Warnings.Concat(report.Errors).Select(one => one.Code)];
    }
}
