using System.Text.RegularExpressions;

namespace Trainable.Tests.House;

/// <summary>
/// Agents write in the workspace, so the host opens, lists, writes and deletes there by openat2 beneath a root alone
/// (<c>Platform/Linux</c>). .NET's own calls follow whatever link lies in the way; here stands each file of the server that
/// uses them, and on whose files.
/// </summary>
public sealed partial class HostFilesTests
{
    private const string Own = "the home's own files, which no sandbox mounts writable";
    private const string Shipped = "files of the installation";
    private const string Kernel = "/proc, /sys and /dev";

    private static readonly Dictionary<string, string> Allowed = new(StringComparer.Ordinal)
    {
        ["Agents/Models/Autopilot/Playbook.cs"] = Shipped,
        ["Agents/Models/ModelCatalogue.cs"] = Shipped,
        ["Agents/SandboxPackages.cs"] = "whether the interpreter's directories changed",
        ["Agents/StagePrompt.cs"] = Shipped,
        ["Bundles/BundleArchive.cs"] = "a bundle that came in, unpacked in a folder that no sandbox mounts writable",
        ["Bundles/BundleExport.cs"] = "working rows, the referee's copies and files of the installation",
        ["Bundles/BundleVerifier.cs"] = "the referee's copies",
        ["Bundles/RemadeModel.cs"] = "copies in a folder of the host's own, before a sandbox writes there",
        ["Datasets"] = "uploads and working rows, which sandboxes get read-only",
        ["Explorer/TableExplorer.cs"] = "an export by a name of the host's own, in a folder that the host made",
        ["Platform/HomeLock.cs"] = Own,
        ["Platform/PythonLibrary.cs"] = Shipped,
        ["Platform/PythonLocation.cs"] = Own,
        ["Platform/SpaceReserve.cs"] = Own,
        ["Platform/TrainableHome.cs"] = Own,
        ["Platform/Linux/TreeRemoval.cs"] = "whether a folder is there; it is opened by descriptor",
        ["Predictions"] =
            "rows that a person sent and requests with them, in folders that sandboxes get read-only at most",
        ["Referee/Checks/RowOrigins.cs"] = "beside the sealed test set, which no sandbox mounts",
        ["Referee/Checks/SuspicionCheck.cs"] = "the referee's copies",
        ["Referee/Evaluations"] = "held rows and evaluations, which no sandbox mounts",
        ["Referee/Files/RawFeatures.cs"] = Own,
        ["Referee/Files/RawRows.cs"] = Own,
        ["Referee/Files/Workbench.cs"] = "the referee's copies, in a folder that sandboxes get read-only",
        ["Referee/ProcessedMetaExtractor.cs"] = Own,
        ["Referee/Scoring/HeldRows.cs"] = Own,
        ["Referee/Scoring/ModelScorer.cs"] = Own,
        ["Referee/Scoring/TestSetSealer.cs"] = "the referee's copies",
        ["Sandboxes/ControlGroups"] = Kernel,
        ["Sandboxes/GpuDevices.cs"] = Kernel,
        ["Sandboxes/Launch"] = "bubblewrap, the seccomp program and the system's directories",
        ["Sandboxes/LocalRuntime.cs"] = "the interpreter",
        ["Sandboxes/Runner/MemoryWatch.cs"] = Kernel,
        ["Sandboxes/Runner/StepWatch.cs"] = "the disk's free space",
        ["Sessions/SampleExperiments.cs"] = "a sample, made in a scratch folder",
        ["Sessions/Tables"] = "whether there are held rows and folders to show",
        ["Storage/SqliteSchema.cs"] = Own,
        ["Studio"] = Shipped,
    };

    [Fact]
    public void PathsOfAgentsAreOpenedBeneathARootAlone()
    {
        var found = Sources().Where(source => Calls().IsMatch(source.Text)).Select(source => source.Path).ToList();

        found.Where(path => Reason(path) is null).ShouldBeEmpty("see Platform/Linux/BeneathRoot.cs, or say why here");
        Allowed.Keys.Where(key => !found.Exists(path => Covers(key, path))).ShouldBeEmpty("no longer needed");
    }

    private static string? Reason(string path) => Allowed.FirstOrDefault(pair => Covers(pair.Key, path)).Value;

    private static bool Covers(string key, string path) =>
        path == key || path.StartsWith(key + "/", StringComparison.Ordinal);

    private static IEnumerable<(string Path, string Text)> Sources()
    {
        var root = Path.Combine(Repository.Root, "src", "Trainable.Server");
        return Directory
            .EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Select(file => (Path.GetRelativePath(root, file), File.ReadAllText(file)));
    }

    /// <summary>Calls that take a path. A FileStream over a handle, or over what opened one, takes none.</summary>
    [GeneratedRegex(
        @"\b(File|Directory)\.(?!Exists\(\w*[Hh]andle)[A-Z]\w+\(|\bnew (FileInfo|DirectoryInfo|DriveInfo|StreamReader|StreamWriter)\((?!await|stream)|\bnew FileStream\(\s*(?!handle|opened\.Handle|created\.Handle|Require\()|\bZipFile\.|\.Select\(File\.|\bFirstOrDefault\(File\.",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 10_000
    )]
    private static partial Regex Calls();
}
