using System.Text.Json;
using System.Text.Json.Nodes;
using Trainable.Contracts;
using Trainable.Server.Platform;
using Trainable.Server.Platform.Linux;

namespace Trainable.Server.Bundles;

/// <summary>
/// A session as one Jupyter notebook (nbformat 4.5), made of its log: what was said as text, each script as a cell with what
/// it printed and the figures it drew, and the reports.
/// </summary>
internal sealed class SessionNotebook(BundleSubject subject, TrainableHome home)
{
    private const long MostFigureBytes = 5L << 20;
    private const long MostFigures = 64L << 20;
    private const int MostOutput = 200_000;

    private readonly JsonArray _cells = [];
    private readonly Dictionary<string, JsonArray> _outputs = new(StringComparer.Ordinal);
    private int _executed;
    private long _figures;

    public JsonObject Make()
    {
        AddText($"# {subject.Name}\n\n{Introduction()}");
        foreach (var told in subject.Events)
            Add(told);
        return new JsonObject
        {
            ["cells"] = _cells,
            ["metadata"] = new JsonObject
            {
                ["kernelspec"] = new JsonObject
                {
                    ["display_name"] = "Python 3",
                    ["language"] = "python",
                    ["name"] = "python3",
                },
                ["language_info"] = new JsonObject { ["name"] = "python" },
            },
            ["nbformat"] = 4,
            ["nbformat_minor"] = 5,
        };
    }

    private string Introduction()
    {
        var asked = string.IsNullOrWhiteSpace(subject.Instructions) ? "" : $"\n\nAsked for: {subject.Instructions}";
        return $"Session `{subject.Train.SessionId}`, written by {subject.Model}. The scripts expect the working rows and the "
            + $"session's folders where their paths say (`/data/...`), each with its stage's folder as working directory.{asked}";
    }

    private void Add(StreamEvent told)
    {
        switch (told.Type)
        {
            case EventTypes.StateChange when Read(told, ContractJson.Default.StateChanged) is { } change:
                AddText($"## {Words(change.State)}");
                break;
            case EventTypes.UserMessage when Read(told, ContractJson.Default.UserMessage) is { } message:
                AddText($"**You:** {message.Content}");
                break;
            case EventTypes.AgentMessage when Read(told, ContractJson.Default.AgentMessage) is { } message:
                AddText(message.Text);
                break;
            case EventTypes.ReportReady when Read(told, ContractJson.Default.ReportReady) is { } report:
                AddText(report.Content);
                break;
            case EventTypes.ToolStart when Read(told, ContractJson.Default.ToolStarted) is { CallId: { } call } started:
                AddCode(started, call);
                break;
            case EventTypes.CodeOutput when Read(told, ContractJson.Default.CodeOutput) is { CallId: { } call } output:
                AddOutput(call, output);
                break;
            case EventTypes.FileCreated when Read(told, ContractJson.Default.FileCreated) is { CallId: { } call } file:
                AddFigure(call, file);
                break;
            default:
                break;
        }
    }

    private static T? Read<T>(StreamEvent told, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> json)
        where T : class => told.Data.Deserialize(json);

    private static string Words(string state) =>
        state.Split('_') is [var stage, var rest] ? $"{char.ToUpperInvariant(stage[0])}{stage[1..]} {rest}" : state;

    private void AddText(string text)
    {
        if (!string.IsNullOrWhiteSpace(text))
            _cells.Add((JsonNode)Cell("markdown", text));
    }

    private void AddCode(ToolStarted started, string call)
    {
        if (
            started.Input.ValueKind is not JsonValueKind.Object
            || !started.Input.TryGetProperty("code", out var code)
            || code.ValueKind is not JsonValueKind.String
        )
            return;
        var cell = Cell("code", code.GetString()!);
        var outputs = new JsonArray();
        cell["execution_count"] = ++_executed;
        cell["outputs"] = outputs;
        _outputs[call] = outputs;
        _cells.Add((JsonNode)cell);
    }

    private JsonObject Cell(string kind, string source) =>
        new()
        {
            ["cell_type"] = kind,
            ["id"] = $"cell-{_cells.Count + 1}",
            ["metadata"] = new JsonObject(),
            ["source"] = Lines(source),
        };

    private void AddOutput(string call, CodeOutput output)
    {
        if (!_outputs.TryGetValue(call, out var outputs))
            return;
        var name = output.Stream == "stderr" ? "stderr" : "stdout";
        if (
            outputs.LastOrDefault() is JsonObject last
            && last["name"]?.GetValue<string>() == name
            && last["text"] is JsonArray lines
        )
        {
            if (lines.Sum(line => line!.GetValue<string>().Length) < MostOutput)
                foreach (var line in Lines(output.Text))
                    lines.Add(line!.DeepClone());
            return;
        }
        outputs.Add(
            (JsonNode)
                new JsonObject
                {
                    ["output_type"] = "stream",
                    ["name"] = name,
                    ["text"] = Lines(output.Text),
                }
        );
    }

    private void AddFigure(string call, FileCreated file)
    {
        var session = $"/sessions/{subject.Train.SessionId}/";
        if (
            !_outputs.TryGetValue(call, out var outputs)
            || !file.Path.EndsWith(".png", StringComparison.OrdinalIgnoreCase)
            || !file.Path.StartsWith(session, StringComparison.Ordinal)
            || Figure(file.Path[session.Length..]) is not { } image
        )
            return;
        outputs.Add(
            (JsonNode)
                new JsonObject
                {
                    ["output_type"] = "display_data",
                    ["data"] = new JsonObject
                    {
                        ["image/png"] = Convert.ToBase64String(image),
                        ["text/plain"] = new JsonArray(file.Name),
                    },
                    ["metadata"] = new JsonObject(),
                }
        );
    }

    /// <summary>The picture as it is now: a step that ran again has drawn it anew.</summary>
    private byte[]? Figure(string path)
    {
        using var root = BeneathRoot.TryOpen(home.Session(subject.Train.SessionId));
        if (root is null)
            return null;
        var opened = root.OpenFile(path);
        using var handle = opened.Handle;
        if (
            handle is null
            || opened.Status.Length > MostFigureBytes
            || (_figures += opened.Status.Length) > MostFigures
        )
            return null;
        var bytes = new byte[opened.Status.Length];
        return RandomAccess.Read(handle, bytes, 0) == bytes.Length ? bytes : null;
    }

    /// <summary>Text as nbformat keeps it: lines with their ends.</summary>
    private static JsonArray Lines(string text)
    {
        var lines = new JsonArray();
        for (var start = 0; start < text.Length; )
        {
            var end = text.IndexOf('\n', start) is >= 0 and var found ? found + 1 : text.Length;
            lines.Add((JsonNode)JsonValue.Create(text[start..end]));
            start = end;
        }
        return lines;
    }
}
