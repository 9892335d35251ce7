using Trainable.Server.Artifacts;

namespace Trainable.Tests.Artifacts;

public sealed class WorkspaceSnapshotTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trainable-snapshot-").FullName;

    [Fact]
    public void NewAndChangedFilesAreToldApart()
    {
        Write("kept.csv", "a");
        Write("data/changed.csv", "a");
        Write("gone.csv", "a");
        var before = WorkspaceSnapshot.Take(_folder);

        Write("data/changed.csv", "longer");
        Write("figures/new.png", "png");
        File.Delete(Path.Combine(_folder, "gone.csv"));
        var changes = WorkspaceSnapshot.Take(_folder).Since(before);

        changes.ShouldBe([
            new ChangedFile("data/changed.csv", FileChange.Changed, 6),
            new ChangedFile("figures/new.png", FileChange.Created, 3),
        ]);
    }

    [Fact]
    public void AFileReplacedByOneOfTheSameSizeIsChanged()
    {
        Write("model.pkl", "old");
        var stamp = File.GetLastWriteTimeUtc(Path.Combine(_folder, "model.pkl"));
        var before = WorkspaceSnapshot.Take(_folder);

        Write("draft", "new");
        File.SetLastWriteTimeUtc(Path.Combine(_folder, "draft"), stamp);
        File.Move(Path.Combine(_folder, "draft"), Path.Combine(_folder, "model.pkl"), overwrite: true);

        WorkspaceSnapshot.Take(_folder).Since(before).Select(change => change.Path).ShouldBe(["model.pkl"]);
    }

    [Fact]
    public void LinksAreNotFollowed()
    {
        File.CreateSymbolicLink(Path.Combine(_folder, "etc"), "/etc");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "loop"), ".");

        WorkspaceSnapshot.Take(_folder).Count.ShouldBe(0);
    }

    [Fact]
    public void AFolderThatIsNotThereYetIsEmpty() =>
        WorkspaceSnapshot.Take(Path.Combine(_folder, "later")).Count.ShouldBe(0);

    private void Write(string path, string content)
    {
        var full = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
