using System.Text.RegularExpressions;
using Trainable.Contracts;

namespace Trainable.Cli.Terminal;

/// <summary>One tool call from its start to its line in the record: name, time, outcome, what it made.</summary>
internal sealed partial class StepProgress
{
    /// <summary>The longest name that the server gives a script: step_NN_ and forty characters.</summary>
    private const int NameWidth = 48;

    private readonly TimeProvider _clock;
    private readonly long _started;
    private readonly List<string> _files = [];
    private int _figures;

    public StepProgress(ToolStarted start, TimeProvider clock)
    {
        _clock = clock;
        _started = clock.GetTimestamp();
        CallId = start.CallId;
        Name = CleanText.Line(start.Tool);
    }

    public string? CallId { get; }

    /// <summary>The tool's name, or the script's once there is one.</summary>
    public string Name { get; private set; }

    public TimeSpan Elapsed => _clock.GetElapsedTime(_started);

    public void Add(FileCreated file)
    {
        var name = CleanText.Line(file.Name);
        if (file.Path.Contains("/scripts/", StringComparison.Ordinal))
            Name = Path.GetFileNameWithoutExtension(name);
        else if (Path.GetExtension(name) is ".png" or ".svg" or ".jpg")
            _figures++;
        else if (!_files.Contains(name))
            _files.Add(name);
    }

    public TextLine End(ToolEnded end)
    {
        var took = end.WallSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : Elapsed;
        var failed = end.Outcome is not (null or "ok");
        var line = TextLine
            .Of("  ")
            .Add(failed ? "✗" : "✓", failed ? Tone.Failed : Tone.Done)
            .Add($" {Name, -NameWidth}")
            .Add($" {Words.Duration(took), 8}", Tone.Quiet);
        if (failed)
            return line.Add($"  {Reason(end)}", Tone.Failed);
        if (Made() is { Length: > 0 } made)
            line.Add($"  + {made}", Tone.Quiet);
        return line;
    }

    private string Made()
    {
        const int Named = 3;
        var parts = _files.Take(Named).ToList();
        if (_files.Count > Named)
            parts.Add(Words.Count(_files.Count - Named, "more file"));
        if (_figures > 0)
            parts.Add(Words.Count(_figures, "figure"));
        return string.Join(", ", parts);
    }

    private static string Reason(ToolEnded end) =>
        end.Outcome switch
        {
            "timeout" => "ran out of time",
            "cancelled" => "cancelled",
            "out_of_memory" => "ran out of memory",
            "output_limit" => "wrote more than it may",
            "cpu_limit" => "used more CPU time than it may",
            "disk_limit" => "took more of the disk than it may",
            "file_limit" => "wrote a file larger than it may",
            "process_limit" => "started more processes than it may",
            "lost" => "the sandbox was lost",
            _ => ErrorLine(end.Output) is { Length: > 0 } error ? error : $"exit code {end.ExitCode ?? 1}",
        };

    /// <summary>The line that names the exception, which the host's own sentence may follow.</summary>
    private static string ErrorLine(string output)
    {
        var lines = CleanText
            .Block(output)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.LastOrDefault(line => Exception().IsMatch(line)) ?? lines.LastOrDefault() ?? "";
    }

    [GeneratedRegex(
        @"^[\w.]*(Error|Exception|Exit|Interrupt)(:|$)",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking
    )]
    private static partial Regex Exception();
}
