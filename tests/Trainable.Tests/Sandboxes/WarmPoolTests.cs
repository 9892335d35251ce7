using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Trainable.Server.Sandboxes;

namespace Trainable.Tests.Sandboxes;

/// <summary>What waits for the next question is closed after a while, when too much waits, and when it shows what was.</summary>
public sealed class WarmPoolTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly WarmPool<Waiting> _pool;

    public WarmPoolTests() =>
        _pool = new(new WarmLimits(TimeSpan.FromMinutes(10), Most: 2, MostBytes: 100), _time, NullLogger.Instance);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _pool.DisposeAsync();

    [Fact]
    public async Task AnIdleOneIsClosedAndTheNextQuestionOpensAnother()
    {
        var session = Guid.CreateVersion7();
        var first = await AskAsync(session);
        _time.Advance(TimeSpan.FromMinutes(9));
        (await AskAsync(session)).ShouldBe(first);
        _time.Advance(TimeSpan.FromMinutes(11));
        await first.Closed.WaitAsync(Cancellation);
        (await AskAsync(session)).ShouldNotBe(first);
    }

    [Fact]
    public async Task OneThatIsUsedStaysOpenThoughItShowsWhatWas()
    {
        var session = Guid.CreateVersion7();
        var lease = await BorrowAsync(session);
        var other = await AskAsync(session, version: "another model");
        other.ShouldNotBe(lease.Warm);
        lease.Warm.Closed.IsCompleted.ShouldBeFalse();
        lease.Dispose();
        await lease.Warm.Closed.WaitAsync(Cancellation);
        (await AskAsync(session, version: "another model")).ShouldBe(other);
    }

    [Fact]
    public async Task TheOneIdleLongestMakesRoomByNumberAndByMemory()
    {
        var first = await AskAsync(Guid.CreateVersion7());
        _time.Advance(TimeSpan.FromSeconds(1));
        var second = await AskAsync(Guid.CreateVersion7());
        _time.Advance(TimeSpan.FromSeconds(1));
        var third = await AskAsync(Guid.CreateVersion7(), bytes: 90);
        await first.Closed.WaitAsync(Cancellation);
        // Only two may wait, and these two hold more than a hundred bytes together.
        await second.Closed.WaitAsync(Cancellation);
        third.Closed.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task OneThatDiedOrNeverOpenedIsOpenedAnew()
    {
        var session = Guid.CreateVersion7();
        var dead = await AskAsync(session);
        dead.IsUsable = false;
        (await AskAsync(session)).ShouldNotBe(dead);
        await dead.Closed.WaitAsync(Cancellation);
        var other = Guid.CreateVersion7();
        await Should.ThrowAsync<IOException>(() =>
            _pool.BorrowAsync(other, "", () => throw new IOException("no room"), Cancellation)
        );
        (await AskAsync(other)).IsUsable.ShouldBeTrue();
    }

    [Fact]
    public async Task OneThatIsEndedIsEndedAtOnceAndOnlyForThoseWhoHadIt()
    {
        var session = Guid.CreateVersion7();
        var lease = await BorrowAsync(session);
        await _pool.CloseAsync(session);
        lease.Warm.Closed.IsCompleted.ShouldBeTrue();
        var next = await AskAsync(session);
        lease.Dispose();
        next.ShouldNotBe(lease.Warm);
        (await AskAsync(session)).ShouldBe(next, "the leaving of one that was ended touches no other");
    }

    private async Task<Waiting> AskAsync(Guid session, string version = "a model", long bytes = 20)
    {
        using var lease = await BorrowAsync(session, version, bytes);
        return lease.Warm;
    }

    private Task<WarmLease<Waiting>> BorrowAsync(Guid session, string version = "a model", long bytes = 20) =>
        _pool.BorrowAsync(session, version, () => Task.FromResult(new Waiting(bytes)), Cancellation);

    private sealed class Waiting(long bytes) : IWarm
    {
        private readonly TaskCompletionSource _closed = new();

        public Task Closed => _closed.Task;

        public long MemoryInUse => bytes;

        public bool IsUsable { get; set; } = true;

        public ValueTask DisposeAsync()
        {
            _closed.TrySetResult();
            return ValueTask.CompletedTask;
        }
    }
}
