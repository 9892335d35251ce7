using Spectre.Console;
using Spectre.Console.Rendering;

namespace Trainable.Cli.Terminal;

/// <summary>What a piece of text means; colour says only this.</summary>
internal enum Tone
{
    Plain,
    Strong,
    Quiet,
    Running,
    Done,
    Warning,
    Failed,
}

/// <summary>One line of the terminal. Its pieces are never read as markup, and it is cut to the width unless it must not be.</summary>
internal sealed class TextLine : IRenderable
{
    public static readonly TextLine Empty = new();

    private readonly List<(string Text, Tone Tone)> _pieces = [];

    /// <summary>Lets the terminal wrap the line: for paths and addresses that people copy.</summary>
    public bool Whole { get; init; }

    /// <summary>The text without colour.</summary>
    public string Text => string.Concat(_pieces.Select(piece => piece.Text)).TrimEnd();

    public static TextLine Of(string text, Tone tone = Tone.Plain) => new TextLine().Add(text, tone);

    public TextLine Add(string text, Tone tone = Tone.Plain)
    {
        _pieces.Add((text, tone));
        return this;
    }

    public Measurement Measure(RenderOptions options, int maxWidth) => new(0, maxWidth);

    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        var left = Whole ? int.MaxValue : maxWidth;
        foreach (var (text, tone) in _pieces)
        {
            var width = text.GetCellWidth();
            if (width <= left)
            {
                left -= width;
                yield return new Segment(text, StyleOf(tone));
                continue;
            }
            yield return new Segment(Cut(text, left), StyleOf(tone));
            yield break;
        }
    }

    private static string Cut(string text, int width)
    {
        if (width <= 0)
            return "";
        var end = 0;
        var used = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var cells = rune.ToString().GetCellWidth();
            if (used + cells > width - 1)
                break;
            used += cells;
            end += rune.Utf16SequenceLength;
        }
        return text[..end] + "…";
    }

    /// <summary>The terminal's own green, amber and red, so that they fit its theme; indigo is the studio's accent.</summary>
    private static Style StyleOf(Tone tone) =>
        tone switch
        {
            Tone.Strong => new Style(decoration: Decoration.Bold),
            Tone.Quiet => new Style(decoration: Decoration.Dim),
            Tone.Running => new Style(new Color(99, 102, 241)),
            Tone.Done => new Style(Color.Green),
            Tone.Warning => new Style(Color.Olive),
            Tone.Failed => new Style(Color.Maroon),
            _ => Style.Plain,
        };
}
