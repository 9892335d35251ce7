using System.Text.RegularExpressions;
using Trainable.Server.Sandboxes.Seccomp;

namespace Trainable.Tests.Deploy;

/// <summary>What deploy/ and the workflows say agrees with the code and its documentation.</summary>
public sealed partial class DeployTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "deploy");

    /// <summary>Set by the host for its own processes, or for development; nobody deploys with them.</summary>
    private static readonly string[] Internal =
    [
        "TRAINABLE_PID_NAMESPACE",
        "TRAINABLE_RECORD_FD",
        "TRAINABLE_RECORD_INODE",
        "TRAINABLE_PYTHON_LIB",
        "TRAINABLE_HOLDS_HOME",
    ];

    [Fact]
    public void EveryVariableIsInTheExample()
    {
        var example = ExampleVariables().ToHashSet(StringComparer.Ordinal);
        var documented = ConfigurationVariables().Except(Internal, StringComparer.Ordinal).ToList();
        documented.Count.ShouldBeGreaterThan(25);
        documented.Where(name => !example.Contains(name)).ShouldBeEmpty("missing in deploy/.env.example");
        var read = SourceVariables().Except(Internal, StringComparer.Ordinal);
        read.Where(name => !example.Contains(name)).ShouldBeEmpty("read by the code, missing in deploy/.env.example");
    }

    [Fact]
    public void TheExampleNamesNothingThatIsNotThere()
    {
        var compose = File.ReadAllText(Path.Combine(Folder, "docker-compose.yml"));
        var known = ConfigurationVariables().Concat(SourceVariables()).ToHashSet(StringComparer.Ordinal);
        ExampleVariables()
            .Where(name =>
                !known.Contains(name)
                && !name.StartsWith("MODAL_", StringComparison.Ordinal)
                && !compose.Contains($"${{{name}", StringComparison.Ordinal)
            )
            // Of S3, which the compose file sets up; the code that reads it says more in docs/configuration.md.
            .Except(["AWS_REGION", "TRAINABLE_S3_BUCKETS"], StringComparer.Ordinal)
            .ShouldBeEmpty();
    }

    [Fact]
    public void TheSeccompProfileIsTheOneMadeFromThePolicy()
    {
        var path = Path.Combine(Folder, "seccomp.json");
        if (Environment.GetEnvironmentVariable("TRAINABLE_APPROVE") == "1")
            File.WriteAllText(path, ContainerProfile.Json());
        File.ReadAllText(path).ShouldBe(ContainerProfile.Json());
    }

    [Fact]
    public void TheImageHasThePackagesThatSetupInstalls()
    {
        var setup = File.ReadAllText(Path.Combine(Repository.Root, "launcher", "setup.sh"));
        var wanted = PythonPackage().Matches(setup).Select(match => match.Groups["name"].Value).ToList();
        wanted.Count.ShouldBeGreaterThan(8);
        var image = File.ReadAllText(Path.Combine(Folder, "Dockerfile"));
        wanted.Where(name => !Regex.IsMatch(image, $@"\s{name}\s")).ShouldBeEmpty();
    }

    [Fact]
    public void WorkflowsUseActionsByTheirCommit()
    {
        var workflows = Directory.GetFiles(Path.Combine(Repository.Root, ".github", "workflows"), "*.yml");
        workflows.Length.ShouldBeGreaterThan(2);
        foreach (var workflow in workflows)
        {
            var uses = File.ReadLines(workflow).Where(line => line.Contains("uses:", StringComparison.Ordinal));
            uses.Where(line => !Pinned().IsMatch(line)).ShouldBeEmpty(Path.GetFileName(workflow));
        }
    }

    private static IEnumerable<string> ExampleVariables() =>
        File.ReadLines(Path.Combine(Folder, ".env.example"))
            .Select(line => Assignment().Match(line))
            .Where(match => match.Success)
            .Select(match => match.Groups["name"].Value);

    /// <summary>First columns of the tables of what a server reads.</summary>
    private static IEnumerable<string> ConfigurationVariables() =>
        File.ReadLines(Path.Combine(Repository.Root, "docs", "configuration.md"))
            .TakeWhile(line => !line.StartsWith("## Command and launcher", StringComparison.Ordinal))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .SelectMany(line => Variable().Matches(line.Split('|')[1]).Select(match => match.Value))
            .Distinct(StringComparer.Ordinal);

    private static IEnumerable<string> SourceVariables() =>
        Directory
            .EnumerateFiles(
                Path.Combine(Repository.Root, "src", "Trainable.Server"),
                "*.cs",
                SearchOption.AllDirectories
            )
            .SelectMany(file => Quoted().Matches(File.ReadAllText(file)).Select(match => match.Groups["name"].Value))
            .Distinct(StringComparer.Ordinal);

    [GeneratedRegex(@"^#?(?<name>[A-Z][A-Z0-9_]+)=", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Assignment();

    [GeneratedRegex("[A-Z][A-Z0-9]*_[A-Z0-9_]+", RegexOptions.None, 1_000)]
    private static partial Regex Variable();

    [GeneratedRegex("\"(?<name>(TRAINABLE|S3|AWS)_[A-Z0-9_]+)\"", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Quoted();

    [GeneratedRegex(
        @"^\s*\w+:(?<name>python3-[a-z0-9]+)$",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        1_000
    )]
    private static partial Regex PythonPackage();

    [GeneratedRegex(@"uses: [\w./-]+@[0-9a-f]{40} # v\d", RegexOptions.None, 1_000)]
    private static partial Regex Pinned();
}
