using CsCheck;
using Trainable.Server.Datasets;

namespace Trainable.Tests.Datasets;

public sealed class LabelTextTests
{
    [Theory]
    [InlineData("1", "1")]
    [InlineData("1.0", "1")]
    [InlineData("-3.00", "-3")]
    [InlineData("1e3", "1000")]
    [InlineData("0.5", "0.5")]
    [InlineData("0.50", "0.5")]
    [InlineData("True", "True")]
    [InlineData("true", "True")]
    [InlineData("FALSE", "False")]
    [InlineData("yes", "yes")]
    [InlineData(" yes", " yes")]
    [InlineData("9007199254740993", "9007199254740993")]
    [InlineData("007", "7")]
    [InlineData("1e300", "1E+300")]
    [InlineData("nan", "nan")]
    [InlineData("", "")]
    public void LabelsAreComparedByTheirPlainestText(string text, string label) =>
        LabelText.Normalize(text).ShouldBe(label);

    [Fact]
    public void NormalizingTwiceChangesNothing() =>
        Gen.OneOf(
                Gen.Double.Select(number => number.ToString("R")),
                Gen.Long.Select(number => number.ToString()),
                Gen.String
            )
            .Sample(text => LabelText.Normalize(LabelText.Normalize(text)) == LabelText.Normalize(text));
}
