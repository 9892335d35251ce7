using System.Text.Json.Serialization;

namespace Trainable.Server.Sandboxes.Runner;

/// <summary>What the host tells the runner; see <c>docs/runner-protocol.md</c>.</summary>
internal sealed record RunnerCommand
{
    public required string Op { get; init; }
    public required int Step { get; init; }
    public string? Script { get; init; }
    public string? Cwd { get; init; }
    public IReadOnlyList<string>? Args { get; init; }
    public IReadOnlyDictionary<string, string>? Env { get; init; }
    public RunnerLimits? Limits { get; init; }
    public bool? All { get; init; }

    public static RunnerCommand Go(int step) => new() { Op = "go", Step = step };

    public static RunnerCommand Kill(int step, bool all) =>
        new()
        {
            Op = "kill",
            Step = step,
            All = all,
        };
}

/// <summary>Limits the runner sets with setrlimit in the child, before its gate opens.</summary>
internal sealed record RunnerLimits
{
    public long? AddressSpace { get; init; }
    public long? FileSize { get; init; }
    public long? OpenFiles { get; init; }
    public long? Processes { get; init; }
    public long? CpuS { get; init; }
}

/// <summary>What the runner tells the host: one shape for every event, with what an event lacks left null.</summary>
internal sealed record RunnerEvent
{
    public required string Event { get; init; }
    public int? Step { get; init; }

    /// <summary>As the runner's pid namespace counts.</summary>
    public int? Pid { get; init; }
    public string? Stream { get; init; }
    public int? Bytes { get; init; }
    public int? Code { get; init; }
    public int? Signal { get; init; }
    public double? WallS { get; init; }
    public double? UserS { get; init; }
    public double? SystemS { get; init; }
    public long? MaxRss { get; init; }
    public string? Error { get; init; }
    public string? Python { get; init; }
    public double? PreloadS { get; init; }
    public IReadOnlyDictionary<string, string>? Packages { get; init; }
    public IReadOnlyDictionary<string, string>? Missing { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(RunnerCommand))]
[JsonSerializable(typeof(RunnerEvent))]
internal sealed partial class RunnerJson : JsonSerializerContext;
