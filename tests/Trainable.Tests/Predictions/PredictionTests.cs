using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Trainable.Contracts;
using Trainable.Tests.App;
using Trainable.Tests.Referee;

namespace Trainable.Tests.Predictions;

/// <summary>A person sends rows of raw columns and gets what the session's model says of them.</summary>
[Trait("Kind", "integration")]
public sealed class PredictionTests(PredictionLab lab) : IClassFixture<PredictionLab>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RowsAreClassifiedWithProbabilities()
    {
        var result = await lab.PredictAsync(
            """{"rows": [{"age": 70, "noise": 1, "city": "Oslo"}, {"city": "Lima", "age": "20", "noise": null}]}"""
        );
        result.Classes.ShouldBe(["no", "yes"]);
        result.PositiveClass.ShouldBe("yes");
        result.Rows.Select(row => row.Prediction.GetString()).ShouldBe(["yes", "no"]);
        result.Rows[0].Probabilities!.Sum().ShouldBe(1, 1e-9);
        result.Rows[0].Probabilities![1].ShouldBe(1 / (1 + Math.Exp(-20.0 / 6)), 1e-9);
        result.Rows.Select(row => row.Row).ShouldBe([1, 2]);
        result.Notes.ShouldBeEmpty();
        result.Novelty.Enough.ShouldBeFalse();
    }

    [Fact]
    public async Task TheTargetIsLeftOutAndStrangeColumnsAreNamed()
    {
        var result = await lab.PredictAsync(
            """{"rows": [{"age": 70, "noise": 1, "city": "Oslo", "bought": "no", "weight": 3}]}"""
        );
        result.Rows[0].Prediction.GetString().ShouldBe("yes");
        result.Notes.ShouldContain(note => note.StartsWith("`bought` is what is predicted"));
        result.Notes.ShouldContain(note => note.Contains("no such column: `weight`"));
    }

    [Fact]
    public async Task AColumnThatTheModelNeedsMustBeThere()
    {
        using var answer = await lab.PostAsync("""{"rows": [{"noise": 1, "city": "Oslo"}]}""");
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await TrainableApp.DetailAsync(answer)).ShouldBe("The column 'age' is missing; a number is expected in it.");
    }

    [Fact]
    public async Task AValueOfAnotherTypeIsNamedWithItsRow()
    {
        using var answer = await lab.PostAsync(
            """{"rows": [{"age": 1, "noise": 1, "city": "Oslo"}, {"age": "forty", "noise": 1, "city": "Oslo"}]}"""
        );
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await TrainableApp.DetailAsync(answer)).ShouldBe("Row 2: 'age' is 'forty', where a number is expected.");
    }

    [Theory]
    [InlineData("""{"rows": [{"age": [1], "noise": 1, "city": "Oslo"}]}""", "Row 1: 'age' is a list")]
    [InlineData("""{"rows": null}""", "'rows' is null")]
    [InlineData("""{"rows": [null]}""", "Row 1 is null")]
    [InlineData("""{"rows": [], "threshold": 2}""", "from 0 to 1")]
    [InlineData("""{}""", "rows")]
    public async Task ABodyThatDoesNotFitIsRefusedInASentence(string body, string part)
    {
        using var answer = await lab.PostAsync(body);
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await TrainableApp.DetailAsync(answer)).ShouldContain(part);
    }

    [Fact]
    public async Task AValueThatNoWorkingRowHasIsSaid()
    {
        var result = await lab.PredictAsync("""{"rows": [{"age": 200, "noise": 1, "city": "Atlantis"}]}""");
        result.Rows[0].Prediction.GetString().ShouldBe("yes");
        result.Notes.ShouldContain(note => note.Contains("`city` has a value") && note.Contains("'Atlantis' (1 row)"));
        result.Notes.ShouldContain("`age` lies outside what the model learnt from in 1 row.");
    }

    [Fact]
    public async Task AnExplanationAddsUpAndNamesWhatMattered()
    {
        var result = await lab.PredictAsync("""{"rows": [{"age": 80, "noise": 1, "city": "Oslo"}], "explain": true}""");
        result.ExplanationMethod.ShouldBe("sampled Shapley values over raw columns");
        var explanation = result.Rows[0].Explanation!;
        explanation.Class.ShouldBe("yes");
        explanation.Value.ShouldBe(result.Rows[0].Probabilities![1], 1e-9);
        explanation.Columns.Sum(column => column.Effect).ShouldBe(explanation.Value - explanation.Base, 1e-9);
        explanation.Columns[0].Column.ShouldBe("age");
        explanation.Columns[0].Effect.ShouldBeGreaterThan(0.2);
        explanation.Columns.Single(column => column.Column == "noise").Effect.ShouldBe(0);
    }

    [Fact]
    public async Task AThresholdTakesThePlaceOfTheModelsOwnLabel()
    {
        var result = await lab.PredictAsync(
            """{"rows": [{"age": 70, "noise": 1, "city": "Oslo"}], "threshold": 0.99}"""
        );
        result.Threshold.ShouldBe(0.99);
        result.Rows[0].Prediction.GetString().ShouldBe("no");
    }

    [Fact]
    public async Task ATableComesBackWithItsPredictions()
    {
        using var answer = await lab.PostCsvAsync(
            "city;age;noise;bought\nOslo;70;1;no\n\"Li\"\"ma\";20;;yes\n",
            "text/csv",
            "?explain=true"
        );
        var lines = (await answer.Content.ReadAsStringAsync(Cancellation)).Split('\n');
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/csv");
        lines[0].ShouldBe("city,age,noise,bought,prediction,probability_no,probability_yes,because");
        lines[1].ShouldStartWith("Oslo,70,1,no,yes,0.03");
        lines[1].ShouldContain("age +0.");
        lines[2].ShouldStartWith("\"Li\"\"ma\",20,,yes,no,0.99");
        lines.Length.ShouldBe(4);
        JsonSerializer
            .Deserialize(
                answer.Headers.GetValues("Trainable-Notes").Single(),
                ContractJson.Default.IReadOnlyListString
            )!
            .ShouldContain(note => note.StartsWith("`bought` is what is predicted"));
    }

    [Fact]
    public async Task DataUnlikeTheWorkingRowsIsSaidAndLikeDataIsNot()
    {
        using var like = await lab.PostCsvAsync(
            PredictionLab.Table(null, (_, _) => "", rows: 1_500, seed: 9),
            "application/json"
        );
        var alike = await PredictionLab.ReadAsync(like);
        alike.RowCount.ShouldBe(1_500);
        alike.Novelty.Rows.ShouldBe(1_500);
        alike.Novelty.Enough.ShouldBeTrue();
        alike.Novelty.Columns.ShouldNotContain(column => column.Drifted);

        using var unlike = await lab.PostCsvAsync(
            PredictionLab.Table(null, (_, _) => "", rows: 1_500, seed: 9, youngest: 60),
            "application/json"
        );
        var strange = await PredictionLab.ReadAsync(unlike);
        var drifted = strange.Novelty.Columns.Single(column => column.Drifted);
        drifted.Column.ShouldBe("age");
        drifted.Psi!.Value.ShouldBeGreaterThan(1);
        drifted.Ks!.Value.ShouldBeInRange(0.5, 0.8);
        strange.Notes.ShouldContain(note =>
            note.StartsWith("The rows look unlike the ones the model learnt from: `age`")
        );
    }

    [Fact]
    public async Task AFormKnowsTheColumns()
    {
        var form = (
            await lab.App.Http.GetFromJsonAsync(
                $"/api/sessions/{lab.Session}/predict",
                ContractJson.Default.PredictionForm,
                Cancellation
            )
        )!;
        form.Target.ShouldBe("bought");
        form.Columns.Select(column => column.Name).ShouldBe(["age", "noise", "city"]);
        form.Columns[0].Kind.ShouldBe("whole");
        form.Columns[0].Low!.Value.ShouldBeGreaterThanOrEqualTo(18);
        form.Columns[2].Levels!.Order().ShouldBe(["Bern", "Kyoto", "Lima", "Oslo"]);
    }

    [Fact]
    public async Task AModelThatFailsSaysSoAndTheNextRowsArePredicted()
    {
        await FailsAsync(1, "The model fails on these rows: ValueError: fails");
        await FailsAsync(2, "The model ended the program that runs it.");
        var result = await lab.PredictAsync("""{"rows": [{"age": 70, "noise": 1, "city": "Oslo"}]}""");
        result.Rows[0].Prediction.GetString().ShouldBe("yes");
    }

    [Fact]
    public async Task TheModelSeesNoHeldRows()
    {
        var said = await FailsAsync(3, "held folders: []");
        said.ShouldContain("'predictor'");
        said.ShouldContain("'referee'");
        said.ShouldNotContain("'data'");
    }

    [Fact]
    public async Task ANumberIsPredictedAndExplained()
    {
        await using var app = await RefereeRun.StartAsync(PredictionLab.Prep, PredictionLab.Train);
        var session = await PredictionLab.TrainAsync(
            app,
            PredictionLab.Table("price", (age, _) => (age * 3).ToString(CultureInfo.InvariantCulture)),
            "price"
        );
        using var answer = await PredictionLab.PostAsync(
            app,
            session,
            """{"rows": [{"age": 40, "city": "Oslo"}], "explain": true}"""
        );
        var result = await PredictionLab.ReadAsync(answer);
        result.Classes.ShouldBeNull();
        result.Rows[0].Prediction.GetDouble().ShouldBe(120);
        result.Rows[0].Explanation!.Class.ShouldBeNull();
        result.Rows[0].Explanation!.Columns[0].Column.ShouldBe("age");
        result.Notes.ShouldBe(["Not sent and not needed by the model: `noise`."]);
    }

    [Fact]
    public async Task WithoutAModelNothingIsPredicted()
    {
        var created = await lab.App.CreateExperimentAsync();
        using var answer = await PredictionLab.PostAsync(lab.App, created.SessionId, """{"rows": []}""");
        answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await TrainableApp.DetailAsync(answer)).ShouldContain("Run Train, then predict.");
        using var unknown = await PredictionLab.PostAsync(lab.App, Guid.NewGuid(), """{"rows": []}""");
        unknown.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private async Task<string> FailsAsync(int how, string sentence)
    {
        using var answer = await lab.PostAsync($$"""{"rows": [{"age": 999, "noise": {{how}}, "city": "Oslo"}]}""");
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var detail = await TrainableApp.DetailAsync(answer);
        detail.ShouldContain(sentence);
        return detail;
    }
}
