using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Trainable.Server.Agents;
using Trainable.Server.Platform;
using Trainable.Server.Sandboxes;
using Trainable.Tests.Sandboxes;

namespace Trainable.Tests.Agents;

/// <summary>Sandboxes stay warm between a session's steps, but not for ever and not without number.</summary>
public sealed class SessionSandboxesTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly SandboxLab _lab = new(
        new SandboxOptions
        {
            Preload = false,
            Warm = 2,
            Idle = TimeSpan.FromMinutes(10),
        }
    );
    private readonly SessionSandboxes _sandboxes;
    private readonly Guid _experiment = Guid.CreateVersion7();

    public SessionSandboxesTests()
    {
        TrainableHome.Make(_lab.Home.Dataset(_experiment));
        _sandboxes = new SessionSandboxes(
            _lab.Runtime,
            _lab.Options,
            _lab.Home,
            _time,
            NullLogger<SessionSandboxes>.Instance
        );
    }

    [Fact]
    public async Task AnIdleSandboxIsClosedAndTheNextStepOpensAnother()
    {
        var session = Guid.CreateVersion7();
        var first = await UseAsync(session);

        _time.Advance(TimeSpan.FromMinutes(9));
        (await UseAsync(session)).ShouldBe(first, "nine minutes are not ten");
        _time.Advance(TimeSpan.FromMinutes(9));
        (await UseAsync(session)).ShouldBe(first, "every use starts the time anew");
        _time.Advance(TimeSpan.FromMinutes(11));

        (await UseAsync(session)).ShouldNotBe(first);
    }

    [Fact]
    public async Task ASandboxInUseIsNotIdleHoweverLongItsStepTakes()
    {
        var session = Guid.CreateVersion7();
        using var lease = await BorrowAsync(session);

        _time.Advance(TimeSpan.FromHours(1));

        (await UseAsync(session)).ShouldBe(lease.Warm);
        (await RunAsync(lease.Warm, session)).ShouldHave(StepOutcome.Ok);
    }

    [Fact]
    public async Task TheOneIdleLongestMakesRoomForAnother()
    {
        var (first, second, third) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        var one = await UseAsync(first);
        _time.Advance(TimeSpan.FromSeconds(1));
        var two = await UseAsync(second);
        _time.Advance(TimeSpan.FromSeconds(1));

        await UseAsync(third);

        (await UseAsync(second)).ShouldBe(two);
        (await UseAsync(first)).ShouldNotBe(one);
    }

    [Fact]
    public async Task OneThatHoldsTooMuchMemoryIsNotKeptWarm()
    {
        await using var sandboxes = new SessionSandboxes(
            _lab.Runtime,
            _lab.Options with
            {
                WarmBytes = 100L << 20,
            },
            _lab.Home,
            _time,
            NullLogger<SessionSandboxes>.Instance
        );
        var (small, large) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        using (var lease = await sandboxes.BorrowAsync(small, _experiment, TestContext.Current.CancellationToken))
            (await RunAsync(lease.Warm, small)).ShouldHave(StepOutcome.Ok);
        _time.Advance(TimeSpan.FromSeconds(1));
        var kept = await HeldAsync(sandboxes, large, "print('little')");
        _time.Advance(TimeSpan.FromSeconds(1));

        var left = await HeldAsync(sandboxes, large, "open('/dev/shm/x', 'wb').write(bytes(200 << 20))");

        left.ShouldBe(kept, "it was warm until then");
        (await HeldAsync(sandboxes, large, "print('again')")).ShouldNotBe(
            kept,
            "what it left in /dev/shm went with it"
        );
    }

    private async Task<ISandbox> HeldAsync(SessionSandboxes sandboxes, Guid session, string code)
    {
        using var lease = await sandboxes.BorrowAsync(session, _experiment, TestContext.Current.CancellationToken);
        (await RunAsync(lease.Warm, session, code)).ShouldHave(StepOutcome.Ok);
        return lease.Warm;
    }

    [Fact]
    public async Task ClosingLeavesNoProcess()
    {
        var session = Guid.CreateVersion7();
        await UseAsync(session);
        HostProcesses.WithArgument(session.ToString()).ShouldNotBeEmpty();

        await _sandboxes.CloseAsync(session);

        HostProcesses.WithArgument(session.ToString()).ShouldBeEmpty();
    }

    private Task<WarmLease<ISandbox>> BorrowAsync(Guid session) =>
        _sandboxes.BorrowAsync(session, _experiment, TestContext.Current.CancellationToken);

    private async Task<ISandbox> UseAsync(Guid session)
    {
        using var lease = await BorrowAsync(session);
        return lease.Warm;
    }

    private async Task<StepReport> RunAsync(ISandbox sandbox, Guid session, string code = "print('well')")
    {
        await File.WriteAllTextAsync(Path.Combine(_lab.Home.Session(session), "step.py"), code);
        return await StepReport.ReadAsync(
            sandbox.RunAsync(
                new SandboxScript
                {
                    Path = $"/data/sessions/{session}/step.py",
                    WorkingDirectory = $"/data/sessions/{session}",
                },
                new StepLimits { WallClock = SandboxLab.Limit },
                TestContext.Current.CancellationToken
            )
        );
    }

    public async ValueTask DisposeAsync()
    {
        await _sandboxes.DisposeAsync();
        _lab.Dispose();
    }
}
