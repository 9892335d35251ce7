using Trainable.Server.Explorer;
using Trainable.Server.Platform;
using Trainable.Server.Sandboxes;

namespace Trainable.Server.Sessions.Tables;

/// <summary>The tables of a session that its agents may see, for those who look at them from outside a stage.</summary>
internal sealed class AgentTables(WorkspaceTables workspace, TrainableHome home)
{
    public ExplorerView Of(Guid experiment, Guid session) =>
        new()
        {
            Session = session,
            Mounts = MountsOf(experiment, session),
            Tables = WorkspaceTables.WithUnion(workspace.Of(experiment, session)),
        };

    /// <summary>The working rows and the session's folder, where they are there.</summary>
    public List<SandboxMount> MountsOf(Guid experiment, Guid session)
    {
        var mounts = new List<SandboxMount>();
        Show(home.Dataset(experiment), WorkspaceTables.DatasetFolder(experiment));
        Show(home.Session(session), WorkspaceTables.SessionFolder(session));
        return mounts;

        void Show(string folder, string at)
        {
            if (Directory.Exists(folder))
                mounts.Add(new SandboxMount(folder, at, Writable: false));
        }
    }
}
