using System.Text.Json.Serialization;

namespace Trainable.Contracts;

/// <summary>
/// Something a script logged that is more than a number. The same name again, of the same stage, kind and run, replaces it.
/// </summary>
public sealed record RichLog
{
    /// <summary>One of <see cref="RichLogKinds"/>.</summary>
    public required string Kind { get; init; }
    public required string Name { get; init; }
    public required string Stage { get; init; }
    public string? RunTag { get; init; }
    public long? Step { get; init; }

    /// <summary>
    /// By kind: image <c>{path, caption}</c>, the path as the file API has it; table <c>{columns[], rows[][], total_rows,
    /// total_columns}</c>; confusion <c>{labels[], matrix[][]}</c>, rows the truth; curve <c>{x[], y[], x_label, y_label}</c>.
    /// </summary>
    public required RawJson Data { get; init; }

    /// <summary>The step that logged it; in the event alone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CallId { get; init; }

    /// <summary>In the session alone; an event has its own.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTime? CreatedAt { get; init; }
}

/// <summary>Values of <see cref="RichLog.Kind"/>.</summary>
public static class RichLogKinds
{
    public const string Image = "image";
    public const string Table = "table";
    public const string Confusion = "confusion";
    public const string Curve = "curve";

    public static readonly IReadOnlyList<string> All = [Image, Table, Confusion, Curve];
}
