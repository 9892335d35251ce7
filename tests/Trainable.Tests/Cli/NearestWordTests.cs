using CsCheck;
using Trainable.Cli.Arguments;

namespace Trainable.Tests.Cli;

public sealed class NearestWordTests
{
    private static readonly string[] Commands = ["run", "up", "ls", "show", "stop", "logs", "chat", "doctor"];
    private static readonly Gen<string> Word = Gen.Char['a', 'd'].Array[0, 6].Select(letters => new string(letters));

    [Theory]
    [InlineData("shwo", "show")]
    [InlineData("stpo", "stop")]
    [InlineData("doc", "doctor")]
    [InlineData("log", "logs")]
    [InlineData("frobnicate", null)]
    [InlineData("x", null)]
    public void TheWordWithTheFewestSlipsIsMeant(string written, string? meant) =>
        NearestWord.Find(written, Commands).ShouldBe(meant);

    [Fact]
    public void SlipsAreADistance() =>
        Gen.Select(Word, Word)
            .Sample(
                (a, b) =>
                {
                    var slips = NearestWord.Slips(a, b);
                    return slips == NearestWord.Slips(b, a)
                        && slips == 0 == (a == b)
                        && slips >= Math.Abs(a.Length - b.Length)
                        && slips <= Math.Max(a.Length, b.Length);
                }
            );
}
