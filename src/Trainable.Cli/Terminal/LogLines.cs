using System.Text.Json;
using Trainable.Cli.Api;
using Trainable.Contracts;

namespace Trainable.Cli.Terminal;

/// <summary>
/// A session's events as lines of a log: time, stage, what happened. Nothing is left out, and what has a shape of its own is
/// shown as it came. Everything in it has been cleaned.
/// </summary>
internal sealed class LogLines(TimeZoneInfo zone)
{
    private const int LongestRaw = 400;
    private string _stage = "";
    private DateOnly? _day;

    /// <summary>The lines of one event, the first after midnight led by the date.</summary>
    public IEnumerable<TextLine> Of(StreamEvent item)
    {
        Follow(item);
        var at = item.CreatedAt is { } utc ? TimeZoneInfo.ConvertTimeFromUtc(Utc(utc), zone) : (DateTime?)null;
        if (at is { } time && DateOnly.FromDateTime(time) is var day && day != _day)
        {
            _day = day;
            yield return TextLine.Of($"{day:yyyy-MM-dd}", Tone.Quiet);
        }
        foreach (var (text, tone) in Describe(item))
        {
            yield return new TextLine { Whole = true }
                .Add(at is { } shown ? $"{shown:HH:mm:ss}" : "        ", Tone.Quiet)
                .Add($"  {Words.Stage(_stage), -6} ", Tone.Quiet)
                .Add(text, tone);
        }
    }

    /// <summary>Takes note of the stage without saying anything: for events that are not to be shown.</summary>
    public void Follow(StreamEvent item)
    {
        if (
            item.Data is { ValueKind: JsonValueKind.Object } data
            && data.TryGetProperty("stage", out var stage)
            && stage.ValueKind is JsonValueKind.String
        )
            _stage = CleanText.Line(stage.GetString()!);
    }

    private static IReadOnlyList<(string Text, Tone Tone)> Describe(StreamEvent item)
    {
        try
        {
            return [.. Read(item)];
        }
        catch (Exception unreadable) when (EventData.IsUnreadable(unreadable))
        {
            return [Raw(item)];
        }
    }

    private static IEnumerable<(string, Tone)> Read(StreamEvent item) =>
        item.Type switch
        {
            EventTypes.StateChange => State(EventData.Read<StateChanged>(item)),
            EventTypes.AgentMessage => Block("agent: ", EventData.Read<AgentMessage>(item).Text, Tone.Plain),
            EventTypes.UserMessage => Block("you: ", EventData.Read<UserMessage>(item).Content, Tone.Plain),
            EventTypes.ToolStart => [(Start(EventData.Read<ToolStarted>(item)), Tone.Quiet)],
            EventTypes.ToolEnd => End(EventData.Read<ToolEnded>(item)),
            EventTypes.CodeOutput => Output(EventData.Read<CodeOutput>(item)),
            EventTypes.FileCreated => [(File(EventData.Read<FileCreated>(item)), Tone.Quiet)],
            EventTypes.MetricsBatch => Metrics(EventData.Read<MetricsBatch>(item)),
            EventTypes.ChartConfig => EventData
                .Read<ChartConfig>(item)
                .Charts.Select(chart =>
                    ($"chart {One(chart.Title)}: {One(string.Join(", ", chart.Metrics))}", Tone.Quiet)
                ),
            EventTypes.ValidationResult => Checks(EventData.Read<ValidationResult>(item)),
            EventTypes.ReportReady =>
            [
                (
                    $"report.md is ready, {Words.Count(EventData.Read<ReportReady>(item).Content.Length, "character")}",
                    Tone.Plain
                ),
            ],
            EventTypes.FilesReady =>
            [
                ($"the stage left {Words.Count(EventData.Read<FilesReady>(item).Files.Count, "file")}", Tone.Plain),
            ],
            EventTypes.S3SyncComplete => [(Copied(EventData.Read<S3SyncComplete>(item)), Tone.Quiet)],
            EventTypes.S3SyncWaiting => Block(
                "! the copy to S3 waits: ",
                EventData.Read<S3SyncWaiting>(item).Error,
                Tone.Warning
            ),
            EventTypes.MetadataReady => [("the prepared table is described", Tone.Quiet)],
            EventTypes.Usage => [(Usage(EventData.Read<UsageReport>(item)), Tone.Quiet)],
            EventTypes.Notice => Block("! ", EventData.Read<Notice>(item).Text, Tone.Warning),
            EventTypes.Replay => ReplayLines.Of(EventData.Read<ReplayResult>(item)),
            EventTypes.BudgetWarning => Block("! ", EventData.Read<BudgetWarning>(item).Message, Tone.Warning),
            EventTypes.ModelRetry => Block("! ", EventData.Read<ModelRetry>(item).Message, Tone.Warning),
            EventTypes.AgentError => Block("✗ ", EventData.Read<AgentFailed>(item).Error, Tone.Failed),
            EventTypes.AgentAborted => Block("aborted: ", EventData.Read<AgentAborted>(item).Reason, Tone.Warning),
            EventTypes.QuestionAnswered => Answered(EventData.Read<QuestionAnswered>(item)),
            EventTypes.Paused => Block("", EventData.Read<StagePaused>(item).Message, Tone.Warning),
            EventTypes.ChatStarted => [("a conversation begins", Tone.Quiet)],
            EventTypes.ChatEnded => Block(
                "the conversation ended: ",
                EventData.Read<ChatEnded>(item).Reason,
                Tone.Quiet
            ),
            EventTypes.Question => Block("the agent asks: ", EventData.Question(item), Tone.Running),
            _ => [Raw(item)],
        };

