using System.Text;
using Trainable.Cli.Api;
using Trainable.Contracts;

namespace Trainable.Cli.Terminal;

/// <summary>
/// What a person needs to know of a run, folded from its events: lines that are finished and stay, and a few that change.
/// Everything in it came from an agent, a script or a server and has been cleaned.
/// </summary>
internal sealed class RunProgress
{
    private const int ShownMetrics = 4;
    private const string FinishStage = "finish_stage";

    private readonly TimeProvider _clock;
    private readonly long _started;
    private readonly List<StageProgress> _stages;
    private readonly Dictionary<string, double> _metrics = [];
    private readonly List<string> _metricOrder = [];
    private readonly StringBuilder _streaming = new();
    private string? _streamingId;
    private string _narration = "";
    private string _error = "";
    private StepProgress? _step;
    private long _tokens;
    private decimal _cost;

    public RunProgress(IEnumerable<string> stages, TimeProvider clock)
    {
        _clock = clock;
        _started = clock.GetTimestamp();
        _stages = [.. stages.Select(stage => new StageProgress(stage, clock))];
    }

    /// <summary>Takes one event in and returns the lines that it finished.</summary>
    public IReadOnlyList<TextLine> Apply(StreamEvent item)
    {
        try
        {
            return [.. Lines(item)];
        }
        catch (Exception unreadable) when (EventData.IsUnreadable(unreadable))
        {
            // An event of another shape than ours: the studio shows it, the terminal goes on.
            return [];
        }
    }

    /// <summary>The lines at the foot of the terminal as they are now.</summary>
    public IReadOnlyList<TextLine> Foot()
    {
        var lines = new List<TextLine> { TextLine.Empty, Bar() };
        if (_step is { } step)
            lines.Add(
                TextLine.Of("  ● ", Tone.Running).Add(step.Name).Add($"  {Words.Duration(step.Elapsed)}", Tone.Quiet)
            );
        else if (_stages.Exists(stage => stage.Status == RunStatuses.Running))
            lines.Add(TextLine.Of("  ● ", Tone.Running).Add("deciding what to do next", Tone.Quiet));
        if (_metricOrder.Count > 0)
            lines.Add(Metrics());
        if (Narration() is { Length: > 0 } narration)
            lines.Add(TextLine.Of($"  {narration}", Tone.Quiet));
        return lines;
    }

    private IEnumerable<TextLine> Lines(StreamEvent item) =>
        item.Type switch
        {
            EventTypes.StateChange => StateChange(EventData.Read<StateChanged>(item)),
            EventTypes.AgentMessageDelta => Delta(EventData.Read<AgentMessageDelta>(item)),
            EventTypes.AgentMessage => Message(EventData.Read<AgentMessage>(item)),
            EventTypes.UserMessage => Say("you: ", EventData.Read<UserMessage>(item).Content, Tone.Plain),
            EventTypes.ToolStart => ToolStart(EventData.Read<ToolStarted>(item)),
            EventTypes.ToolEnd => ToolEnd(EventData.Read<ToolEnded>(item)),
            EventTypes.FileCreated => File(EventData.Read<FileCreated>(item)),
            EventTypes.MetricsBatch => Measured(EventData.Read<MetricsBatch>(item)),
            EventTypes.ValidationResult => Checked(EventData.Read<ValidationResult>(item)),
            EventTypes.Notice => Say("! ", EventData.Read<Notice>(item).Text, Tone.Warning),
            EventTypes.Replay => ReplayLines
                .Of(EventData.Read<ReplayResult>(item))
                .Select(line =>
                    new TextLine { Whole = true }
                        .Add("  ")
                        .Add(line.Text, line.Tone)
                ),
            EventTypes.BudgetWarning => Say("! ", EventData.Read<BudgetWarning>(item).Message, Tone.Warning),
            EventTypes.ModelRetry => Retry(EventData.Read<ModelRetry>(item)),
            EventTypes.AgentError => Failed(EventData.Read<AgentFailed>(item)),
            EventTypes.Question => Asked(item),
            EventTypes.QuestionAnswered => Answered(EventData.Read<QuestionAnswered>(item)),
            EventTypes.Paused => Say("", EventData.Read<StagePaused>(item).Message, Tone.Warning),
            EventTypes.ChatEnded => Chatted(EventData.Read<ChatEnded>(item)),
            EventTypes.Usage => Used(EventData.Read<UsageReport>(item)),
            _ => [],
        };

