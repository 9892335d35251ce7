using System.Text.Json;
using Trainable.Contracts;
using Trainable.Server.Events;

namespace Trainable.Server.Metrics;

/// <summary>
/// Understands the SDK's <c>{"rich_log": {kind, name, step, run, data}}</c>. What it holds was written by a hostile program:
/// only what has the shape of its kind is taken.
/// </summary>
internal static class RichLogLines
{
    private const int MaxNameLength = 200;
    private const int MaxPathLength = 1_000;

    /// <param name="log">What a line's <c>rich_log</c> holds.</param>
    /// <param name="stage">The stage of the step that wrote it.</param>
    /// <param name="directory">The stage's directory as the API names it: an image's path is within it.</param>
    public static RichLog? Read(JsonElement log, string stage, string directory)
    {
        if (
            log.ValueKind != JsonValueKind.Object
            || Text(log, "kind", MaxNameLength) is not { } kind
            || Text(log, "name", MaxNameLength) is not { Length: > 0 } name
            || !log.TryGetProperty("data", out var data)
            || data.ValueKind != JsonValueKind.Object
        )
            return null;
        var shown = kind switch
        {
            RichLogKinds.Image => Image(data, directory),
            RichLogKinds.Table when IsTable(data) => Write(data, "columns", "rows", "total_rows", "total_columns"),
            RichLogKinds.Confusion when IsConfusion(data) => Write(data, "labels", "matrix"),
            RichLogKinds.Curve when IsCurve(data) => Write(data, "x", "y", "x_label", "y_label"),
            _ => null,
        };
        if (shown is null)
            return null;
        return new RichLog
        {
            Kind = kind,
            Name = name,
            Stage = stage,
            RunTag = Text(log, "run", MaxNameLength),
            Step =
                log.TryGetProperty("step", out var step)
                && step.ValueKind == JsonValueKind.Number
                && step.TryGetInt64(out var at)
                    ? at
                    : null,
            Data = new RawJson(shown),
        };
    }

    /// <summary>A path that climbs is no image's: the file API would refuse it later.</summary>
    private static string? Image(JsonElement data, string directory)
    {
        if (Text(data, "path", MaxPathLength) is not { Length: > 0 } path || path[0] == '/')
            return null;
        if (path.Split('/').Any(part => part is "" or "." or ".."))
            return null;
        return Write(writer =>
        {
            writer.WriteString("path", $"{directory}/{path}");
            writer.WriteString("caption", Text(data, "caption", MaxPathLength));
        });
    }

    /// <summary>
    /// Written anew, with what the kind has and nothing else: an event's JSON stands on one line of the stream, and what a
    /// script wrote may have a carriage return between its tokens.
    /// </summary>
    private static string Write(JsonElement data, params string[] names) =>
        Write(writer =>
        {
            foreach (var name in names)
            {
                if (
                    data.TryGetProperty(name, out var value)
                    && value.ValueKind is JsonValueKind.Array or JsonValueKind.Number or JsonValueKind.String
                )
                {
                    writer.WritePropertyName(name);
                    value.WriteTo(writer);
                }
            }
        });

    private static string Write(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, EventDraft.Plainly))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    private static bool IsTable(JsonElement data) =>
        Array(data, "columns") is { } columns
        && columns.EnumerateArray().All(column => column.ValueKind == JsonValueKind.String)
        && Array(data, "rows") is { } rows
        && rows.EnumerateArray()
            .All(row =>
                row.ValueKind == JsonValueKind.Array
                && row.GetArrayLength() == columns.GetArrayLength()
                && row.EnumerateArray().All(cell => cell.ValueKind is not (JsonValueKind.Array or JsonValueKind.Object))
            );

    private static bool IsConfusion(JsonElement data) =>
        Array(data, "labels") is { } labels
        && labels.EnumerateArray().All(label => label.ValueKind == JsonValueKind.String)
        && Array(data, "matrix") is { } matrix
        && matrix.GetArrayLength() == labels.GetArrayLength()
        && matrix
            .EnumerateArray()
            .All(row =>
                row.ValueKind == JsonValueKind.Array
                && row.GetArrayLength() == labels.GetArrayLength()
                && row.EnumerateArray().All(IsNumber)
            );

    private static bool IsCurve(JsonElement data) =>
        Array(data, "x") is { } x
        && Array(data, "y") is { } y
        && x.GetArrayLength() == y.GetArrayLength()
        && x.EnumerateArray().Concat(y.EnumerateArray()).All(IsNumber);

    private static bool IsNumber(JsonElement value) => value.ValueKind == JsonValueKind.Number;

    private static JsonElement? Array(JsonElement data, string name) =>
        data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? value : null;

    private static string? Text(JsonElement parent, string name, int longest) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString() is { } text && text.Length > longest
                ? text[..longest]
                : value.GetString()
            : null;
}
