using System.Text;
using Trainable.Contracts;
using Trainable.Server.Events;
using Trainable.Server.Metrics;
using Trainable.Server.Platform;
using Trainable.Server.Sandboxes;
using Trainable.Server.Sandboxes.Output;

namespace Trainable.Server.Agents;

/// <summary>
/// Turns what a step writes into events as it comes: output joined to at most 20 events a second, metrics in batches,
/// charts. SDK lines are taken from the step's own channel and, as the reference's scripts print them, from stdout.
/// </summary>
/// <param name="journal">Takes the events.</param>
/// <param name="context">The run.</param>
/// <param name="callId">The call of the model's that the step is.</param>
/// <param name="mostMetricBytes">
/// Bytes of metric lines that are kept: they become rows of the database, which a loop without end would fill.
/// </param>
/// <param name="clock">Of the pauses between events.</param>
internal sealed class StepRecorder(
    RunJournal journal,
    StageContext context,
    string callId,
    long mostMetricBytes,
    TimeProvider clock
)
{
    private static readonly TimeSpan FlushEvery = TimeSpan.FromMilliseconds(50);
    private const int MaxPointsPerEvent = 1_000;

    /// <summary>Layouts of the dashboard that are kept of a step.</summary>
    private const int MaxLayouts = 200;
    private const int MaxRichLogs = 100;

    /// <summary>Characters of output shown live; what is beyond lies in the step's log.</summary>
    private const int MaxShown = 512 * 1024;

    private readonly LineSplitter _stdout = new();
    private readonly LineSplitter _records = new();
    private readonly Decoder _outDecoder = Encoding.UTF8.GetDecoder();
    private readonly Decoder _errDecoder = Encoding.UTF8.GetDecoder();
    private readonly List<(string Stream, StringBuilder Text)> _text = [];
    private readonly List<MetricPoint> _points = [];
    private readonly HashSet<(string Kind, string Name, string? RunTag)> _richNames = [];
    private readonly Dictionary<(string Kind, string Name, string? RunTag), RichLog> _rich = [];
    private ChartConfig? _charts;
    private string? _warning;
    private bool _warned;
    private int _shown;
    private long _metricBytes;
    private int _layouts;
    private StepOutputText? _whole;
    private Task<bool>? _next;

    /// <summary>Completes when the end of the output is kept too; what is appended from now on comes after it.</summary>
    public Task Written { get; private set; } = Task.CompletedTask;

    /// <summary>Runs a step and reads it to its end, which is returned. When an append fails the step is ended first.</summary>
    public async Task<StepEnded> RecordAsync(
        Func<CancellationToken, IAsyncEnumerable<SandboxEvent>> run,
        StepOutputText whole,
        CancellationToken cancellation
    )
    {
        _whole = whole;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // The sandbox ends its own stream when the step is cancelled, so that what was written until then is kept.
        await using var source = run(stop.Token).GetAsyncEnumerator(CancellationToken.None);
        try
        {
            return await ReadAsync(source);
        }
        catch
        {
            await stop.CancelAsync();
            await (_next ?? Task.CompletedTask).ContinueWith(static _ => { }, TaskScheduler.Default);
            throw;
        }
    }

    private async Task<StepEnded> ReadAsync(IAsyncEnumerator<SandboxEvent> source)
    {
        StepEnded? ended = null;
        var next = _next = source.MoveNextAsync().AsTask();
        var flushed = clock.GetTimestamp();
        while (true)
        {
            var due = FlushEvery - clock.GetElapsedTime(flushed);
            if (Waiting && (due <= TimeSpan.Zero || !await CompletesWithinAsync(next, due)))
            {
                await FlushAsync();
                flushed = clock.GetTimestamp();
                continue;
            }
            if (!await next)
                break;
            if (source.Current is StepOutput output)
                Take(output);
            else
                ended = (StepEnded)source.Current;
            next = _next = source.MoveNextAsync().AsTask();
        }
        Finish();
        Written = FlushAsync();
        return ended ?? throw new InvalidOperationException("The sandbox ended a step's stream without its result.");
    }

    private bool Waiting => _points.Count > 0 || _text.Count > 0 || _charts is not null || _rich.Count > 0;

    private async Task<bool> CompletesWithinAsync(Task next, TimeSpan time)
    {
        if (next.IsCompleted)
            return _points.Count < 20 * MaxPointsPerEvent;
        return await Task.WhenAny(next, Task.Delay(time, clock)) == next;
    }

    private void Take(StepOutput output)
    {
        switch (output.Stream)
        {
            case SandboxStream.Record:
                _records.Push(output.Bytes.Span, TakeLine, static _ => { });
                break;
            case SandboxStream.Stdout:
                _stdout.Push(output.Bytes.Span, TakeLine, text => Show("stdout", _outDecoder, text));
                break;
            default:
                Show("stderr", _errDecoder, output.Bytes.Span);
                break;
        }
    }

    private void Finish()
    {
        _records.Finish(TakeLine, static _ => { });
        _stdout.Finish(TakeLine, text => Show("stdout", _outDecoder, text));
    }

    private bool TakeLine(ReadOnlySpan<byte> line)
    {
        if (!MetricLines.TryParse(line, context.Stage, out var parsed, context.ApiDirectory))
            return false;
        if (_metricBytes > mostMetricBytes)
            return true;
        _metricBytes += line.Length;
        if (_metricBytes > mostMetricBytes)
        {
            var told =
                $"[metrics beyond {ByteSize.Format(mostMetricBytes)} of one step are not kept: log less often]\n";
            Show("stderr", _errDecoder, Encoding.UTF8.GetBytes(told));
            return true;
        }
        _points.AddRange(parsed.Points);
        if (parsed.Rich is { } rich)
            TakeRich(rich);
        if (parsed.Charts is not null && ++_layouts <= MaxLayouts)
            _charts = parsed.Charts;
        if (parsed.HadNonFinite && !_warned)
        {
            _warned = true;
            _warning = "A metric was NaN or infinite; it is kept as a gap.";
        }
        return true;
    }

    /// <summary>Of what a step logs under one name only the newest is told, and only so many names.</summary>
    private void TakeRich(RichLog rich)
    {
        var name = (rich.Kind, rich.Name, rich.RunTag);
        if (_richNames.Contains(name) || _richNames.Count < MaxRichLogs)
        {
            _richNames.Add(name);
            _rich[name] = rich;
        }
    }

    private void Show(string stream, Decoder decoder, ReadOnlySpan<byte> bytes)
    {
        _whole!.Append(
            new StepOutput(stream == "stderr" ? SandboxStream.Stderr : SandboxStream.Stdout, bytes.ToArray())
        );
        if (_shown >= MaxShown)
            return;
        Span<char> characters = new char[Encoding.UTF8.GetMaxCharCount(bytes.Length)];
        var count = Math.Min(decoder.GetChars(bytes, characters, flush: false), MaxShown - _shown);
        if (count <= 0)
            return;
        if (_text.Count == 0 || _text[^1].Stream != stream)
            _text.Add((stream, new StringBuilder()));
        _text[^1].Text.Append(characters[..count]);
        _shown += count;
        if (_shown >= MaxShown)
            _text[^1].Text.Append("\n[the rest of this output is in the step's log]\n");
    }

    private async Task FlushAsync()
    {
        var drafts = new List<EventDraft>();
        var changes = new List<RowChange>();
        foreach (var (stream, text) in _text)
        {
            drafts.Add(
                EventDraft.Create(
                    EventTypes.CodeOutput,
                    new CodeOutput(stream, text.ToString()) { CallId = callId },
                    ContractJson.Default.CodeOutput
                )
            );
        }
        _text.Clear();
        if (_charts is { } charts)
        {
            var draft = EventDraft.Create(EventTypes.ChartConfig, charts, ContractJson.Default.ChartConfig);
            drafts.Add(draft);
            changes.Add(new SetChartConfig(Encoding.UTF8.GetString(draft.Data.Span)));
            _charts = null;
        }
        foreach (var rich in _rich.Values)
        {
            drafts.Add(
                EventDraft.Create(EventTypes.RichLog, rich with { CallId = callId }, ContractJson.Default.RichLog)
            );
            changes.Add(new PutRichLog(rich));
        }
        _rich.Clear();
        foreach (var points in _points.Chunk(MaxPointsPerEvent))
        {
            var batch = new MetricsBatch(points) { Warning = _warning };
            _warning = null;
            drafts.Add(EventDraft.Create(EventTypes.MetricsBatch, batch, ContractJson.Default.MetricsBatch));
            changes.Add(new AddMetrics(points));
        }
        _points.Clear();
        if (drafts.Count > 0)
            await journal.AppendAsync(drafts, changes);
    }
}
