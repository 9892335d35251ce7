using System.IO.Compression;
using System.Text.Json;
using Trainable.Cli;
using Trainable.Cli.Packages;
using Trainable.Server.Platform;
using Trainable.Server.Sandboxes;
using Trainable.Tests.Sandboxes;

namespace Trainable.Tests.Cli;

/// <summary><c>trainable env</c> as a process: Python's real pip, and a registry that is a folder.</summary>
public sealed class EnvTests : IDisposable
{
    private readonly SandboxLab _lab = new();
    private readonly string _registry = Directory.CreateTempSubdirectory("trainable-wheels-").FullName;

    public void Dispose()
    {
        _lab.Dispose();
        Directory.Delete(_registry, recursive: true);
    }

    [Fact]
    public async Task ThePackagesThatScriptsCanImportAreListed()
    {
        var ended = await RunAsync("list", "--json");

        ended.Code.ShouldBe(ExitCodes.Ok, ended.Errors);
        using var answer = JsonDocument.Parse(ended.Output);
        answer.RootElement.GetProperty("python").GetString().ShouldBe("/usr/bin/python3");
        answer
            .RootElement.GetProperty("packages")
            .EnumerateArray()
            .Select(package => package.GetProperty("name").GetString())
            .ShouldContain("pandas");
    }

    [Fact]
    [Trait("Kind", "integration")]
    public async Task APackageIsAddedOnTopOfThoseThatAreThereAndScriptsImportIt()
    {
        WriteWheel("trainable_test_wheel");

        var ended = await RunAsync("add", "trainable-test-wheel");

        ended.Code.ShouldBe(ExitCodes.Ok, ended.Errors);
        ended.Output.ShouldContain("trainable-test-wheel installed with pip");
        PythonLocation.Read(_lab.Home).Executable.ShouldBe(Path.Combine(_lab.Home.Root, "venv", "bin", "python"));
        await using var session = await _lab.OpenAsync(preload: true);
        var report = await session.RunAsync(
            "import pandas, trainable_test_wheel\nprint(trainable_test_wheel.__file__, pandas.__file__)"
        );
        report.ShouldHave(StepOutcome.Ok).Stdout.ShouldContain("/venv/lib/");
        report.Stdout.ShouldContain("/usr/lib/python3/dist-packages/pandas");
        (await RunAsync("list")).Output.ShouldContain("added");
    }

    [Fact]
    [Trait("Kind", "integration")]
    public async Task APackageThatNoRegistryHasIsSaidToBeSoAndNothingChanges()
    {
        var ended = await RunAsync("add", "trainable-no-such-package");

        ended.Code.ShouldBe(ExitCodes.Missing, ended.Errors);
        ended.Errors.ShouldContain("pip could not install trainable-no-such-package: ");
        ended.Errors.ShouldContain("Nothing was changed.");
        Directory.Exists(Path.Combine(_lab.Home.Root, "venv")).ShouldBeFalse();
        PythonLocation.Read(_lab.Home).Executable.ShouldBe("/usr/bin/python3");
    }

    [Theory]
    [InlineData("../wheel")]
    [InlineData("https://example.org/a.whl")]
    [InlineData("a;id")]
    [InlineData("$(id)")]
    [InlineData("-r")]
    [InlineData("a b")]
    [InlineData("git+https://example.org/a")]
    [InlineData("")]
    public void WhatIsNoNameIsRefused(string text) =>
        Should.Throw<CommandException>(() => PackageRequest.Parse(text)).ExitCode.ShouldBe(ExitCodes.Usage);

    [Theory]
    [InlineData("lightgbm", "python3-lightgbm", false)]
    [InlineData("python3-toolz", "python3-toolz", false)]
    [InlineData("Category_Encoders", "python3-category-encoders", false)]
    [InlineData("shap==0.44.0", "python3-shap", true)]
    [InlineData("dask[dataframe]>=2023.1,<2024", "python3-dask", true)]
    public void ANameIsDebiansToo(string text, string debian, bool pinned)
    {
        var request = PackageRequest.Parse(text);

        (request.DebianName, request.IsPinned).ShouldBe((debian, pinned));
    }

    private Task<Ended> RunAsync(params string[] arguments) =>
        CommandProcess.RunAsync(
            CommandProcess.Trainable,
            ["env", .. arguments, "--home", _lab.Home.Root],
            new Dictionary<string, string>
            {
                ["PIP_NO_INDEX"] = "1",
                ["PIP_FIND_LINKS"] = _registry,
                ["PIP_CONFIG_FILE"] = "/dev/null",
            }
        );

    private void WriteWheel(string name)
    {
        using var wheel = ZipFile.Open(Path.Combine(_registry, $"{name}-1.0-py3-none-any.whl"), ZipArchiveMode.Create);
        Write($"{name}.py", "");
        Write($"{name}-1.0.dist-info/METADATA", $"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n");
        Write(
            $"{name}-1.0.dist-info/WHEEL",
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        );
        Write($"{name}-1.0.dist-info/RECORD", "");

        void Write(string path, string text)
        {
            using var writer = new StreamWriter(wheel.CreateEntry(path).Open());
            writer.Write(text);
        }
    }
}
