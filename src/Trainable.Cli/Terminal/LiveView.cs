using Spectre.Console;
using Trainable.Contracts;

namespace Trainable.Cli.Terminal;

/// <summary>
/// A terminal in which finished lines scroll away above a few that change in place. Each frame overwrites the last in a
/// single write inside a synchronised update, so nothing flickers; a frame equal to the last is not written at all.
/// </summary>
internal sealed class LiveView : IRunView
{
    private const string HideCursor = "\e[?25l";
    private const string ShowCursor = "\e[?25h";
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(100);

    private readonly RunProgress _progress;
    private readonly TextWriter _output;
    private readonly Func<int> _width;
    private readonly StringWriter _frame = new();
    private readonly IAnsiConsole _painter;
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private string _shown = "";
    private int _shownLines;
    private bool _ended;
    private TextLine? _sending;

    public LiveView(
        RunProgress progress,
        TextWriter output,
        Func<int> width,
        ColorSystemSupport colors,
        TimeProvider clock
    )
    {
        _progress = progress;
        _output = output;
        _width = width;
        _painter = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Ansi = AnsiSupport.Yes,
                ColorSystem = colors,
                Interactive = InteractionSupport.No,
                Out = new AnsiConsoleOutput(_frame),
            }
        );
        _output.Write(HideCursor);
        _timer = clock.CreateTimer(_ => Draw([]), null, TimeSpan.Zero, Beat);
    }

    public void Show(StreamEvent item)
    {
        lock (_gate)
            Draw(_progress.Apply(item));
    }

    public void Notice(string sentence) => Draw([TextLine.Of(CleanText.Line(sentence), Tone.Quiet)]);

    /// <summary>The next beat shows it.</summary>
    public void Sending(long sent, long total)
    {
        lock (_gate)
            _sending = sent < total ? SendingLine.Of(sent, total) : null;
    }

    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        lock (_gate)
        {
            if (_ended)
                return;
            _ended = true;
            _output.Write(Lift() + "\e[J" + ShowCursor);
            _output.Flush();
        }
    }

    /// <summary>Prints finished lines where the changing ones stood, and those again below.</summary>
    private void Draw(IReadOnlyList<TextLine> finished)
    {
        lock (_gate)
        {
            if (_ended)
                return;
            // One column is left free: a line that fills the last one wraps on some terminals.
            _painter.Profile.Width = Math.Max(20, _width() - 1);
            IReadOnlyList<TextLine> foot = _sending is { } line ? [.. _progress.Foot(), line] : _progress.Foot();
            var below = Paint(foot);
            if (finished.Count == 0 && below == _shown)
                return;
            _output.Write("\e[?2026h" + Lift() + Paint(finished) + below + "\e[J\e[?2026l");
            _output.Flush();
            (_shown, _shownLines) = (below, foot.Count);
        }
    }

    private string Paint(IReadOnlyList<TextLine> lines)
    {
        foreach (var line in lines)
        {
            _painter.Write(line);
            // What stood here before may have been longer.
            _frame.Write("\e[K\n");
        }
        var painted = _frame.ToString();
        _frame.GetStringBuilder().Clear();
        return painted;
    }

    /// <summary>Moves the cursor from below the changing lines to the first of them.</summary>
    private string Lift() => _shownLines == 0 ? "\r" : $"\r\e[{_shownLines}A";
}
