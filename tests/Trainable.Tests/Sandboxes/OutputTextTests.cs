using System.Text;
using CsCheck;
using Trainable.Server.Sandboxes;
using Trainable.Server.Sandboxes.Output;

namespace Trainable.Tests.Sandboxes;

public sealed class OutputTextTests
{
    [Fact]
    public void CharactersSplitBetweenChunksArriveWhole()
    {
        var bytes = "naïve café 😀\n"u8.ToArray();

        Show([.. bytes.Select(value => new[] { value })]).ShouldBe("naïve café 😀\n");
    }

    [Fact]
    public void WhatIsNotUtf8BecomesTheReplacementCharacter() =>
        Show([
                [0x61, 0xFF, 0x62, 0x0A],
            ])
            .ShouldBe("a\uFFFDb\n");

    [Fact]
    public void AProgressBarLeavesItsLastState() =>
        Show(["  0%|   |\r 50%|██ |\r100%|███|\n"u8.ToArray()]).ShouldBe("100%|███|\n");

    [Fact]
    public void WindowsLineEndsAreLineEnds() =>
        Show(["one\r"u8.ToArray(), "\ntwo\r\n"u8.ToArray()]).ShouldBe("one\ntwo\n");

    [Fact]
    public void ColoursAndControlCharactersAreDropped() =>
        Show(["\e[1;31mred\e[0m\a\0 \tplain\n"u8.ToArray()]).ShouldBe("red \tplain\n");

    [Fact]
    public void ALastLineWithoutAnEndIsShown() => Show(["no end"u8.ToArray()]).ShouldBe("no end\n");

    [Fact]
    public void ALongLineIsCutWithANote() =>
        Show([Encoding.UTF8.GetBytes(new string('x', 5_000) + "\n")], new OutputTextLimits { LongestLine = 100 })
            .ShouldBe(new string('x', 100) + " … [4,900 more characters]\n");

    [Fact]
    public void LongOutputKeepsItsHeadAndItsTail()
    {
        var lines = string.Concat(Enumerable.Range(0, 10_000).Select(number => $"line {number}\n"));

        var text = Show(
            [Encoding.UTF8.GetBytes(lines)],
            new OutputTextLimits { Budget = 1_000 },
            "eda/output/step_01.txt"
        );

        text.ShouldStartWith("line 0\nline 1\n");
        text.ShouldEndWith("line 9998\nline 9999\n");
        text.ShouldContain(" lines left out of 96.6 kB; the whole is in eda/output/step_01.txt] …\n");
        text.Length.ShouldBeLessThan(1_200);
    }

    [Fact]
    public void TheFileHoldsEveryByteUpToItsLimit()
    {
        using var file = new MemoryStream();
        var text = new StepOutputText(new OutputTextLimits { FileBytes = 5 }, file);

        text.Append(new StepOutput(SandboxStream.Stdout, "abc"u8.ToArray()));
        text.Append(new StepOutput(SandboxStream.Stderr, "defghi"u8.ToArray()));
        text.Complete();

        file.Length.ShouldBe(5);
        text.Bytes.ShouldBe(9);
    }

    [Fact]
    public void EachStreamHasItsOwnLines()
    {
        var seen = new List<string>();
        var text = new StepOutputText(new OutputTextLimits())
        {
            OnLine = (stream, line) => seen.Add($"{stream}: {line}"),
        };

        text.Append(new StepOutput(SandboxStream.Stdout, "out "u8.ToArray()));
        text.Append(new StepOutput(SandboxStream.Stderr, "err\n"u8.ToArray()));
        text.Append(new StepOutput(SandboxStream.Stdout, "more\n"u8.ToArray()));
        text.Complete();

        seen.ShouldBe(["Stderr: err", "Stdout: out more"]);
    }

    [Fact]
    public void HowBytesAreCutIntoChunksChangesNothing() =>
        Gen.Select(Gen.Byte.Array[0, 400], Gen.Int[1, 7])
            .Sample((bytes, size) => Show([.. bytes.Chunk(size)]) == Show([bytes]));

    [Fact]
    public void NothingOutgrowsItsBudget() =>
        Gen.Char["a\n\r"]
            .Array[0, 3_000]
            .Sample(characters =>
            {
                var limits = new OutputTextLimits { Budget = 200, LongestLine = 40 };
                return Show([Encoding.UTF8.GetBytes(characters)], limits).Length <= 400;
            });

    private static string Show(byte[][] chunks, OutputTextLimits? limits = null, string? path = null)
    {
        var text = new StepOutputText(limits ?? new OutputTextLimits(), file: null, path);
        foreach (var chunk in chunks)
            text.Append(new StepOutput(SandboxStream.Stdout, chunk));
        text.Complete();
        return text.ToString();
    }
}
