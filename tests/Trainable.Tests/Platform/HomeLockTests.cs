using Trainable.Server.Platform;
using Trainable.Tests.Cli;

namespace Trainable.Tests.Platform;

public sealed class HomeLockTests : IDisposable
{
    private readonly TrainableHome _home = new(Directory.CreateTempSubdirectory("trainable-lock-").FullName);

    public void Dispose() => Directory.Delete(_home.Root, recursive: true);

    [Fact]
    public void OnlyOneHoldsAHomeAtATime()
    {
        using (var first = HomeLock.TryAcquire(_home))
        {
            first.ShouldNotBeNull();
            HomeLock.TryAcquire(_home).ShouldBeNull();
        }
        using var next = HomeLock.TryAcquire(_home);
        next.ShouldNotBeNull();
    }

    [Fact]
    public void TheOwnerIsNamedWhileItLivesAndForTheOwnerAloneToRead()
    {
        using (var held = HomeLock.TryAcquire(_home))
        {
            HomeLock.ReadOwner(_home).ShouldBeNull();
            held!.Publish(Owner(8000));
            held.Publish(Owner(8001));
            HomeLock.ReadOwner(_home).ShouldBe(Owner(8001));
            File.GetUnixFileMode(_home.Lock).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.GetUnixFileMode(_home.Lock + ".held").ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        HomeLock.ReadOwner(_home).ShouldBeNull();
    }

    [Fact]
    public async Task AnotherProcessKeepsTheHomeUntilItDies()
    {
        // util-linux's flock(1) takes the same lock; -F makes it become the sleeper, so that one kill ends both.
        await using var other = CommandProcess.Start(
            "flock",
            ["-F", _home.Lock + ".held", "sh", "-c", "echo held; exec sleep 600"]
        );
        (await other.ReadLineAsync()).ShouldBe("held");
        HomeLock.TryAcquire(_home).ShouldBeNull();

        await other.KillAsync();
        using var next = HomeLock.TryAcquire(_home);
        next.ShouldNotBeNull();
    }

    [Fact]
    public void WhatACrashedOwnerLeftIsNotTakenForTheNextOnes()
    {
        File.WriteAllText(_home.Lock, """{"pid":1,"url":"http://127.0.0.1:9","token":"old","command":"up"}""");
        using var next = HomeLock.TryAcquire(_home);
        next.ShouldNotBeNull();
        HomeLock.ReadOwner(_home).ShouldBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[1]")]
    public void AnUnreadableLockFileNamesNobody(string content)
    {
        File.WriteAllText(_home.Lock, content);
        HomeLock.ReadOwner(_home).ShouldBeNull();
    }

    [Fact]
    public void DisposingTwiceLeavesTheNextOwnersFileAlone()
    {
        var first = HomeLock.TryAcquire(_home)!;
        first.Dispose();
        using var next = HomeLock.TryAcquire(_home)!;
        next.Publish(Owner(8000));
        first.Dispose();
        HomeLock.ReadOwner(_home).ShouldBe(Owner(8000));
    }

    private static HomeOwner Owner(int port) =>
        new()
        {
            Pid = 42,
            Url = new Uri($"http://127.0.0.1:{port}"),
            Token = "secret",
            Command = "up",
        };
}
