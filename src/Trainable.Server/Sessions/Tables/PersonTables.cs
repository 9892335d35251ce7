using Microsoft.EntityFrameworkCore;
using Trainable.Server.Datasets;
using Trainable.Server.Explorer;
using Trainable.Server.Referee.Scoring;
using Trainable.Server.Sandboxes;
using Trainable.Server.Storage;

namespace Trainable.Server.Sessions.Tables;

/// <summary>
/// The tables of a session that a person may see: the workspace's, their whole upload, and the test set once a score has
/// been measured on it. No agent's path leads here.
/// </summary>
internal sealed class PersonTables(
    TrainableDb db,
    WorkspaceTables workspace,
    AgentTables shared,
    DatasetStore datasets,
    HeldRows held
)
{
    private const string HeldFolder = "/held";

    /// <summary>Null when there is no such session.</summary>
    public async Task<ExplorerView?> OfAsync(Guid session, CancellationToken cancellation)
    {
        var row = await db
            .Sessions.AsNoTracking()
            .Where(one => one.Id == session)
            .Select(one => new
            {
                Dataset = one.DatasetId ?? one.ExperimentId,
                IsOpen = db.StageRuns.Any(run => run.SessionId == session && run.Score != null),
            })
            .SingleOrDefaultAsync(cancellation);
        if (row is null)
            return null;
        var experiment = row.Dataset;
        var manifest = datasets.ReadManifest(experiment);
        var tables = workspace.Of(experiment, session, manifest?.WorkingFile).ToList();
        var mounts = shared.MountsOf(experiment, session);
        if (manifest is { Kind: DatasetKinds.Table })
            AddRaw(tables, mounts, manifest);
        var sealedTest = held.SealedTest(experiment, session);
        var isSealed = File.Exists(sealedTest);
        if (isSealed)
            tables.RemoveAll(table => table.Name == "test"); // Whatever an agent calls so, the test set is the sealed one.
        if (isSealed && row.IsOpen)
        {
            mounts.Add(new SandboxMount(sealedTest, $"{HeldFolder}/test.parquet", Writable: false));
            tables.Insert(
                tables.FindLastIndex(table => table.Kind == TableKinds.Split) + 1,
                new ExplorerTable
                {
                    Name = "test",
                    Kind = TableKinds.Split,
                    Format = "parquet",
                    Files = [$"{HeldFolder}/test.parquet"],
                    Version = Version(sealedTest),
                }
            );
        }
        return new ExplorerView
        {
            Session = session,
            Mounts = mounts,
            Tables = WorkspaceTables.WithUnion(tables),
        };
    }

    /// <summary>The upload as the host wrote it down: the working rows and, after them, the held ones.</summary>
    private void AddRaw(List<ExplorerTable> tables, List<SandboxMount> mounts, DatasetManifest manifest)
    {
        var working = tables.FindIndex(table => table.Kind == TableKinds.Working);
        if (working < 0)
            return;
        List<string> files = [.. tables[working].Files];
        var version = tables[working].Version;
        if (held.Held(manifest) is { } heldFile && File.Exists(heldFile))
        {
            var shown = $"{HeldFolder}/{Path.GetFileName(heldFile)}";
            mounts.Add(new SandboxMount(heldFile, shown, Writable: false));
            files.Add(shown);
            version += Version(heldFile);
        }
        tables.Insert(
            0,
            new ExplorerTable
            {
                Name = TableKinds.Raw,
                Kind = TableKinds.Raw,
                Format = tables[working].Format,
                Files = files,
                Version = version,
            }
        );
    }

    private static string Version(string file) => $"{new FileInfo(file).Length}-{File.GetLastWriteTimeUtc(file).Ticks}";
}
