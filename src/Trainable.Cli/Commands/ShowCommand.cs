using System.CommandLine;
using System.Text.Json;
using Trainable.Cli.Api;
using Trainable.Cli.Serving;
using Trainable.Cli.Terminal;
using Trainable.Contracts;

namespace Trainable.Cli.Commands;

/// <summary><c>trainable show</c>: one session's stages, score, files and last words.</summary>
internal static class ShowCommand
{
    private const int LastMessages = 8;

    public static Command Create(IDictionary<Command, string> lessons)
    {
        var session = Shared.Session();
        session.DefaultValueFactory = _ => SessionName.Latest;
        var home = Shared.Home();
        var json = Shared.Json("The same as one JSON object.");
        var command = new Command("show", "Show where a session stands: stages, score, files, last messages.")
        {
            session,
            home,
            json,
        };
        command.SetAction(
            (line, _) => ExecuteAsync(line.GetRequiredValue(session), line.GetValue(home), line.GetValue(json))
        );
        lessons[command] = """
            Examples:
              trainable show
              trainable show 0192f3a1
              trainable show latest --json | jq .score
            """;
        return command;
    }

    private static async Task<int> ExecuteAsync(string name, string? home, bool json)
    {
        using var interrupts = new Interrupts();
        await using var server = await HomeServer.OpenAsync(home, 0, "show", TimeProvider.System, interrupts.Token);
        var session = await SessionName.ResolveAsync(server.Api, name, interrupts.Token);
        var detail = await server.Api.GetSessionAsync(session, interrupts.Token);
        var dataset = await server.Api.FindDatasetAsync(detail.ExperimentId, interrupts.Token);
        var report = SessionReport.From(detail, dataset, server.Home);
        if (json)
            Console.WriteLine(JsonSerializer.Serialize(report, ReportJson.Default.SessionReport));
        else
            Views.Print([.. Head(report), .. Files(detail), .. Messages(detail), .. ReportWriter.Lines(report)]);
        return ExitCodes.Ok;
    }

    private static IEnumerable<TextLine> Head(SessionReport report)
    {
        var activity = report.Activity is { } does ? $", {does}" : "";
        yield return TextLine
            .Of(CleanText.Line(report.Name), Tone.Strong)
            .Add($"   {Words.State(report.State)}{activity}")
            .Add(report.Share is { } share ? $"   shares {Words.Share(share)} with the model" : "", Tone.Quiet);
        foreach (var stage in report.Stages)
        {
            var took = stage.Seconds is { } seconds ? Words.Duration(TimeSpan.FromSeconds(seconds)) : "";
            yield return TextLine
                .Of($"  {Words.Stage(stage.Stage), -6}")
                .Add($" {stage.Status, -10}", ToneOf(stage.Status))
                .Add($" {took, 8}   {CleanText.Line(stage.Model)}", Tone.Quiet);
        }
    }

    private static IEnumerable<TextLine> Files(SessionDetail detail)
    {
        if (detail.Artifacts.Count == 0)
            yield break;
        yield return TextLine.Empty;
        foreach (var stage in detail.Artifacts.GroupBy(artifact => artifact.Stage))
        {
            var kinds = stage
                .GroupBy(artifact => artifact.ArtifactType)
                .Select(kind => Words.Count(kind.Count(), kind.Key));
            yield return TextLine
                .Of($"  {Words.Stage(stage.Key), -6}")
                .Add($" {CleanText.Line(string.Join(", ", kinds))}", Tone.Quiet);
        }
    }

    private static IEnumerable<TextLine> Messages(SessionDetail detail)
    {
        var said = detail.Messages.Where(IsSpeech).ToList();
        if (said.Count == 0)
            yield break;
        yield return TextLine.Empty;
        foreach (var message in said.TakeLast(LastMessages))
        {
            var who = message.Role == "user" ? "you" : "agent";
            yield return TextLine.Of($"  {who, -6} ", Tone.Quiet).Add(CleanText.Line(FirstLine(message.Content)));
        }
    }

    /// <summary>What was said, not the reports: those have files of their own.</summary>
    private static bool IsSpeech(MessageItem message) =>
        message is { Role: "user" or "assistant", Content.Length: > 0 }
        && !(
            message.Metadata.Parse().TryGetProperty("event_type", out var type)
            && type.ValueEquals(EventTypes.ReportReady)
        );

    private static string FirstLine(string text) =>
        text.Split('\n').FirstOrDefault(line => !string.IsNullOrWhiteSpace(line)) ?? "";

    private static Tone ToneOf(string status) =>
        status switch
        {
            RunStatuses.Done => Tone.Done,
            RunStatuses.Failed => Tone.Failed,
            RunStatuses.Running => Tone.Running,
            _ => Tone.Warning,
        };
}
