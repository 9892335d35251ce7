using System.CommandLine;
using System.Text.Json;
using Trainable.Cli.Doctor;
using Trainable.Cli.Serving;
using Trainable.Cli.Terminal;
using Trainable.Server.Platform;

namespace Trainable.Cli.Commands;

/// <summary><c>trainable doctor</c>: what is installed, what protects, what can be reached.</summary>
internal static class DoctorCommand
{
    public static Command Create(IDictionary<Command, string> lessons)
    {
        var home = Shared.Home();
        var json = Shared.Json("The findings as one JSON object.");
        var command = new Command("doctor", "Look at what is installed, what protects and what can be reached.")
        {
            home,
            json,
        };
        command.SetAction((line, _) => ExecuteAsync(line.GetValue(home), line.GetValue(json), TimeProvider.System));
        lessons[command] = """
            Examples:
              trainable doctor
              trainable doctor --json | jq -r '.findings[] | select(.status!="ok") | .sentence'

            A sandbox is opened and a line run in it, as a run would do. No server is started, and keys are never shown.
            Exit codes: 0 everything needed is there, 1 something is broken, 3 something has to be installed.
            """;
        return command;
    }

    private static async Task<int> ExecuteAsync(string? home, bool json, TimeProvider clock)
    {
        using var interrupts = new Interrupts();
        var diagnosis = new Diagnosis(await ExamineAsync(home, clock, interrupts.Token));
        if (json)
            Console.WriteLine(JsonSerializer.Serialize(diagnosis, DoctorJson.Default.Diagnosis));
        else
            Views.Print([.. diagnosis.Findings.GroupBy(finding => finding.Group).SelectMany(Lines), .. Sum(diagnosis)]);
        return diagnosis.ExitCode;
    }

    private static async Task<List<Finding>> ExamineAsync(
        string? root,
        TimeProvider clock,
        CancellationToken cancellation
    )
    {
        ServerOptions options;
        try
        {
            options = ServerOptions.FromEnvironment(root);
        }
        catch (UserFacingException wrong)
        {
            return [Finding.Broken("Place", "settings", wrong.Message)];
        }
        var surroundings = new Surroundings(options, clock);
        var findings = new List<Finding>(await new InstalledParts(clock).ExamineAsync(options.Home, cancellation));
        var (place, home) = surroundings.ExamineHome();
        // What is not there, or has nowhere to write, would only be found broken a second time.
        if (home is not null && new Diagnosis(findings).Ok)
            findings.AddRange(await new SandboxTrial(home, clock).ExamineAsync(cancellation));
        else
            findings.Add(Finding.Warning("Protection", "sandbox", "Not tried: see what is missing or broken."));
        findings.AddRange(place);
        if (home is not null)
            findings.AddRange(await surroundings.ExamineServerAsync(home, cancellation));
        findings.AddRange(await new S3Access(clock).ExamineAsync(cancellation));
        findings.AddRange(await new ModelAccess(clock).ExamineAsync(cancellation));
        return findings;
    }

    private static IEnumerable<TextLine> Lines(IGrouping<string, Finding> group)
    {
        yield return TextLine.Of(group.Key, Tone.Strong);
        foreach (var finding in group)
        {
            var (mark, tone) = finding.Status switch
            {
                FindingStatus.Ok => ("✓", Tone.Done),
                FindingStatus.Warning => ("!", Tone.Warning),
                _ => ("✗", Tone.Failed),
            };
            yield return new TextLine { Whole = true }
                .Add("  ")
                .Add(mark, tone)
                .Add($" {finding.Name, -14} ", Tone.Quiet)
                .Add(CleanText.Line(finding.Sentence));
            if (finding.Todo is { } todo)
                yield return new TextLine { Whole = true }.Add($"{"", 19}→ {todo}", tone);
        }
        yield return TextLine.Empty;
    }

    private static IEnumerable<TextLine> Sum(Diagnosis diagnosis)
    {
        var warnings = diagnosis.Findings.Count(finding => finding.Status is FindingStatus.Warning);
        var noted = warnings > 0 ? $" {Words.Count(warnings, "warning")}." : "";
        yield return diagnosis.ExitCode switch
        {
            ExitCodes.Ok => TextLine.Of("Everything needed is there.", Tone.Done).Add(noted),
            ExitCodes.Missing => TextLine
                .Of("Something has to be installed: './trainable setup' does it.", Tone.Failed)
                .Add(noted),
            _ => TextLine.Of("Something is broken; the lines with ✗ say what.", Tone.Failed).Add(noted),
        };
    }
}
