using System.Text.Json;
using Trainable.Cli.Api;
using Trainable.Contracts;
using Trainable.Server.Agents.Models.Autopilot;

namespace Trainable.Cli.Terminal;

/// <summary>Says where a session stands: the score first, then what it left and how to go on.</summary>
internal static class ReportWriter
{
    public static void Write(SessionReport report, bool json)
    {
        if (json)
            Console.WriteLine(JsonSerializer.Serialize(new Summary("summary", report), ReportJson.Default.Summary));
        else
            Views.Print(Lines(report));
    }

    public static IEnumerable<TextLine> Lines(SessionReport report)
    {
        yield return TextLine.Empty;
        if (report.State is SessionStates.Failed or SessionStates.Cancelled)
        {
            var failed = report.State == SessionStates.Failed;
            yield return TextLine
                .Of(failed ? "Failed" : "Cancelled", failed ? Tone.Failed : Tone.Warning)
                .Add(report.Reason is { Length: > 0 } reason ? $": {CleanText.Line(reason)}" : ".");
        }
        if (report.Score is { } score)
        {
            foreach (var line in Score(score))
                yield return line;
        }
        else if (report.Holdout?.Mode is HoldoutModes.None && report.State == SessionStates.Done(Stages.Train))
        {
            yield return TextLine
                .Of("No score", Tone.Warning)
                .Add(": no rows are held (--holdout none), so what the model reaches is its maker's own word.");
            yield return TextLine.Empty;
        }
        if (report.Holdout is { } holdout)
            yield return Field("Held", holdout.Reason);
        if (report.Sandbox is "unsafe")
            yield return TextLine
                .Of("Not isolated", Tone.Failed)
                .Add(": scripts run with the server's rights (TRAINABLE_SANDBOX=unsafe).");
        foreach (var stage in Stages.All)
        {
            if (report.Reports.TryGetValue(stage, out var path))
                yield return Field($"{Words.Stage(stage)} report", path);
        }
        if (report.ModelPath is { } model)
            yield return Field("Model", model);
        foreach (var copy in report.S3Sync ?? [])
            yield return Copy(copy);
        if (Words.Cost(report.Usage) is { Length: > 0 } cost)
            yield return Field("Cost", cost);
        if (report.Seconds is { } seconds)
            yield return Field("Took", Words.Duration(TimeSpan.FromSeconds(seconds)));
        yield return Field("Session", report.SessionId.ToString());
        yield return Field("See it again", $"./trainable show {SessionName.Short(report.SessionId)}");
        yield return Field("In the browser", "./trainable up");
        if (
            report.State == SessionStates.Failed
            && report.Stages.LastOrDefault(stage => stage.Status == RunStatuses.Failed) is { } left
            && left.Model != AutopilotChatClient.ModelId
        )
            yield return Field("Hand it over", $"./trainable takeover {SessionName.Short(report.SessionId)}");
    }

    private static TextLine Copy(SyncState copy)
    {
        var name = $"{Words.Stage(copy.Stage)} in S3";
        if (copy.Status == SyncStatuses.Done)
            return Field(name, $"s3://{copy.Bucket}/{copy.Prefix}");
        return copy.Error is { } error
            ? TextLine.Of($"{name} waits", Tone.Warning).Add($": {CleanText.Line(error)}")
            : Field(name, "on its way");
    }

    private static IEnumerable<TextLine> Score(ScoreReport score)
    {
        var name = CleanText.Line(score.Metric);
        yield return TextLine
            .Of($"{name} {Words.Number(score.Value)}", Tone.Strong)
            .Add($"   95 % interval {Words.Number(score.Low)} to {Words.Number(score.High)}");
        var clear = score.HigherIsBetter ? score.Low > score.BaselineHigh : score.High < score.BaselineLow;
        yield return TextLine
            .Of($"Always guessing the same scores {Words.Number(score.Baseline)}: ", Tone.Quiet)
            .Add(
                clear ? "the model is clearly better." : "the model is not clearly better.",
                clear ? Tone.Done : Tone.Warning
            );
        yield return TextLine.Of($"Measured {Where(score)}.", Tone.Quiet);
        if (score.TestSetWasOpen)
        {
            yield return TextLine.Of(
                "These rows had been scored before this model was trained, so the figure may flatter it.",
                Tone.Warning
            );
        }
        foreach (var note in score.Notes)
            yield return TextLine.Of(CleanText.Line(note), Tone.Quiet);
        yield return TextLine.Empty;
    }

    private static string Where(ScoreReport score) =>
        score.Holdout switch
        {
            HoldoutModes.Host => $"by the host on {Words.Count(score.Rows, "row")} that no agent has seen",
            _ => $"by the host on {Words.Count(score.Rows, "row")} that the agent split off itself",
        };

    private static TextLine Field(string name, string value) =>
        new TextLine { Whole = true }
            .Add($"{name, -16}", Tone.Quiet)
            .Add(CleanText.Line(value));
}