    private static string Copied(S3SyncComplete copied) =>
        $"{Words.Count(copied.FilesSynced, "file")} of {One(copied.Stage)} are in s3://{One(copied.Bucket)}/{One(copied.S3Prefix)}";

    private static IEnumerable<(string, Tone)> State(StateChanged change)
    {
        var tone = change.State switch
        {
            SessionStates.Failed => Tone.Failed,
            SessionStates.Cancelled => Tone.Warning,
            _ when SessionStates.IsDone(change.State) => Tone.Done,
            _ => Tone.Strong,
        };
        var reason = change.Reason is { Length: > 0 } why ? $": {why}" : "";
        return Block("", $"{Words.State(change.State)}{reason}", tone);
    }

    private static IEnumerable<(string, Tone)> Answered(QuestionAnswered answer) =>
        answer.By == "timeout"
            ? [("nobody answered in time", Tone.Warning)]
            : Block("answered: ", answer.Answer ?? $"{answer.Decision} {answer.Reason}".TrimEnd(), Tone.Plain);

    private static string Start(ToolStarted start)
    {
        // The script of execute_code is a file, and its own event names it.
        var input = start is { Tool: "execute_code" } or { Input.ValueKind: not JsonValueKind.Object }
            ? ""
            : One(start.Input.GetRawText());
        return $"▸ {One(start.Tool)}{(input is "" or "{}" ? "" : $" {Cut(input)}")}";
    }

    private static IEnumerable<(string, Tone)> End(ToolEnded end)
    {
        var failed = end.Outcome is not (null or "ok");
        var took = end.WallSeconds is { } seconds ? $"  {Words.Duration(TimeSpan.FromSeconds(seconds))}" : "";
        var outcome = failed ? $"  {One(end.Outcome!)}" : "";
        var (mark, tone) = end.Outcome switch
        {
            null => ("◂", Tone.Quiet),
            _ when failed => ("✗", Tone.Failed),
            _ => ("✓", Tone.Done),
        };
        yield return ($"{mark} {One(end.Tool)}{outcome}{took}", tone);
        // What a script wrote has been shown as it came.
        if (end.Tool == "execute_code")
            yield break;
        foreach (var line in Block("  ", end.Output, Tone.Quiet))
            yield return line;
    }

    private static IEnumerable<(string, Tone)> Output(CodeOutput output) =>
        Block("  ", output.Text.TrimEnd('\n'), output.Stream == "stderr" ? Tone.Warning : Tone.Quiet);

    private static string File(FileCreated file)
    {
        var marker = $"/{file.Stage}/";
        var start = file.Path.IndexOf(marker, StringComparison.Ordinal);
        var path = One(start < 0 ? file.Path : file.Path[(start + marker.Length)..]);
        return $"+ {path}{(file.Size is { } size ? $"  {Words.Bytes(size)}" : "")}";
    }

    private static IEnumerable<(string, Tone)> Metrics(MetricsBatch batch)
    {
        foreach (var step in batch.Items.GroupBy(point => (point.RunTag, point.Step)))
        {
            var run = step.Key.RunTag is { Length: > 0 } tag ? $"{One(tag)} " : "";
            var values = step.Select(point =>
                $"{One(point.Name)} {(point.Value is { } value ? Words.Number(value) : "not a number")}"
            );
            yield return ($"{run}step {step.Key.Step}: {string.Join(", ", values)}", Tone.Running);
        }
        if (batch.Warning is { Length: > 0 } warning)
            yield return ($"! {One(warning)}", Tone.Warning);
    }

    private static IEnumerable<(string, Tone)> Checks(ValidationResult result)
    {
        foreach (var error in result.Errors)
            yield return ($"✗ {One(error)}", Tone.Failed);
        foreach (var warning in result.Warnings)
            yield return ($"! {One(warning)}", Tone.Warning);
        if (result.Passed.Count > 0)
            yield return ($"✓ {Words.Count(result.Passed.Count, "check")} passed", Tone.Done);
        if (result.Score is { } score)
        {
            yield return (
                $"{One(score.Metric)} {Words.Number(score.Value)}, 95 % interval {Words.Number(score.Low)} to "
                    + $"{Words.Number(score.High)}, measured on {Words.Count(score.Rows, "row")}",
                Tone.Strong
            );
        }
    }

    private static string Usage(UsageReport usage) =>
        $"{One(usage.Model)}: {Words.Count(usage.InputTokens, "token")} in, {Words.Count(usage.OutputTokens, "token")} out"
        + (usage.CostUsd is > 0 and var cost ? $", {Words.Dollars(cost)}" : "");

    private static (string, Tone) Raw(StreamEvent item) =>
        ($"{One(item.Type)} {Cut(One(item.Data.GetRawText()))}", Tone.Quiet);

    /// <summary>A line for each line of the text, the later ones as far in as the first.</summary>
    private static IEnumerable<(string, Tone)> Block(string before, string text, Tone tone)
    {
        var lines = CleanText.Block(text).Split('\n');
        for (var index = 0; index < lines.Length; index++)
        {
            if (index == 0 || lines[index].Length > 0)
                yield return ((index == 0 ? before : new string(' ', before.Length)) + lines[index].TrimEnd(), tone);
        }
    }

    private static string One(string text) => CleanText.Line(text);

    private static string Cut(string text) => text.Length <= LongestRaw ? text : text[..LongestRaw] + "…";

    private static DateTime Utc(DateTime time) => DateTime.SpecifyKind(time, DateTimeKind.Utc);
}
