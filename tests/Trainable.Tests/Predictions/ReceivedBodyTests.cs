using Trainable.Server.Platform;
using Trainable.Server.Predictions;

namespace Trainable.Tests.Predictions;

/// <summary>What is sent to be predicted has one limit, in however many pieces it is unpacked.</summary>
public sealed class ReceivedBodyTests : IDisposable
{
    private const long Most = 2_000_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("trainable-test-").FullName;
    private int _files;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task PiecesFitTogetherOrAreRefusedWithTheLimitOfAll()
    {
        var before = await SaveAsync(1_500_000, before: 0);
        before = await SaveAsync(500_000, before);
        before.ShouldBe(Most);

        var refusal = await Should.ThrowAsync<UserFacingException>(() => SaveAsync(1, before));
        refusal.Status.ShouldBe(413);
        refusal.Message.ShouldContain($"larger than the {ByteSize.Format(Most)}");
    }

    private Task<long> SaveAsync(int bytes, long before) =>
        ReceivedBody.SaveAsync(
            new MemoryStream(new byte[bytes]),
            Path.Combine(_folder, $"{_files++}"),
            Most,
            TestContext.Current.CancellationToken,
            before
        );
}
