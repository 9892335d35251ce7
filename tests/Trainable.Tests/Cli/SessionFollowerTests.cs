using Trainable.Cli;
using Trainable.Cli.Api;

namespace Trainable.Tests.Cli;

public sealed class SessionFollowerTests
{
    [Fact]
    public async Task ALostConnectionIsTakenUpAfterTheLastEventSeen()
    {
        var read = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await EventServer.StartAsync(
            EventServer.EventsThenLoss(read.Task, 1, 2, 3),
            EventServer.Events(4, 5)
        );
        var notices = new List<string>();
        var seen = await FollowAsync(
            server,
            notices,
            seq =>
            {
                if (seq == 3)
                    read.SetResult();
            }
        );
        seen.ShouldBe([1, 2, 3, 4, 5]);
        server.Asked.ShouldBe(["after 0", "id 3", "id 5"]);
        server.Recoveries.ShouldBe(2);
        notices.Count.ShouldBe(1);
    }

    [Fact]
    public async Task EventsSentAgainAreShownOnce()
    {
        await using var server = await EventServer.StartAsync(EventServer.Events(1, 2, 2), EventServer.Events(1, 2, 3));
        (await FollowAsync(server, [])).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task AServerThatIsStartingIsTriedAgain()
    {
        await using var server = await EventServer.StartAsync(
            EventServer.Refusal(503, "starting"),
            EventServer.Refusal(401, "another owner's token"),
            EventServer.Events(1)
        );
        (await FollowAsync(server, [])).ShouldBe([1]);
    }

    [Fact]
    public async Task ADeletedSessionEndsTheFollowing()
    {
        await using var server = await EventServer.StartAsync();
        var gone = await Should.ThrowAsync<ApiException>(() =>
            ReadAsync(server, [], TimeSpan.FromMinutes(1), _ => { })
        );
        gone.Status.ShouldBe(404);
    }

    [Fact]
    public async Task AServerThatStaysAwayIsGivenUpWithASentence()
    {
        var ended = await Should.ThrowAsync<CommandException>(() =>
            ReadAsync(new GoneServer(), [], TimeSpan.FromMilliseconds(300), _ => { })
        );
        ended.Message.ShouldContain("no longer answers");
        ended.ExitCode.ShouldBe(ExitCodes.Failed);
    }

    /// <summary>The events' numbers, up to the 404 that a server with nothing more to say answers with.</summary>
    private static async Task<List<long>> FollowAsync(
        EventServer server,
        List<string> notices,
        Action<long>? onSeen = null
    )
    {
        var seen = new List<long>();
        await Should.ThrowAsync<ApiException>(() =>
            ReadAsync(
                server,
                notices,
                TimeSpan.FromMinutes(1),
                seq =>
                {
                    seen.Add(seq);
                    onSeen?.Invoke(seq);
                }
            )
        );
        return seen;
    }

    private static async Task ReadAsync(
        IServerSource server,
        List<string> notices,
        TimeSpan patience,
        Action<long> onSeen
    )
    {
        var follower = new SessionFollower(server, TimeProvider.System)
        {
            Interrupted = notices.Add,
            Patience = patience,
        };
        await foreach (
            var item in follower.FollowAsync(Guid.CreateVersion7(), 0, TestContext.Current.CancellationToken)
        )
            onSeen(item.Seq!.Value);
    }

    /// <summary>Nothing listens there: port 1 of the loopback.</summary>
    private sealed class GoneServer : IServerSource
    {
        public ApiClient Api { get; } = new(new Uri("http://127.0.0.1:1"), token: null);

        public Task RecoverAsync(CancellationToken cancellation) => Task.CompletedTask;
    }
}
