using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Time.Testing;
using Spectre.Console;
using Trainable.Cli.Terminal;
using Trainable.Contracts;
using Trainable.Tests.Wire;

namespace Trainable.Tests.Cli;

public sealed partial class RunViewTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly StringWriter _output = new();

    public void Dispose() => _output.Dispose();

    [Theory]
    [InlineData("done")]
    [InlineData("failed")]
    [InlineData("cancelled")]
    public async Task PlainLinesTellTheRun(string recording)
    {
        await using (var view = new PlainView(Progress(), _output))
            Play(recording, view);
        _output.ToString().ShouldMatchApproved($"plain-{recording}.txt");
    }

    [Fact]
    public async Task JsonLinesHoldEveryDurableEventAndNothingElse()
    {
        await using (var view = new JsonView(_output))
        {
            view.Notice("for people");
            Play("done", view);
        }
        var lines = _output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(Recorded("done").Count(item => item.Type != EventTypes.AgentMessageDelta));
        foreach (var line in lines)
        {
            line.ShouldAllBe(character => character >= ' ' && character < '\u007F');
            JsonSerializer.Deserialize(line, ContractJson.Default.StreamEvent).ShouldNotBeNull();
        }
    }

    [Fact]
    public void TheLogTellsEverythingThatHappened()
    {
        var lines = new LogLines(TimeZoneInfo.Utc);
        var at = new DateTime(2026, 5, 4, 23, 59, 30);
        var log = new System.Text.StringBuilder();
        foreach (var item in Recorded("done"))
        {
            foreach (var line in lines.Of(item with { CreatedAt = at }).Where(_ => item.Seq is not null))
                log.Append(line.Text).Append('\n');
            at = at.AddSeconds(1);
        }
        log.ToString().ShouldMatchApproved("log-done.txt");
    }

    [Fact]
    public void TheFootShowsStageStepMetricsAndNarration()
    {
        var progress = Progress();
        var shown = new List<string>();
        foreach (var item in Recorded("done"))
        {
            progress.Apply(item);
            if (item.Type is EventTypes.MetricsBatch or EventTypes.AgentMessageDelta)
                shown.AddRange(progress.Foot().Select(line => line.Text));
            _clock.Advance(TimeSpan.FromSeconds(1));
        }
        (string.Join('\n', shown) + "\n").ShouldMatchApproved("foot.txt");
    }

    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(200)]
    public async Task TheLiveViewNeverDrawsPastTheWidth(int width)
    {
        await using (var view = Live(width))
            Play("done", view);
        foreach (var line in Controls().Replace(_output.ToString(), "").Split('\n'))
            line.TrimEnd('\r').GetCellWidth().ShouldBeLessThan(width);
    }

    [Fact]
    public async Task AFrameLikeTheLastIsNotDrawnAgain()
    {
        await using var view = Live(80);
        view.Show(Recorded("done")[0]);
        _clock.Advance(TimeSpan.FromMilliseconds(100));
        var drawn = _output.ToString().Length;
        _clock.Advance(TimeSpan.FromMilliseconds(300));
        _output.ToString().Length.ShouldBe(drawn);
    }

    [Fact]
    public async Task TheLiveViewLeavesTheCursorShownAndItsFootGone()
    {
        await using (var view = Live(80))
            view.Show(Recorded("done")[0]);
        _output.ToString().ShouldEndWith("\e[J\e[?25h");
    }

    [Fact]
    public void AnEventOfAnUnknownShapeIsPassedOver()
    {
        var progress = Progress();
        foreach (var data in new[] { "{}", "[]", "null", "3", """{"state":7}""", """{"items":"none"}""" })
        {
            foreach (
                var type in new[]
                {
                    EventTypes.StateChange,
                    EventTypes.MetricsBatch,
                    EventTypes.ToolEnd,
                    EventTypes.Question,
                    "new",
                }
            )
                progress.Apply(new StreamEvent(type, JsonDocument.Parse(data).RootElement)).ShouldBeEmpty();
        }
    }

    private RunProgress Progress() => new(Stages.All, _clock);

    private LiveView Live(int width) => new(Progress(), _output, () => width, ColorSystemSupport.TrueColor, _clock);

    private void Play(string recording, IRunView view)
    {
        foreach (var item in Recorded(recording))
        {
            view.Show(item);
            _clock.Advance(TimeSpan.FromMilliseconds(500));
        }
    }

    private static IReadOnlyList<StreamEvent> Recorded(string name) =>
        [
            .. File.ReadLines(Path.Combine(Repository.Root, "tests/Trainable.Tests/Cli/Recorded", $"{name}.jsonl"))
                .Select(line => JsonSerializer.Deserialize(line, ContractJson.Default.StreamEvent)!),
        ];

    [GeneratedRegex(@"\e\[[0-?]*[@-~]")]
    private static partial Regex Controls();
}
