using System.Text.Json;
using System.Text.Json.Nodes;
using Trainable.Contracts;

namespace Trainable.Server.Referee;

/// <summary>Collects what checks find.</summary>
internal sealed class Findings
{
    private readonly List<Finding> _passed = [];
    private readonly List<Finding> _warnings = [];
    private readonly List<Finding> _errors = [];

    public bool HasErrors => _errors.Count > 0;

    public void Pass(string code, string message) => _passed.Add(new Finding(code, message));

    public void Warn(string code, string message, JsonObject? evidence = null) =>
        _warnings.Add(new Finding(code, message, Element(evidence)));

    public void Fail(string code, string message, JsonObject? evidence = null) =>
        _errors.Add(new Finding(code, message, Element(evidence)));

    public CheckReport Report(string stage) =>
        new()
        {
            Stage = stage,
            Passed = _passed,
            Warnings = _warnings,
            Errors = _errors,
        };

    /// <summary>Names for a sentence: in back quotes, the first few of many.</summary>
    public static string Names(IReadOnlyCollection<string> columns, int most = 8)
    {
        var listed = string.Join(", ", columns.Take(most).Select(name => $"`{name}`"));
        return columns.Count > most ? $"{listed} and {columns.Count - most:N0} more" : listed;
    }

    private static JsonElement? Element(JsonObject? evidence) =>
        evidence is null ? null : JsonSerializer.SerializeToElement(evidence);
}