    private IEnumerable<TextLine> StateChange(StateChanged change)
    {
        var running = SessionStates.IsRunning(change.State);
        var name =
            running || SessionStates.IsDone(change.State)
                ? change.State[..change.State.LastIndexOf('_')]
                : change.Stage;
        var stage = _stages.Find(one => one.Stage == name) ?? _stages.Find(one => one.Status == RunStatuses.Running);
        if (stage is null)
            yield break;
        if (running)
        {
            stage.Start();
            (_step, _narration) = (null, "");
            _metrics.Clear();
            _metricOrder.Clear();
            yield return TextLine.Empty;
            yield return TextLine.Of(Words.Stage(stage.Stage), Tone.Strong);
            yield break;
        }
        var (status, said, tone) = change.State switch
        {
            SessionStates.Failed => (RunStatuses.Failed, "failed", Tone.Failed),
            SessionStates.Cancelled => (RunStatuses.Cancelled, "was cancelled", Tone.Warning),
            _ => (RunStatuses.Done, "done", Tone.Done),
        };
        if (stage.Status != RunStatuses.Running)
            yield break;
        stage.End(status);
        (_step, _narration) = (null, "");
        var reason = status == RunStatuses.Done ? "" : CleanText.Line(change.Reason ?? "");
        yield return TextLine
            .Of("  ")
            .Add($"{Words.Stage(stage.Stage)} {said}", tone)
            .Add($" after {Words.Duration(stage.Elapsed)}", Tone.Quiet)
            .Add(reason.Length > 0 && reason != _error ? $": {reason}" : "");
    }

    /// <summary>The change of state that follows gives the same reason; it is said once.</summary>
    private IEnumerable<TextLine> Failed(AgentFailed failure)
    {
        _error = CleanText.Line(failure.Error);
        return Say("✗ ", _error, Tone.Failed);
    }

    /// <summary>A question, or a script that waits to be approved, with how to answer it.</summary>
    private static IEnumerable<TextLine> Asked(StreamEvent item)
    {
        foreach (var line in Say("The agent asks: ", EventData.Question(item), Tone.Running))
            yield return line;
        if (EventData.TryQuestion(item) is not { } question)
            yield break;
        foreach (var line in CleanText.Block(question.Code ?? "").Split('\n').Where(_ => question.Code is not null))
            yield return TextLine.Of($"    {line}", Tone.Quiet);
        if (question.Kind == QuestionKinds.Approval)
            yield return TextLine.Of(
                "  y runs it, n REASON rejects it, e FILE runs FILE instead: in './trainable chat SESSION'",
                Tone.Quiet
            );
        else if (question.Options.Count > 0)
            yield return TextLine.Of($"  {CleanText.Line(string.Join(" / ", question.Options))}", Tone.Quiet);
    }

    private static IEnumerable<TextLine> Answered(QuestionAnswered answer) =>
        answer.By == "timeout"
            ? Say("", "Nobody answered in time; the agent decides.", Tone.Warning)
            : Say("answered: ", answer.Answer ?? $"{answer.Decision} {answer.Reason}".TrimEnd(), Tone.Quiet);

    private static IEnumerable<TextLine> Chatted(ChatEnded end) =>
        end.Status == RunStatuses.Done ? [] : Say("✗ ", end.Reason, Tone.Failed);

    /// <summary>What the failed try had streamed is void; the next one streams a message of its own.</summary>
    private IEnumerable<TextLine> Retry(ModelRetry retry)
    {
        _streaming.Clear();
        _streamingId = null;
        return Say("! ", retry.Message, Tone.Warning);
    }

    private IEnumerable<TextLine> Delta(AgentMessageDelta delta)
    {
        if (_streamingId != delta.MessageId)
        {
            _streamingId = delta.MessageId;
            _streaming.Clear();
        }
        // A reconnect sends the text so far again, from its offset.
        if (delta.Offset <= _streaming.Length)
        {
            _streaming.Length = delta.Offset;
            _streaming.Append(delta.Text);
        }
        return [];
    }

