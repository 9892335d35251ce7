using Trainable.Contracts;

namespace Trainable.Cli.Commands;

/// <summary>What <c>trainable run</c> was asked to do.</summary>
internal sealed record RunArguments
{
    public required string Data { get; init; }

    /// <summary>The last stage to run.</summary>
    public required string Until { get; init; }
    public string? Name { get; init; }

    /// <summary>A session whose experiment gets the data as a new version; null for an experiment of its own.</summary>
    public string? VersionOf { get; init; }
    public string Instructions { get; init; } = "";
    public required RunOptions Run { get; init; }
    public required ExperimentOptions Options { get; init; }
    public string? Home { get; init; }
    public bool Json { get; init; }

    public IEnumerable<string> ExpectedStages => Stages.All.TakeWhile(stage => stage != Until).Append(Until);
}
