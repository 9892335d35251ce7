using Spectre.Console;

namespace Trainable.Cli.Terminal;

/// <summary>Chooses how to show a run by what stdout is.</summary>
internal static class Views
{
    private const int UnknownWidth = 100;

    /// <summary>True when stdout is a terminal that can move its cursor and the person has not asked for plain text.</summary>
    public static bool IsLive =>
        !Console.IsOutputRedirected
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } and not "dumb";

    public static IRunView Create(IEnumerable<string> stages, bool json, TimeProvider clock)
    {
        if (json)
            return new JsonView(Console.Out);
        var progress = new RunProgress(stages, clock);
        return IsLive
            ? new LiveView(progress, Console.Out, Width, ColorSystemSupport.Detect, clock)
            : new PlainView(progress, Console.Out);
    }

    /// <summary>Writes lines in colour on a terminal, as plain text elsewhere.</summary>
    public static void Print(IEnumerable<TextLine> lines)
    {
        if (!IsLive)
        {
            foreach (var line in lines)
                Console.WriteLine(line.Text);
            return;
        }
        foreach (var line in lines)
        {
            AnsiConsole.Console.Write(line);
            AnsiConsole.Console.WriteLine();
        }
    }

    private static int Width()
    {
        try
        {
            return Console.WindowWidth is > 0 and var width ? width : UnknownWidth;
        }
        catch (IOException)
        {
            return UnknownWidth;
        }
    }
}
