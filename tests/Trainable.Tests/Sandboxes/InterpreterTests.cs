using System.Diagnostics;
using System.Text.Json;
using Trainable.Server.Platform;
using Trainable.Server.Sandboxes;

namespace Trainable.Tests.Sandboxes;

public sealed class InterpreterTests
{
    /// <summary>As after <c>trainable setup</c> without root: a venv in a home that only its owner can enter.</summary>
    [Fact]
    public async Task AnInterpreterInAClosedHomeIsMountedReadOnly()
    {
        using var lab = new SandboxLab();
        var venv = Path.Combine(lab.Home.Root, "venv");
        using var made = Process.Start("/usr/bin/python3", ["-m", "venv", "--without-pip", venv]);
        await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        WriteConfig(lab, $"{venv}/bin/python", venv);
        await using var session = await lab.OpenAsync();

        var report = await session.RunAsync("import sys; print(sys.prefix); open(sys.prefix + '/planted', 'w')");

        report.Stdout.ShouldBe($"{venv}\n");
        report.ShouldHave(StepOutcome.Error).Stderr.ShouldContain("Read-only file system");
        (await lab.Runtime.InspectAsync(TestContext.Current.CancellationToken)).Safe.ShouldBeTrue();
    }

    [Fact]
    public async Task AMissingInterpreterIsRefusedWithWhatToDo()
    {
        using var lab = new SandboxLab();
        WriteConfig(lab, "/nowhere/python3");

        var refused = await Should.ThrowAsync<UserFacingException>(() => lab.OpenAsync());

        refused.Status.ShouldBe(503);
        refused.Message.ShouldContain("/nowhere/python3");
        refused.Message.ShouldContain("Run './trainable setup'");
    }

    [Fact]
    public async Task AnInterpreterThatCannotStartIsRefusedWithItsOwnWords()
    {
        using var lab = new SandboxLab();
        WriteConfig(lab, "/usr/bin/false");

        var refused = await Should.ThrowAsync<UserFacingException>(() => lab.OpenAsync());

        refused.Status.ShouldBe(503);
        refused.Message.ShouldStartWith("The sandbox could not be started.");
    }

    private static void WriteConfig(SandboxLab lab, string executable, params string[] prefixes) =>
        File.WriteAllText(lab.Home.PythonConfig, JsonSerializer.Serialize(new { executable, prefixes }));
}
