using CsCheck;
using Trainable.Server.Datasets;
using Trainable.Server.Platform;

namespace Trainable.Tests.Datasets;

public sealed class UploadNameTests
{
    [Theory]
    [InlineData("titanic.csv", "titanic.csv")]
    [InlineData("folder/deep/a b.csv", "folder/deep/a b.csv")]
    [InlineData("folder\\a.csv", "folder/a.csv")]
    [InlineData("données été.csv", "données été.csv")]
    [InlineData("..data.csv", "..data.csv")]
    [InlineData("console.csv", "console.csv")]
    public void AnOrdinaryNameIsKept(string name, string kept) => UploadName.Parse(name).ShouldBe(kept);

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData(null)]
    [InlineData("../../etc/passwd")]
    [InlineData("a/../../b.csv")]
    [InlineData("..\\..\\b.csv")]
    [InlineData("/etc/passwd")]
    [InlineData("C:\\data.csv")]
    [InlineData("a//b.csv")]
    [InlineData("a/./b.csv")]
    [InlineData("folder/")]
    [InlineData("a\0.csv")]
    [InlineData("a\nb.csv")]
    [InlineData("nul.csv")]
    [InlineData("data/COM1")]
    public void ADangerousNameIsRefusedWithASentence(string? name)
    {
        var refusal = Should.Throw<UserFacingException>(() => UploadName.Parse(name));
        refusal.Status.ShouldBe(400);
        refusal.Message.ShouldEndWith(".");
        refusal.Message.Any(char.IsControl).ShouldBeFalse();
    }

    [Fact]
    public void ANameLongerThanADiskTakesIsRefused() =>
        Should.Throw<UserFacingException>(() => UploadName.Parse(new string('é', 200) + ".csv"));

    [Fact]
    public void WhateverIsAcceptedStaysInsideTheFolder() =>
        Gen.String[Gen.Char["/\\.ab:\0 ~"], 0, 12]
            .Sample(name =>
            {
                string accepted;
                try
                {
                    accepted = UploadName.Parse(name);
                }
                catch (UserFacingException)
                {
                    return true;
                }
                return Path.GetFullPath(Path.Combine("/root/upload", accepted))
                    .StartsWith("/root/upload/", StringComparison.Ordinal);
            });
}
