using System.Globalization;
using System.Text;
using CsCheck;
using Trainable.Cli.Terminal;

namespace Trainable.Tests.Cli;

public sealed class CleanTextTests
{
    private static readonly string[] Sequences =
    [
        "\e[31m",
        "\e]0;title\a",
        "\e]8;;http://x\e\\",
        "\u009B2J",
        "\eP1$r\e\\",
        "\e",
        "\r",
        "\r\n",
        "\u202E",
        "\u2028",
    ];

    private static readonly Gen<string> Hostile = Gen.OneOf(
            Gen.String,
            Gen.Char['\0', '\u009F'].Array[0, 20].Select(characters => new string(characters)),
            Gen.Int[0, Sequences.Length - 1].Select(index => Sequences[index])
        )
        .Array[0, 12]
        .Select(string.Concat);

    [Fact]
    public void NoControlCharacterButALineBreakIsLeft() =>
        Hostile.Sample(text =>
            CleanText.Block(text).EnumerateRunes().All(rune => rune.Value == '\n' || IsHarmless(rune))
        );

    [Fact]
    public void ALineIsOneLine() =>
        Hostile.Sample(text =>
            CleanText.Line(text).EnumerateRunes().All(IsHarmless) && CleanText.Line(text) == CleanText.Line(text).Trim()
        );

    [Fact]
    public void CleaningTwiceChangesNothing() =>
        Hostile.Sample(text => CleanText.Block(CleanText.Block(text)) == CleanText.Block(text));

    [Theory]
    [InlineData("plain, été, 数据, 🙂 and [bold]markup[/]")]
    [InlineData("two\nlines")]
    public void OrdinaryTextStaysAsItIs(string text) => CleanText.Block(text).ShouldBe(text);

    [Fact]
    public void AnEscapeSequenceGoesWithItsParameters()
    {
        CleanText.Line("a\e[38;5;1mred\e[0m b\e]0;pwned\a c\u009B2Jd").ShouldBe("ared b cd");
        CleanText.Line("\e]8;;http://evil\e\\link\e]8;;\e\\").ShouldBe("link");
    }

    [Fact]
    public void TheLastLineOfATracebackIsItsError() =>
        CleanText
            .LastLine("Traceback (most recent call last):\n  File \"x\"\nKeyError: 'a'\n\n")
            .ShouldBe("KeyError: 'a'");

    private static bool IsHarmless(Rune rune) =>
        Rune.GetUnicodeCategory(rune)
            is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator);
}
