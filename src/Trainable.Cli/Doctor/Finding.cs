using System.Text.Json.Serialization;

namespace Trainable.Cli.Doctor;

[JsonConverter(typeof(JsonStringEnumConverter<FindingStatus>))]
internal enum FindingStatus
{
    [JsonStringEnumMemberName("ok")]
    Ok,

    /// <summary>It works, and a person should know something about it.</summary>
    [JsonStringEnumMemberName("warning")]
    Warning,

    /// <summary>Something has to be installed first.</summary>
    [JsonStringEnumMemberName("missing")]
    Missing,

    /// <summary>Something is there and does not work.</summary>
    [JsonStringEnumMemberName("broken")]
    Broken,
}

/// <summary>One thing that was looked at: what it is, how it stands, and what to do about it.</summary>
internal sealed record Finding(string Group, string Name, FindingStatus Status, string Sentence, string? Todo = null)
{
    public static Finding Ok(string group, string name, string sentence) =>
        new(group, name, FindingStatus.Ok, sentence);

    public static Finding Warning(string group, string name, string sentence, string? todo = null) =>
        new(group, name, FindingStatus.Warning, sentence, todo);

    public static Finding Missing(string group, string name, string sentence, string todo = "./trainable setup") =>
        new(group, name, FindingStatus.Missing, sentence, todo);

    public static Finding Broken(string group, string name, string sentence, string? todo = null) =>
        new(group, name, FindingStatus.Broken, sentence, todo);
}

/// <summary>Everything that was looked at.</summary>
internal sealed record Diagnosis(IReadOnlyList<Finding> Findings)
{
    /// <summary>True when a run can be expected to work.</summary>
    public bool Ok => Findings.All(finding => finding.Status is FindingStatus.Ok or FindingStatus.Warning);

    /// <summary>What is missing comes first: much that looks broken works once it is there.</summary>
    [JsonIgnore]
    public int ExitCode =>
        Findings.Any(finding => finding.Status is FindingStatus.Missing) ? ExitCodes.Missing
        : Findings.Any(finding => finding.Status is FindingStatus.Broken) ? ExitCodes.Failed
        : ExitCodes.Ok;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Diagnosis))]
[JsonSerializable(typeof(Inventory))]
internal sealed partial class DoctorJson : JsonSerializerContext;
