using Trainable.Cli;

namespace Trainable.Tests.Cli;

/// <summary>The shell script <c>./trainable</c>, called as a person calls it.</summary>
[Trait("Kind", "integration")]
public sealed class LauncherTests : IDisposable
{
    private readonly string _scratch = Directory.CreateTempSubdirectory("trainable-launcher-").FullName;

    private static string Launcher => Path.Combine(Repository.Root, "trainable");

    public void Dispose() => Directory.Delete(_scratch, recursive: true);

    [Fact]
    public async Task ItWorksThroughALinkFromAnywhereWithHardlyAnEnvironment()
    {
        var link = Path.Combine(_scratch, "link");
        File.CreateSymbolicLink(link, Launcher);
        var ended = await CommandProcess.RunAsync(
            "env",
            ["-i", $"HOME={Environment.GetEnvironmentVariable("HOME")}", "PATH=/usr/bin:/bin", "./link", "--help"],
            directory: _scratch
        );
        ended.Code.ShouldBe(ExitCodes.Ok, ended.Errors);
        ended.Output.ShouldContain("Start here:");
    }

    [Theory]
    [InlineData("nope")]
    [InlineData("setup", "--bogus")]
    [InlineData("test", "everything")]
    public async Task WrongUsageEndsWithTwo(params string[] arguments) =>
        (await CommandProcess.RunAsync(Launcher, arguments, Home())).Code.ShouldBe(ExitCodes.Usage);

    [Fact]
    public async Task SetupSaysWhatIsMissingAndThenInstallsIt()
    {
        var check = await CommandProcess.RunAsync(Launcher, ["setup", "--check"], Home());
        check.Code.ShouldBe(ExitCodes.Missing);
        check.Errors.ShouldContain("python.json");

        (await CommandProcess.RunAsync(Launcher, ["setup"], Home())).Code.ShouldBe(ExitCodes.Ok);
        (await CommandProcess.RunAsync(Launcher, ["setup", "--check"], Home())).Code.ShouldBe(ExitCodes.Ok);
        File.ReadAllText(Path.Combine(_scratch, "home", "python.json")).ShouldContain("\"executable\":");
    }

    [Fact]
    public async Task TheSumOfTheTestsCountsEverySuite()
    {
        var good = Report("<testcase/><testcase><skipped/></testcase>");
        var bad = Report("<testcase/><testcase><failure/></testcase>");
        var sum = await TallyAsync("a", good, "0", "b", bad, "1");
        sum.Output.ShouldBe("2 passed, 1 failed, 1 skipped\n");
        sum.Code.ShouldBe(1);
        (await TallyAsync("a", good, "0")).Code.ShouldBe(0);
    }

    [Fact]
    public async Task ASuiteThatCrashedCountsAsAFailure()
    {
        var sum = await TallyAsync("a", Path.Combine(_scratch, "none.xml"), "139");
        sum.Output.ShouldBe("0 passed, 1 failed, 0 skipped\n");
        sum.Code.ShouldBe(1);
    }

    [Fact]
    public async Task ASelectionWithoutTestsIsNoFailure() =>
        (await TallyAsync("python", Report(""), "5")).Output.ShouldBe("0 passed, 0 failed, 0 skipped\n");

    private static Task<Ended> TallyAsync(params string[] suites) =>
        CommandProcess.RunAsync(
            "/usr/bin/python3",
            ["-I", Path.Combine(Repository.Root, "launcher", "tally.py"), .. suites]
        );

    private string Report(string cases)
    {
        var path = Path.Combine(_scratch, $"{Guid.CreateVersion7()}.xml");
        File.WriteAllText(path, $"<testsuites><testsuite>{cases}</testsuite></testsuites>");
        return path;
    }

    private Dictionary<string, string> Home() => new() { ["TRAINABLE_HOME"] = Path.Combine(_scratch, "home") };
}
