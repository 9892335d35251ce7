using Trainable.Server.Sandboxes;
using Trainable.Server.Sandboxes.Launch.Containers;

namespace Trainable.Tests.Sandboxes;

/// <summary>The same runner in containers of Podman's, where it is installed and works.</summary>
[Trait("Kind", "integration")]
public sealed class ContainerTests
{
    private static readonly SandboxOptions Options = new() { Mode = SandboxMode.Container };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AContainerRunsStepsAndProtectsTheHost()
    {
        using var lab = await OpenLabAsync();
        var report = await lab.Runtime.InspectAsync(Cancellation);
        report
            .Items.Where(item => item is { Required: true, Active: false })
            .Select(item => item.Sentence)
            .ShouldBeEmpty();
        report.Items[0].Name.ShouldBe("podman");

        await using (var session = await lab.OpenAsync())
        {
            var first = await session.RunAsync("open('kept.txt', 'w').write('1'); print('one')");
            first.Ended.Outcome.ShouldBe(StepOutcome.Ok, first.Ended.Sentence);
            first.Stdout.ShouldContain("one");
            var second = await session.RunAsync(
                """
                import os, socket
                print(open('kept.txt').read(), os.getuid() != 0)
                for reach in (lambda: open('/etc/shadow'), lambda: socket.create_connection(('127.0.0.1', 22), 1),
                              lambda: open('/usr/planted', 'w')):
                    try:
                        reach()
                        print('reached')
                    except OSError as refused:
                        print(type(refused).__name__)
                """
            );
            second.Ended.Outcome.ShouldBe(StepOutcome.Ok, second.Ended.Sentence);
            second.Stdout.ShouldContain("1 True");
            second.Stdout.ShouldNotContain("reached");
        }
        Directory.EnumerateDirectories(lab.Home.Scratch, "container-*").ShouldBeEmpty();
    }

    private static async Task<SandboxLab> OpenLabAsync()
    {
        if (Podman.FindExecutable() is null)
        {
            if (Environment.GetEnvironmentVariable("CI") is "true")
                Assert.Fail("Podman is missing, and CI has to test with it.");
            Assert.Skip("Podman is not installed: apt-get install podman runc");
        }
        var lab = new SandboxLab(Options);
        var report = await lab.Runtime.InspectAsync(Cancellation);
        if (report.Items is [{ Name: "podman", Active: false } broken])
            Assert.Skip(broken.Sentence);
        return lab;
    }
}
