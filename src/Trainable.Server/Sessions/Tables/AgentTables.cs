using Trainable.Server.Datasets;
using Trainable.Server.Explorer;
using Trainable.Server.Platform;
using Trainable.Server.Sandboxes;

namespace Trainable.Server.Sessions.Tables;

/// <summary>The tables of a session that its agents may see, for those who look at them from outside a stage.</summary>
internal sealed class AgentTables(WorkspaceTables workspace, DatasetStore datasets, TrainableHome home)
{
    public ExplorerView Of(Guid dataset, Guid session) =>
        new()
        {
            Session = session,
            Mounts = MountsOf(dataset, session),
            Tables = WorkspaceTables.WithUnion(
                workspace.Of(dataset, session, datasets.ReadManifest(dataset)?.WorkingFile)
            ),
        };

    /// <summary>The working rows and the session's folder, where they are there.</summary>
    public List<SandboxMount> MountsOf(Guid dataset, Guid session)
    {
        var mounts = new List<SandboxMount>();
        Show(home.Dataset(dataset), WorkspaceTables.DatasetFolder(dataset));
        Show(home.Session(session), WorkspaceTables.SessionFolder(session));
        return mounts;

        void Show(string folder, string at)
        {
            if (Directory.Exists(folder))
                mounts.Add(new SandboxMount(folder, at, Writable: false));
        }
    }
}
