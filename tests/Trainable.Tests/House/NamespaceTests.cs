using System.Reflection;
using Trainable.Server.Platform;

namespace Trainable.Tests.House;

/// <summary>The house's arrows point one way; see docs/architecture.md.</summary>
public sealed class NamespaceTests
{
    /// <summary>What each folder of the server may use, besides itself and the contracts.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Platform"] = [],
        ["Studio"] = ["Platform"],
        ["Storage"] = ["Platform"],
        ["Events"] = ["Storage", "Platform"],
        ["Datasets"] = ["Sandboxes", "Events", "Storage", "Platform"],
        ["Sandboxes"] = ["Platform"],
        ["Metrics"] = ["Events", "Storage", "Platform"],
        ["Artifacts"] = ["Events", "Storage", "Platform"],
        ["S3"] = ["Datasets", "Artifacts", "Events", "Storage", "Platform"],
        ["Explorer"] = ["Artifacts", "Sandboxes", "Events", "Storage", "Platform"],
        ["Referee"] = ["Explorer", "Artifacts", "Metrics", "Sandboxes", "Datasets", "Events", "Storage", "Platform"],
        ["Predictions"] =
        [
            "Referee",
            "Explorer",
            "Artifacts",
            "Metrics",
            "Sandboxes",
            "Datasets",
            "Events",
            "Storage",
            "Platform",
        ],
        ["Agents"] =
        [
            "Referee",
            "Explorer",
            "Artifacts",
            "Metrics",
            "Sandboxes",
            "Datasets",
            "Events",
            "Storage",
            "Platform",
        ],
        ["Bundles"] =
        [
            "Agents",
            "Predictions",
            "Referee",
            "Explorer",
            "Artifacts",
            "Metrics",
            "Sandboxes",
            "Datasets",
            "Events",
            "Storage",
            "Platform",
        ],
        ["Sessions"] =
        [
            "Agents",
            "Referee",
            "Explorer",
            "S3",
            "Artifacts",
            "Metrics",
            "Sandboxes",
            "Datasets",
            "Events",
            "Storage",
            "Platform",
        ],
        ["Mcp"] =
        [
            "Sessions",
            "Agents",
            "Referee",
            "Explorer",
            "S3",
            "Artifacts",
            "Metrics",
            "Sandboxes",
            "Datasets",
            "Events",
            "Storage",
            "Platform",
        ],
    };

    private static readonly string Source = Path.Combine(RepositoryRoot(), "src", "Trainable.Server");

    [Fact]
    public void EveryFolderOfTheServerHasItsPlaceInTheOrder() =>
        Directory
            .GetDirectories(Source)
            .Select(Path.GetFileName)
            .Where(name =>
                Directory.EnumerateFiles(Path.Combine(Source, name!), "*.cs", SearchOption.AllDirectories).Any()
            )
            .Except(["bin", "obj", "wwwroot"], StringComparer.Ordinal)
            .ShouldBeSubsetOf(Allowed.Keys);

    [Fact]
    public void FoldersUseOnlyWhatStandsBeforeThem()
    {
        var violations = new List<string>();
        foreach (var (folder, allowed) in Allowed)
        {
            var root = Path.Combine(Source, folder);
            if (!Directory.Exists(root))
                continue;
            var forbidden = Allowed.Keys.Except([folder, .. allowed], StringComparer.Ordinal).ToArray();
            foreach (var file in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories))
            {
                var text = File.ReadAllText(file);
                violations.AddRange(
                    forbidden
                        .Where(other => Uses(text, other))
                        .Select(other => $"{Path.GetRelativePath(Source, file)} uses {other}")
                );
            }
        }
        violations.ShouldBeEmpty();
    }

    [Fact]
    public void TypesLiveInTheNamespaceOfTheirFolder() =>
        typeof(TrainableHome)
            .Assembly.GetTypes()
            .Where(type => type.Namespace?.StartsWith("Trainable.Server", StringComparison.Ordinal) == true)
            .Select(type => type.Namespace!.Split('.').ElementAtOrDefault(2))
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .ShouldBeSubsetOf(Allowed.Keys);

    [Fact]
    public void TheContractsUseNothingOfOurs() =>
        typeof(Contracts.Stages)
            .Assembly.GetReferencedAssemblies()
            .Select(name => name.Name!)
            .Where(name => name.StartsWith("Trainable", StringComparison.Ordinal))
            .ShouldBeEmpty();

    private static bool Uses(string text, string folder) =>
        System.Text.RegularExpressions.Regex.IsMatch(
            text,
            $@"\bTrainable\.Server\.{folder}\b",
            System.Text.RegularExpressions.RegexOptions.CultureInvariant,
            TimeSpan.FromSeconds(2)
        );

    private static string RepositoryRoot() =>
        Assembly
            .GetExecutingAssembly()
            .GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == "RepositoryRoot")
            .Value!;
}
