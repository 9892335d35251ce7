using System.Text.Json;
using Trainable.Contracts;

namespace Trainable.Server.Metrics;

/// <summary>What one SDK line held.</summary>
internal readonly record struct MetricLine(IReadOnlyList<MetricPoint> Points, ChartConfig? Charts, bool HadNonFinite)
{
    /// <summary>An image, a table, a confusion matrix or a curve.</summary>
    public RichLog? Rich { get; init; }
}

/// <summary>
/// Understands the SDK's JSON lines: <c>{"step","metrics":{…},"run"?}</c>, <c>{"step","metric","value","run"?}</c>,
/// <c>{"chart_config":{"charts":[…]}}</c> and <c>{"rich_log":{…}}</c>. Leading spaces are fine, integers become floats, what is
/// not a number is skipped, NaN and infinities (bare, or as strings) become null.
/// </summary>
internal static class MetricLines
{
    private const int MaxNameLength = 200;

    /// <summary>Longer lines are never SDK lines.</summary>
    public const int MaxLineBytes = 256 * 1024;

    public static bool MayBe(ReadOnlySpan<byte> line)
    {
        line = line.Trim(" \t\r"u8);
        return line.Length is > 8 and <= MaxLineBytes && line[0] == '{' && line[^1] == '}';
    }

    /// <param name="line">Without the end of the line.</param>
    /// <param name="stage">The stage of the step that wrote it.</param>
    /// <param name="parsed">What it held, when true.</param>
    /// <param name="directory">The stage's directory as the API names it.</param>
    public static bool TryParse(ReadOnlySpan<byte> line, string stage, out MetricLine parsed, string directory = "")
    {
        parsed = default;
        if (!MayBe(line))
            return false;
        try
        {
            // json.dumps writes bare NaN and Infinity, which are not JSON: quote them first.
            var reader = new Utf8JsonReader(line.IndexOfAny("NI"u8) >= 0 ? NonFinite.Quote(line) : line);
            using var document = JsonDocument.ParseValue(ref reader);
            // Anything after the object makes it ordinary output, and Read throws.
            return !reader.Read() && Read(document.RootElement, stage, directory, out parsed);
        }
        catch (JsonException)
        {
            return false; // Ordinary output that happens to look like an object.
        }
    }

    private static bool Read(JsonElement root, string stage, string directory, out MetricLine parsed)
    {
        parsed = default;
        if (root.TryGetProperty("rich_log", out var log))
        {
            var rich = RichLogLines.Read(log, stage, directory);
            parsed = new MetricLine([], null, HadNonFinite: false) { Rich = rich };
            return rich is not null;
        }
        if (root.TryGetProperty("chart_config", out var config))
        {
            var charts = ReadCharts(config);
            parsed = new MetricLine([], charts, HadNonFinite: false);
            return charts is not null;
        }
        if (!root.TryGetProperty("step", out var stepValue) || !TryStep(stepValue, out var step))
            return false;
        var run =
            root.TryGetProperty("run", out var tag) && tag.ValueKind == JsonValueKind.String ? tag.GetString() : null;
        var points = new List<MetricPoint>();
        var nonFinite = false;
        if (root.TryGetProperty("metrics", out var metrics) && metrics.ValueKind == JsonValueKind.Object)
        {
            foreach (var metric in metrics.EnumerateObject())
                Add(metric.Name, metric.Value);
        }
        else if (
            root.TryGetProperty("metric", out var name)
            && name.ValueKind == JsonValueKind.String
            && root.TryGetProperty("value", out var value)
        )
            Add(name.GetString()!, value);
        else
            return false;
        parsed = new MetricLine(points, null, nonFinite);
        return true;

        void Add(string name, JsonElement value)
        {
            if (!TryValue(value, out var number))
                return;
            if (number is { } finite && !double.IsFinite(finite))
                number = null;
            nonFinite |= number is null;
            points.Add(new MetricPoint(step, Cut(name), number, stage, run is null ? null : Cut(run)));
        }
    }

    private static string Cut(string name) => name.Length <= MaxNameLength ? name : name[..MaxNameLength];

    private static bool TryStep(JsonElement value, out long step)
    {
        step = 0;
        if (value.ValueKind != JsonValueKind.Number)
            return false;
        if (value.TryGetInt64(out step))
            return true;
        if (!value.TryGetDouble(out var real) || Math.Abs(real) > 1e15)
            return false;
        step = (long)real;
        return true;
    }

    /// <summary>True for a number (null when it is not finite); false for anything else.</summary>
    private static bool TryValue(JsonElement value, out double? number)
    {
        number = null;
        switch (value.ValueKind)
        {
            case JsonValueKind.Number:
                number = value.TryGetDouble(out var real) ? real : null;
                return true;
            case JsonValueKind.String:
                return value.GetString() is "NaN" or "Infinity" or "-Infinity";
            default:
                return false;
        }
    }

    private static ChartConfig? ReadCharts(JsonElement config)
    {
        if (
            config.ValueKind != JsonValueKind.Object
            || !config.TryGetProperty("charts", out var list)
            || list.ValueKind != JsonValueKind.Array
        )
            return null;
        var charts = new List<ChartSpec>();
        foreach (var chart in list.EnumerateArray().Take(50))
        {
            if (chart.ValueKind != JsonValueKind.Object || !chart.TryGetProperty("metrics", out var metrics))
                continue;
            if (metrics.ValueKind != JsonValueKind.Array)
                continue;
            charts.Add(
                new ChartSpec(
                    Text(chart, "title") ?? "Chart",
                    [
                        .. metrics
                            .EnumerateArray()
                            .Where(name => name.ValueKind == JsonValueKind.String)
                            .Take(50)
                            .Select(name => Cut(name.GetString()!)),
                    ],
                    Text(chart, "type") ?? "line"
                )
            );
        }
        return new ChartConfig(charts);
    }

    private static string? Text(JsonElement chart, string name) =>
        chart.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? Cut(value.GetString()!)
            : null;
}
