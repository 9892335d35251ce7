using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Platform;
using Trainable.Server.Referee;
using Trainable.Server.Referee.Checks;
using Trainable.Server.Referee.Files;

namespace Trainable.Tests.Referee;

/// <summary>Which working row became which prepared one, by what the pipeline gives for it and by the target.</summary>
public sealed class RowOriginsTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("trainable-test-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task RowsAreFoundInWhateverOrderTheyWerePut() =>
        await ShouldBeAsync(
            transformed: "(1.5, 'a'), (2.5, 'b'), (3.5, 'c'), (4.5, 'd')",
            raw: ["no", "yes", null, "yes"],
            train: "(4.5, 'd', 'yes'), (1.5, 'a', 'no')",
            val: "(2.5, 'b', 'yes')",
            [3, 0],
            [1]
        );

    [Fact]
    public async Task RowsThatAreAlikeAreToldByTheTargetAndTakenOnceEach() =>
        await ShouldBeAsync(
            transformed: "(1, 'a'), (1, 'a'), (1, 'a'), (1, 'a')",
            raw: ["no", "yes", "no", "yes"],
            train: "(1, 'a', 'yes'), (1, 'a', 'no')",
            val: "(1, 'a', 'no'), (1, 'a', 'yes')",
            [1, 0],
            [2, 3],
            onlyTrain: []
        );

    [Fact]
    public async Task ARowThatTrainRepeatsIsOneRowAndOneThatWasMadeUpIsNone() =>
        await ShouldBeAsync(
            transformed: "(1, 'a'), (2, 'b')",
            raw: ["yes", "no"],
            train: "(1, 'a', 'yes'), (1, 'a', 'yes'), (1.2, 'a', 'yes')",
            val: "(2, 'b', 'no')",
            [0, 0, -1],
            [1]
        );

    [Fact]
    public async Task ANumberIsTheSameHoweverItIsWritten() =>
        await ShouldBeAsync(
            transformed: "(1, 'a'), (1, 'a')",
            raw: ["1,234", "0.1"],
            train: "(1, 'a', 0.1::FLOAT)",
            val: "(1, 'a', 1234)",
            [1],
            [0],
            ProblemTypes.Regression
        );

    private async Task ShouldBeAsync(
        string transformed,
        List<string?> raw,
        string train,
        string val,
        int[] expectedTrain,
        int[] expectedVal,
        string problem = ProblemTypes.Binary,
        int[]? onlyTrain = null
    )
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var bench = new Workbench(new TrainableHome(Path.Combine(_root, "home")));
        var data = Directory.CreateDirectory(Path.Combine(_root, "prep", "data")).FullName;
        using (var writer = TableDatabase.Open(new TableAccess([data, bench.In], data, 1L << 28), cancellation))
        {
            Write(
                $"SELECT n::DOUBLE AS n, t FROM (VALUES {transformed}) AS rows(n, t)",
                bench.Input("transformed.parquet")
            );
            foreach (var (split, rows) in new[] { ("train", train), ("val", val) })
                Write(
                    $"SELECT n::DOUBLE AS n, t, y FROM (VALUES {rows}) AS rows(n, t, y)",
                    Path.Combine(data, $"{split}.parquet")
                );
            void Write(string rows, string file) =>
                writer.Execute($"COPY ({rows}) TO {TableDatabase.Literal(file)} (FORMAT parquet)");
        }
        using var tables = SplitTables.Open(bench, [], cancellation);
        foreach (var split in new[] { "val", "train" })
            (await tables.LoadAsync(Path.Combine(_root, "prep"), split, new Findings(), cancellation)).ShouldBeTrue();

        var file = Path.Combine(_root, "kept", "origins.json");
        RowOrigins.Read(file).ShouldBeNull();
        var found = RowOrigins.Find(tables, raw, "y", problem).ShouldNotBeNull();
        found.Keep(file);

        var origins = RowOrigins.Read(file).ShouldNotBeNull();
        origins.Splits["train"].ShouldBe(expectedTrain);
        origins.Splits["val"].ShouldBe(expectedVal);
        Should.Throw<InvalidOperationException>(() => origins.Only("train", "val").ToList());
        found.Only("train", "val").ShouldBe(onlyTrain ?? expectedTrain.Where(row => row >= 0).Distinct());
    }
}
