using System.Diagnostics;
using System.Text;
using CsCheck;
using Trainable.Server.Artifacts;
using Trainable.Server.Platform;
using Trainable.Server.Platform.Linux;

namespace Trainable.Tests.Artifacts;

/// <summary>The host's reads of a folder in which hostile programs write.</summary>
public sealed class WorkspaceFilesTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("trainable-files-").FullName;
    private readonly TrainableHome _home;
    private readonly WorkspaceFiles _files;
    private readonly string _session;

    public WorkspaceFilesTests()
    {
        _home = new TrainableHome(Path.Combine(_root, "home"));
        _files = new WorkspaceFiles(_home);
        _session = Directory.CreateDirectory(Path.Combine(_home.Workspace, "sessions", "s1")).FullName;
        File.WriteAllText(Path.Combine(_root, "secret"), "not for you");
    }

    [Theory]
    [InlineData("/sessions/s1/report.md")]
    [InlineData("sessions/s1/report.md")]
    [InlineData("/data/sessions/s1/report.md")]
    [InlineData("/sessions/s1/../s1/./report.md")]
    public void AFileIsReadByAnyOfItsNames(string path)
    {
        File.WriteAllText(Path.Combine(_session, "report.md"), "# Report");

        Read(path).ShouldBe("# Report");
    }

    [Theory]
    [InlineData("..")]
    [InlineData("/../secret")]
    [InlineData("sessions/../../secret")]
    [InlineData("/data/../../x")]
    public void APathThatLeadsOutIsNoPath(string path) => WorkspacePath.Parse(path).ShouldBeNull();

    [Fact]
    public void LinksAreNotFollowedWhereverTheyPoint()
    {
        File.WriteAllText(Path.Combine(_session, "plain"), "x");
        File.CreateSymbolicLink(Path.Combine(_session, "to-secret"), Path.Combine(_root, "secret"));
        File.CreateSymbolicLink(Path.Combine(_session, "to-plain"), "plain");
        File.CreateSymbolicLink(Path.Combine(_session, "to-folder"), "/etc");
        File.CreateSymbolicLink(Path.Combine(_session, "to-self"), "/proc/self/root");

        foreach (var path in new[] { "to-secret", "to-plain", "to-folder/passwd", "to-self/etc/passwd" })
            Failure($"sessions/s1/{path}").ShouldBe(OpenFailure.Outside, path);
        Names("sessions/s1").ShouldBe(["plain"]);
    }

    [Fact]
    public async Task APipeNeitherBlocksTheServerNorIsShown()
    {
        using var made = Process.Start("mkfifo", Path.Combine(_session, "pipe"));
        await made.WaitForExitAsync(TestContext.Current.CancellationToken);

        Failure("sessions/s1/pipe").ShouldBe(OpenFailure.WrongKind);
        Names("sessions/s1").ShouldBeEmpty();
    }

    [Fact]
    public void ASocketIsNotAFile()
    {
        using var socket = new System.Net.Sockets.Socket(
            System.Net.Sockets.AddressFamily.Unix,
            System.Net.Sockets.SocketType.Stream,
            System.Net.Sockets.ProtocolType.Unspecified
        );
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(Path.Combine(_session, "s")));

        Failure("sessions/s1/s").ShouldBe(OpenFailure.WrongKind);
    }

    [Fact]
    public void AFolderIsNotAFileNorAFileAFolder()
    {
        File.WriteAllText(Path.Combine(_session, "file"), "x");

        Failure("sessions/s1").ShouldBe(OpenFailure.WrongKind);
        Failure("sessions/s1/file/below").ShouldBe(OpenFailure.Missing);
        _files.List(Parse("sessions/s1/file"), out var failure).ShouldBeNull();
        failure.ShouldBe(OpenFailure.WrongKind);
    }

    [Fact]
    public void AnotherFileSystemMountedBelowIsNotEntered()
    {
        // /dev/shm is a mount of its own nearly everywhere; the root's root directory holds it.
        using var root = BeneathRoot.Open("/dev");

        var opened = root.OpenDirectory("shm");

        opened.Failure.ShouldBe(OpenFailure.Outside);
    }

    [Fact]
    public void FoldersComeFirstAndPathsHaveOneLeadingSlash()
    {
        Directory.CreateDirectory(Path.Combine(_session, "zeta"));
        File.WriteAllText(Path.Combine(_session, "alpha.csv"), "");

        var entries = _files.List(Parse("/data/sessions/s1/"), out _).ShouldNotBeNull();

        entries
            .Select(entry => (entry.Path, entry.Type))
            .ShouldBe([("/sessions/s1/zeta", "directory"), ("/sessions/s1/alpha.csv", "file")]);
    }

    [Fact]
    public void ATreeIsTheReferencesShape()
    {
        Directory.CreateDirectory(Path.Combine(_session, "eda", "figures"));
        File.WriteAllText(Path.Combine(_session, "eda", "report.md"), "");

        var tree = _files.Tree(Parse("/sessions/s1"), 100, out _).ShouldNotBeNull();

        (tree.Name, tree.Path, tree.Type).ShouldBe(("workspace", "/sessions/s1", "directory"));
        var eda = tree.Children.ShouldNotBeNull().ShouldHaveSingleItem();
        eda.Children.ShouldNotBeNull()
            .Select(node => (node.Name, node.Path, node.Type))
            .ShouldBe([
                ("figures", "/sessions/s1/eda/figures", "directory"),
                ("report.md", "/sessions/s1/eda/report.md", "file"),
            ]);
        eda.Children[1].Children.ShouldBeNull();
    }

    [Fact]
    public void AHugeTreeLeavesFoldersUnopenedInsteadOfGrowing()
    {
        foreach (var folder in Enumerable.Range(0, 20))
        {
            var path = Directory.CreateDirectory(Path.Combine(_session, $"f{folder:D2}")).FullName;
            foreach (var file in Enumerable.Range(0, 20))
                File.WriteAllText(Path.Combine(path, $"{file}"), "");
        }

        var tree = _files.Tree(Parse("/sessions/s1"), 50, out _).ShouldNotBeNull();

        tree.Children.ShouldNotBeNull().Count.ShouldBe(20);
        tree.Children.Count(node => node.Children is not null).ShouldBeInRange(1, 3);
    }

    [Fact]
    public void TheHostWritesNewFilesWithTheFoldersAboveThem()
    {
        using (var handle = _files.CreateFile(Parse("sessions/s1/eda/scripts/step_01.py")).Handle.ShouldNotBeNull())
            RandomAccess.Write(handle, "print(1)"u8, 0);

        File.ReadAllText(Path.Combine(_session, "eda/scripts/step_01.py")).ShouldBe("print(1)");
        _files.CreateFile(Parse("sessions/s1/eda/scripts/step_01.py")).Failure.ShouldBe(OpenFailure.Exists);
    }

    [Fact]
    public void TheHostIsNotLedElsewhereByALinkWhereItWrites()
    {
        File.CreateSymbolicLink(Path.Combine(_session, "step_01.py"), Path.Combine(_root, "secret"));
        File.CreateSymbolicLink(Path.Combine(_session, "scripts"), _root);

        _files.CreateFile(Parse("sessions/s1/step_01.py"), replace: true).Failure.ShouldBe(OpenFailure.Outside);
        _files.CreateFile(Parse("sessions/s1/scripts/secret"), replace: true).Failure.ShouldBe(OpenFailure.Outside);
        File.ReadAllText(Path.Combine(_root, "secret")).ShouldBe("not for you");
    }

    [Fact]
    public void NoPathReachesAnythingOutside()
    {
        File.WriteAllText(Path.Combine(_session, "inside"), "inside");
        File.CreateSymbolicLink(Path.Combine(_session, "link"), _root);
        var names = Gen.OneOf(
            new[] { "..", ".", "", "sessions", "s1", "link", "secret", "home", "inside", "etc", "data", "a\0b" }
                .Select(Gen.Const)
                .ToArray()
        );

        names
            .Array[0, 8]
            .Sample(parts =>
            {
                var path = string.Join('/', parts);
                if (WorkspacePath.Parse(path) is not { } parsed)
                    return true;
                using var handle = _files.OpenFile(parsed).Handle;
                return handle is null || Content(handle) == "inside";
            });
    }

    [Fact]
    public void ParsingIsStableAndNeverKeepsDots() =>
        Gen.String[Gen.Char["ab./"], 0, 20]
            .Sample(text =>
                WorkspacePath.Parse(text) is not { } path
                || (
                    WorkspacePath.Parse(path.ToString()) == path
                    && !path.Relative.Split('/').Any(name => name is "." or "..")
                )
            );

    private static WorkspacePath Parse(string path) => WorkspacePath.Parse(path).ShouldNotBeNull();

    private string Read(string path)
    {
        using var handle = _files.OpenFile(Parse(path)).Handle.ShouldNotBeNull();
        return Content(handle);
    }

    private OpenFailure Failure(string path)
    {
        var opened = _files.OpenFile(Parse(path));
        opened.Handle?.Dispose();
        return opened.Failure;
    }

    private IEnumerable<string> Names(string folder) =>
        _files.List(Parse(folder), out _).ShouldNotBeNull().Select(entry => Path.GetFileName(entry.Path));

    private static string Content(Microsoft.Win32.SafeHandles.SafeFileHandle handle)
    {
        var bytes = new byte[RandomAccess.GetLength(handle)];
        return Encoding.UTF8.GetString(bytes, 0, RandomAccess.Read(handle, bytes, 0));
    }

    public void Dispose()
    {
        _files.Dispose();
        Directory.Delete(_root, recursive: true);
    }
}
