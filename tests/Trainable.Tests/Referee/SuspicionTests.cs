using System.Globalization;
using Trainable.Contracts;
using Trainable.Server.Referee.Suspicions;

namespace Trainable.Tests.Referee;

/// <summary>Each suspicion has a column that must raise it and one, much like it, that must not.</summary>
public sealed class SuspicionTests
{
    private const int Rows = 600;
    private static readonly DateTime Now = new(2026, 6, 1, 0, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData("target_copy", "words")]
    [InlineData("target_copy", "codes")]
    [InlineData("single_feature_leak", "levels")]
    [InlineData("single_feature_leak", "orders")]
    [InlineData("telling_gaps", "filled afterwards")]
    [InlineData("target_encoding", "share of a pair")]
    [InlineData("target_encoding", "share of a street")]
    [InlineData("id_column", "row number")]
    [InlineData("id_column", "key")]
    [InlineData("group_leak", "household")]
    [InlineData("group_leak", "household number")]
    [InlineData("future_dates", "due")]
    public void AColumnThatShouldNotBeLearntFromIsNamed(string code, string column) =>
        Codes(column, Classes(), ProblemTypes.Binary).ShouldContain(code);

    [Theory]
    [InlineData("weak")]
    [InlineData("strong but honest")]
    [InlineData("random gaps")]
    [InlineData("measurement")]
    [InlineData("brightness")]
    [InlineData("share of another street")]
    [InlineData("name")]
    [InlineData("postcode")]
    [InlineData("born")]
    public void AnHonestColumnIsNotNamed(string column) =>
        Codes(column, Classes(), ProblemTypes.Binary).ShouldBeEmpty();

    [Theory]
    [InlineData("target_copy", "in cents")]
    [InlineData("target_copy", "hashed")]
    [InlineData("single_feature_leak", "squared")]
    [InlineData("single_feature_leak", "band")]
    [InlineData("target_encoding", "mean of a pair")]
    [InlineData("target_encoding", "mean of a street")]
    [InlineData("group_leak", "street")]
    public void ALeakOfANumberIsNamed(string code, string column) =>
        Codes(column, column == "hashed" ? Tariffs() : Prices(), ProblemTypes.Regression).ShouldContain(code);

    [Theory]
    [InlineData("weak")]
    [InlineData("rounded guess")]
    [InlineData("rounded mean of a street")]
    [InlineData("as many values")]
    [InlineData("measurement")]
    [InlineData("postcode")]
    public void AnHonestPredictorOfANumberIsNotNamed(string column) =>
        Codes(column, column == "as many values" ? Tariffs() : Prices(), ProblemTypes.Regression).ShouldBeEmpty();

    [Fact]
    public void ACommonClassAloneMakesNoColumnALeak()
    {
        // 99.5 % are of one class: any column "predicts" 99.5 % of the rows.
        var rare = Column("fraud", row => row % 200 == 7 ? "yes" : "no");
        var column = Column("colour", row => $"c{row % 5}");
        LeakSuspicions.Of(column, rare, ProblemTypes.Binary).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(3.0, false)] // Sets one of three classes apart, as a petal's length does.
    [InlineData(0.4, true)] // Each class has a range of its own.
    public void OfThreeClassesANumberHasToTellAll(double spread, bool isNamed)
    {
        static int Class(int row) => row * 7 % 3;
        var species = Column("species", row => $"s{Class(row)}");
        var length = Column(
            "length",
            row =>
                Text(
                    (Class(row) == 0 ? 0 : 9 + Class(row))
                        + (Class(row) == 0 ? 1 : spread) * (row * 7919 % 1000 / 1000.0)
                )
        );
        LeakSuspicions
            .Of(length, species, ProblemTypes.Multiclass)
            .Any(one => one.Code == "single_feature_leak")
            .ShouldBe(isNamed);
    }

    [Fact]
    public void AGuessThatIsRightAsOftenAsItSaysIsNoEncoding()
    {
        static double Guess(int row) => (1 + (row % 9)) / 10.0;
        var bought = Column("bought", row => Chance(row, 11) < Guess(row) ? "yes" : "no");
        LeakSuspicions.Of(Column("guess", row => Text(Guess(row))), bought, ProblemTypes.Binary).ShouldBeEmpty();
    }

    [Fact]
    public void ADateThatIsAnotherInEachRowIsNoKey()
    {
        var since = Column(
            "since",
            row => new DateTime(2020, 1, 1).AddDays(row * 3).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
        );
        KeySuspicions.Of(since, Classes(), ProblemTypes.Binary, Now).ShouldBeEmpty();
    }

