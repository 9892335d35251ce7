using Trainable.Server.Datasets.Images;
using Trainable.Server.Platform;

namespace Trainable.Tests.Datasets;

/// <summary>What a sandbox says of images, which one of them may have taken over: no image is lost and none invented.</summary>
public sealed class ReadImagesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trainable-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void EachImageIsARowOrUnreadable()
    {
        Write("name,width\na.png,1\nb.png,2\n", "c.png").ShouldBe(["a.png", "b.png"]);

        File.ReadAllText(Path.Combine(_folder, "out.csv")).ShouldBe("label,width\n\"x, y\",1\ncat,2\n");
    }

    [Theory]
    [InlineData("name,width\na.png,1\n", "left one out without a word")]
    [InlineData("name,width\na.png,1\nb.png,2\na.png,3\n", "wrote a row twice")]
    [InlineData("name,width\na.png,1\nb.png,2\nd.png,3\n", "wrote a row of an image that it was not given")]
    public void ATableThatDoesNotMatchTheImagesIsRefused(string table, string why) =>
        Should.Throw<UserFacingException>(() => Write(table, "c.png")).Message.ShouldContain(why);

    private List<string> Write(string table, params string[] unreadable)
    {
        File.WriteAllText(Path.Combine(_folder, "table.csv"), table);
        var rows = new[] { ("a.png", "x, y"), ("b.png", "cat"), ("c.png", "cat") }.ToLookup(
            image => image.Item1,
            image => new[] { image.Item2 }
        );
        return new ReadImages(_folder, unreadable).Write(
            Path.Combine(_folder, "out.csv"),
            ["label"],
            rows,
            TestContext.Current.CancellationToken
        );
    }
}
