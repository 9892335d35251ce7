using System.Text;
using System.Text.RegularExpressions;
using Trainable.Contracts;
using Trainable.Server.Agents.Tools;

namespace Trainable.Server.Agents;

/// <summary>
/// What of a tool's result a model may see where only the schema is shared: how a call ended and what files it made, but nothing
/// that a script printed or a file holds, for any of it may be a value of a cell. The person sees all of it as ever.
/// </summary>
internal static partial class SharedResult
{
    public static string? Note(string share) =>
        share == ShareLevels.Schema
            ? "The user shares the schema only: you see no value of any cell, and of a script's output only how it ended. "
                + "Write scripts that decide by themselves, keep what they find in files, and end with an error that says "
                + "where. A failing script tells you the kind of error and its line."
            : null;

    public static string Of(string tool, string result, string share)
    {
        if (share != ShareLevels.Schema)
            return result;
        return tool switch
        {
            ExecuteCodeTool.Name => OfStep(result),
            FinishStageTool.Name => OfVerdict(result),
            AskUserTool.Name => result,
            // A script can put any value into a file or a file's name.
            _ => "error: the user shares the schema only, so neither files nor their names are shown.",
        };
    }

    /// <summary>The codes alone: the sentences name columns, and a prepared column's name may hold a value.</summary>
    private static string OfVerdict(string result) =>
        string.Join(
            '\n',
            result.Split('\n').Select(line => Finding().Match(line) is { Success: true } code ? code.Value : line)
        );

    private static string OfStep(string result)
    {
        var lines = result.Split('\n');
        var told = new StringBuilder(Outcome().Match(lines[0]).Value);
        var kinds = lines.Select(line => ErrorKind().Match(line)).Where(match => match.Success).ToList();
        if (
            told.Length > 0
            && !result.StartsWith(ExecuteCodeTool.OkPrefix, StringComparison.Ordinal)
            && kinds.Count > 0
        )
            told.Append('\n').Append(kinds[^1].Groups["kind"].ValueSpan);
        var places = lines.Select(line => Place().Match(line)).Where(match => match.Success).ToList();
        if (places.Count > 0)
            told.Append(" at line ").Append(places[^1].Groups["line"].ValueSpan);
        told.Append("\n[the output is not shown: the user shares the schema only]");
        return told.Length > 0 ? told.ToString() : result;
    }

    [GeneratedRegex(@"^outcome: [a-z_]+ \([0-9.]+ s\)", RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex Outcome();

    [GeneratedRegex(
        @"^(error|warning) [a-z_]+(?=:)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        1_000
    )]
    private static partial Regex Finding();

    /// <summary>Python's own name for what went wrong; what follows it may be a value.</summary>
    [GeneratedRegex(
        @"^(?<kind>(Key|Value|Type|Name|Index|Attribute|Import|ModuleNotFound|FileNotFound|ZeroDivision|Memory|Runtime|"
            + @"Assertion|Syntax|Indentation|Unicode|OS|NotImplemented|Overflow|Permission|Recursion)Error)\b",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        1_000
    )]
    private static partial Regex ErrorKind();

    [GeneratedRegex(
        @"^\s*File ""[^""]*/scripts/step_[0-9]+_[a-z0-9_]*\.py"", line (?<line>[0-9]{1,6})",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        1_000
    )]
    private static partial Regex Place();
}