    private static string[] Codes(string column, RawColumn target, string problem)
    {
        var raw = Column(column, row => Value(column, row));
        return
        [
            .. LeakSuspicions
                .Of(raw, target, problem)
                .Concat(KeySuspicions.Of(raw, target, problem, Now))
                .Select(one => one.Code),
        ];
    }

    private static RawColumn Classes() => Column("bought", row => IsYes(row) ? "yes" : "no");

    private static RawColumn Prices() => Column("price", row => Text(Price(row)));

    private static RawColumn Tariffs() => Column("price", row => Text(Tariff(row)));

    /// <summary>One of a hundred prices, in no order.</summary>
    private static double Tariff(int row) => 10 + (int)(Chance(row, 9) * 100);

    private static string? Value(string column, int row) =>
        column switch
        {
            "words" => IsYes(row) ? "Käufer" : "Gast",
            "codes" => IsYes(row) ? "7" : "3",
            "levels" => IsYes(row) ? $"a{row % 3}" : $"b{row % 3}",
            "orders" => Text((IsYes(row) ? 1000 : 0) + Chance(row, 1)),
            "filled afterwards" => IsYes(row) ? $"{row % 90}" : null,
            "row number" => $"{row + 1}",
            "key" => $"K{row * 7919 % 100_003:x}",
            "household" => $"H{row / 3}",
            "household number" => $"{row / 3}",
            // From 0 to 255, as a pixel has it; a third of the values are of both classes.
            "brightness" => $"{(int)((IsYes(row) ? 115 : 10) + (Chance(row, 10) * 140))}",
            "due" => $"2027-01-{1 + (row % 28):00}",
            "weak" => $"{row % 4}",
            "strong but honest" => Chance(row, 2) < 0.9 == IsYes(row) ? "often" : "rarely",
            "random gaps" => Chance(row, 3) < 0.3 ? null : $"{row % 50}",
            "measurement" => Text(Chance(row, 4) * 50_000),
            "name" => $"Person number {row}",
            "postcode" => $"{1000 + (row * 31 % 40)}",
            "born" => $"19{50 + (row % 49):00}-03-{1 + (row % 28):00}",
            "in cents" => Text(Price(row) * 100),
            // The price is that of one of a hundred tariffs here; a code names each.
            "hashed" => $"T{(int)Tariff(row) * 7919 % 10_007:x}",
            "as many values" => $"T{row * 31 % 100}",
            "squared" => Text(Price(row) * Price(row)),
            "street" => $"{Street(row)}",
            "band" => $"band {(int)Price(row) / 50}",
            "share of a pair" => Text(Mean(row, Rows / 2, Yes)),
            "share of a street" => Text(Mean(row, Rows / 20, Yes)),
            "share of another street" => Text(Mean(row + 1, Rows / 20, Yes)),
            "mean of a pair" => Text(Mean(row, Rows / 2, Price)),
            "mean of a street" => Text(Mean(row, Rows / 20, Price)),
            "rounded mean of a street" => Text(Math.Round(Mean(row, Rows / 20, Price))),
            "rounded guess" => Text(Math.Round((Price(row) + (Chance(row, 6) * 300)) / 100)),
            _ => throw new ArgumentOutOfRangeException(nameof(column)),
        };

    private static bool IsYes(int row) => Chance(row / 3, 0) < 0.4;

    private static double Price(int row) => 500 + (Chance(Street(row), 7) * 400) + (Chance(row, 8) * 40);

    private static double Yes(int row) => IsYes(row) ? 1 : 0;

    /// <summary>Over the row's group, one of so many.</summary>
    private static double Mean(int row, int groups, Func<int, double> value) =>
        Enumerable.Range(0, Rows / groups).Average(each => value((row % groups) + (each * groups)));

    private static int Street(int row) => row * 17 % 150;

    /// <summary>A number from 0 to 1 that looks random and is the same every time (SplitMix64).</summary>
    private static double Chance(int row, int salt)
    {
        unchecked
        {
            var mixed =
                ((ulong)row * 0x9E3779B97F4A7C15UL) + ((ulong)salt * 0xD1B54A32D192ED03UL) + 0x2545F4914F6CDD1DUL;
            mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9UL;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBUL;
            return (mixed ^ (mixed >> 31)) / (double)ulong.MaxValue;
        }
    }

    private static RawColumn Column(string name, Func<int, string?> value) =>
        new(name, [.. Enumerable.Range(0, Rows).Select(value)]);

    private static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);
}
