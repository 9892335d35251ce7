using CsCheck;
using Trainable.Cli.Arguments;

namespace Trainable.Tests.Cli;

public sealed class BudgetTests
{
    [Theory]
    [InlineData("90s", 90)]
    [InlineData("10m", 600)]
    [InlineData("1h30m", 5400)]
    [InlineData("1.5h", 5400)]
    [InlineData(" 2h5m10s ", 7510)]
    [InlineData("0.5s", 0.5)]
    public void ATimeWithUnitsIsUnderstood(string text, double seconds)
    {
        Budget.TryParse(text, out var budget).ShouldBeTrue();
        budget.TotalSeconds.ShouldBe(seconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("10 m")]
    [InlineData("m")]
    [InlineData("30m1h")]
    [InlineData("1h1h")]
    [InlineData("-5m")]
    [InlineData("0s")]
    [InlineData("8000h")]
    [InlineData("1e3s")]
    [InlineData("10min")]
    public void AnythingElseIsRefused(string text) => Budget.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void EveryWholeTimeCanBeWrittenAndReadBack() =>
        Gen.Select(Gen.Int[0, 100], Gen.Int[0, 59], Gen.Int[1, 59])
            .Sample(
                (hours, minutes, seconds) =>
                    Budget.TryParse($"{hours}h{minutes}m{seconds}s", out var budget)
                    && budget == new TimeSpan(hours, minutes, seconds)
            );
}
