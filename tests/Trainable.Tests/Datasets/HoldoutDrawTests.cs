using CsCheck;
using Trainable.Server.Datasets.Holdout;

namespace Trainable.Tests.Datasets;

public sealed class HoldoutDrawTests
{
    /// <summary>Rows as (key, stratum): copies share a key, and a key lies in one stratum.</summary>
    private static readonly Gen<(ulong Key, int Stratum)[]> Rows = Gen.Select(
        Gen.ULong[0, 400],
        Gen.Int[0, 4],
        (key, salt) => (Key: key, Stratum: (int)(key % 3) + salt / 5)
    ).Array[2, 300];

    [Fact]
    public void CopiesStayOnOneSideAndSomethingIsHeldAndSomethingIsLeft() =>
        Rows.Sample(rows =>
        {
            var held = Draw(rows);
            if (rows.Select(row => row.Key).Distinct().Count() == 1)
                return held is null;
            var mixed = rows.Index()
                .GroupBy(row => row.Item.Key)
                .Any(unit => unit.Select(row => held![row.Index]).Distinct().Count() > 1);
            return !mixed && held!.Any(row => row) && held!.Any(row => !row);
        });

    [Fact]
    public void TheDrawDoesNotDependOnTheOrderOfTheRows() =>
        Gen.Select(Rows, Gen.Int)
            .Sample(
                (rows, seed) =>
                {
                    var shuffled = rows.ToArray();
                    new Random(seed).Shuffle(shuffled);
                    HashSet<ulong> Keys((ulong Key, int Stratum)[] from) =>
                        [.. from.Zip(Draw(from) ?? []).Where(pair => pair.Second).Select(pair => pair.First.Key)];
                    return Keys(rows).SetEquals(Keys(shuffled));
                }
            );

    [Fact]
    public void EveryStratumIsWithinOneRowOfItsShareAndKeepsARow() =>
        Gen.Int[0, 6]
            .Array[20, 500]
            .Sample(strata =>
            {
                var keys = Enumerable.Range(0, strata.Length).Select(i => (ulong)i * 0x9E3779B97F4A7C15).ToArray();
                var held = HoldoutDraw.ByKey(keys, strata, All(strata.Length))!;
                return strata
                    .Index()
                    .GroupBy(row => row.Item)
                    .All(stratum =>
                    {
                        var size = stratum.Count();
                        var taken = stratum.Count(row => held[row.Index]);
                        return Math.Abs(taken - size * HoldoutDraw.Fraction) < 1 && taken < size;
                    });
            });

    [Fact]
    public void RowsThatMayNotBeHeldNeverAre() =>
        Gen
            .Bool.Array[10, 200]
            .Where(eligible => eligible.Count(row => row) >= 2)
            .Sample(eligible =>
            {
                var keys = Enumerable.Range(0, eligible.Length).Select(i => (ulong)i * 0x9E3779B97F4A7C15).ToArray();
                var held = HoldoutDraw.ByKey(keys, strata: null, eligible)!;
                return held.Zip(eligible).All(row => row.Second || !row.First);
            });

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 1)]
    [InlineData(10, 2)]
    [InlineData(100, 15)]
    [InlineData(1001, 150)]
    public void TheShareIsFifteenPercentAndAtLeastOneRow(int rows, int held)
    {
        var keys = Enumerable.Range(0, rows).Select(i => (ulong)i * 0x9E3779B97F4A7C15).ToArray();
        HoldoutDraw.ByKey(keys, strata: null, All(rows))!.Count(row => row).ShouldBe(held);
    }

    [Fact]
    public void ClassesOfOneRowStayToBeLearnt()
    {
        int[] strata = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2];
        var keys = Enumerable.Range(0, strata.Length).Select(i => (ulong)i).ToArray();
        var held = HoldoutDraw.ByKey(keys, strata, All(strata.Length))!;
        held[12].ShouldBeFalse();
        held[13].ShouldBeFalse();
        held.Count(row => row).ShouldBe(2);
    }

    [Fact]
    public void AGroupLargerThanTheShareIsHeldWhenNoneIsSmaller()
    {
        ulong[] keys = [.. Enumerable.Repeat(1UL, 6), .. Enumerable.Repeat(2UL, 4)];
        HoldoutDraw.ByKey(keys, strata: null, All(10))!.Count(row => row).ShouldBe(4);
    }

    [Fact]
    public void TheLatestRowsAreHeldAndATimeIsNeverSplit()
    {
        double[] times = [1, 9, 2, 8, 3, 9, 4, 5, 6, 7];
        HoldoutDraw.Latest(times, All(10))!.Index().Where(row => row.Item).Select(row => row.Index).ShouldBe([1, 5]);
        double[] tied = [1, 1, 1, 1, 1, 2, 2, 2, 2, 2];
        HoldoutDraw.Latest(tied, All(10))!.Count(row => row).ShouldBe(5);
        HoldoutDraw.Latest([3, 3, 3], All(3)).ShouldBeNull();
    }

    [Fact]
    public void QuantilesShareRowsEvenlyAndKeepTiesTogether()
    {
        var values = Enumerable.Range(0, 1000).Select(i => (double)(i / 2)).ToArray();
        var bins = HoldoutDraw.Quantiles(values, All(1000));
        bins.Distinct().Count().ShouldBe(10);
        bins.CountBy(bin => bin).ShouldAllBe(bin => bin.Value == 100);
        HoldoutDraw
            .Quantiles([.. Enumerable.Repeat(0.0, 990), .. Enumerable.Range(1, 10).Select(i => (double)i)], All(1000))
            .Take(990)
            .Distinct()
            .Count()
            .ShouldBe(1);
    }

    private static bool[] All(int rows) => [.. Enumerable.Repeat(true, rows)];

    private static bool[]? Draw((ulong Key, int Stratum)[] rows)
    {
        // The stratum follows from the key, as it does where the target is part of the row.
        var strata = rows.Select(row => (int)(row.Key % 3)).ToArray();
        return HoldoutDraw.ByKey([.. rows.Select(row => row.Key)], strata, All(rows.Length));
    }
}