    private IEnumerable<TextLine> Message(AgentMessage message)
    {
        _streaming.Clear();
        _streamingId = null;
        _narration = CleanText.Line(message.Text);
        return Say("", message.Text, Tone.Quiet);
    }

    private IEnumerable<TextLine> ToolStart(ToolStarted start)
    {
        _step = new StepProgress(start, _clock);
        return [];
    }

    private IEnumerable<TextLine> ToolEnd(ToolEnded end)
    {
        var step = _step is { } current && (end.CallId is null || end.CallId == current.CallId) ? current : null;
        if (step is null)
            return [];
        _step = null;
        return end.Tool == FinishStage ? Judged(end.Output) : [step.End(end)];
    }

    /// <summary>What the referee wants mended; when it is content, its checks follow in an event of their own.</summary>
    private static IEnumerable<TextLine> Judged(string verdict) =>
        CleanText
            .Block(verdict)
            .Split('\n')
            .Where(line => line.StartsWith("error ", StringComparison.Ordinal))
            .Select(line =>
                TextLine.Of("  ").Add("! ", Tone.Warning).Add($"To be mended: {line[(line.IndexOf(':') + 1)..].Trim()}")
            );

    private IEnumerable<TextLine> File(FileCreated file)
    {
        _step?.Add(file);
        return [];
    }

    private IEnumerable<TextLine> Measured(MetricsBatch batch)
    {
        foreach (var point in batch.Items)
        {
            if (point.Value is not { } value)
                continue;
            var name = CleanText.Line(point.RunTag is { Length: > 0 } run ? $"{run} {point.Name}" : point.Name);
            _metrics[name] = value;
            _metricOrder.Remove(name);
            _metricOrder.Insert(0, name);
        }
        if (_metricOrder.Count > ShownMetrics)
            _metricOrder.RemoveRange(ShownMetrics, _metricOrder.Count - ShownMetrics);
        return batch.Warning is { Length: > 0 } warning ? Say("! ", warning, Tone.Warning) : [];
    }

    private static IEnumerable<TextLine> Checked(ValidationResult result)
    {
        foreach (var error in result.Errors)
            yield return TextLine.Of("  ").Add("✗ ", Tone.Failed).Add(CleanText.Line(error));
        foreach (var warning in result.Warnings)
            yield return TextLine.Of("  ").Add("! ", Tone.Warning).Add(CleanText.Line(warning));
        if (result.Passed.Count > 0)
            yield return TextLine
                .Of("  ")
                .Add("✓", Tone.Done)
                .Add($" {Words.Count(result.Passed.Count, "check")} passed");
    }

    private IEnumerable<TextLine> Used(UsageReport usage)
    {
        _tokens += usage.InputTokens + usage.OutputTokens;
        _cost += usage.CostUsd ?? 0;
        return [];
    }

    private static IEnumerable<TextLine> Say(string before, string text, Tone tone) =>
        CleanText.Line(text) is { Length: > 0 } line ? [TextLine.Of("  ").Add(before + line, tone)] : [];

    private TextLine Bar()
    {
        var line = TextLine.Of("  ");
        foreach (var stage in _stages)
        {
            if (stage != _stages[0])
                line.Add(" ─ ", Tone.Quiet);
            stage.Write(line);
        }
        line.Add($"   {Words.Clock(_clock.GetElapsedTime(_started))}", Tone.Quiet);
        if (_tokens > 0)
            line.Add($" · {Words.Compact(_tokens)} tokens", Tone.Quiet);
        if (_cost > 0)
            line.Add($" · {Words.Dollars(_cost)}", Tone.Quiet);
        return line;
    }

    private TextLine Metrics()
    {
        var line = TextLine.Of("  ");
        // The latest ones, in an order that does not change with every value.
        foreach (var name in _metricOrder.Order(StringComparer.Ordinal))
            line.Add($"{name} ", Tone.Quiet).Add($"{Words.Number(_metrics[name])}   ");
        return line;
    }

    /// <summary>What the agent is saying while it streams, else what it said last.</summary>
    private string Narration() =>
        _streaming.Length > 0 ? CleanText.LastLine(_streaming.ToString())
        : _step is not null ? _narration
        : "";
}
