using Trainable.Cli.Terminal;
using Trainable.Server.Artifacts;
using Trainable.Server.Platform.Linux;
using Trainable.Server.Referee.Files;
using Trainable.Server.Sandboxes;

namespace Trainable.Tests.Sandboxes.Attacks;

/// <summary>What a script leaves in its directory for the host to stumble over.</summary>
internal static class TrapAttacks
{
    private static readonly string[] Planted = ["eda/report.md", "eda/magic.md", "chained.md", "eda/up.md"];

    public static async Task PlantedAsync(AttackLab lab)
    {
        await using var session = await lab.OpenAsync();

        await lab.TryToTheEndAsync(session, "special_files.py", lab.Secret);

        using var root = BeneathRoot.Open(session.Directory);
        foreach (var path in Planted)
            lab.Add($"the host opens {path}, a link to held rows", Refused(root, path), "openat2 beneath the root");
        lab.Add(
            "the host opens a file below a linked folder",
            Refused(root, $"eda/folder/{Path.GetFileName(lab.Secret)}"),
            "openat2 beneath the root"
        );
        lab.Add("the host opens a FIFO that nobody writes to", Refused(root, "eda/pipe.md"), "regular files only");
        lab.Add(
            "the host writes to a link",
            root.CreateFile("eda/report.md", replace: false).Handle is null,
            "openat2"
        );
        lab.Add(
            "the held rows after that",
            await File.ReadAllTextAsync(lab.Secret) == AttackLab.SecretText,
            "unchanged"
        );
        var snapshot = WorkspaceSnapshot.Take(session.Directory);
        lab.Add("the host lists the folder", snapshot.Count > 0, "links are listed, never followed");
        await lab.AddNextStepAsync(session, "planting traps");
    }

    public static async Task SwappedAsync(AttackLab lab)
    {
        await using var session = await lab.OpenAsync();
        using var root = BeneathRoot.Open(session.Directory);
        var (reads, leaks) = (0, 0);
        await foreach (var told in AttackLab.Start(session, "swap.py", null, CancellationToken.None, lab.Secret, "2"))
        {
            if (told is not StepOutput)
                continue;
            for (var round = 0; round < 3000; round++)
            {
                foreach (
                    var path in new[]
                    {
                        "eda/report.md",
                        $"eda/dir/{Path.GetFileName(lab.Secret)}",
                        "eda/dir/report.md",
                    }
                )
                {
                    if (Read(root, path) is not { } text)
                        continue;
                    reads++;
                    leaks += text.Contains(AttackLab.SecretText, StringComparison.Ordinal) ? 1 : 0;
                }
            }
        }

        lab.Add(
            "files and folders swapped for links while the host read thousands of times",
            leaks == 0,
            "openat2",
            reads
        );
        lab.Add("whether the host read the step's own file meanwhile", reads > 0, "it did: the race was on", reads);
    }

    public static async Task StrangeAsync(AttackLab lab)
    {
        await using var session = await lab.OpenAsync();
        await lab.TryToTheEndAsync(session, "strange_names.py");

        using var workspace = new WorkspaceFiles(lab.Lab.Home);
        var folder = WorkspacePath.Parse($"/sessions/{Path.GetFileName(session.Directory)}/eda/names")!.Value;
        var listed = workspace.List(folder, out _) ?? [];
        var opened = listed.Count(entry =>
        {
            using var handle = workspace.OpenFile(WorkspacePath.Parse(entry.Path) ?? default).Handle;
            return handle is not null;
        });
        lab.Add("the host lists them and opens each", opened == listed.Count && opened > 8, "names are data", opened);
        lab.Add(
            "a terminal that shows the names",
            !listed.Any(entry =>
                CleanText.Line(entry.Path).Any(letter => char.IsControl(letter) || letter == '\u202e')
            ),
            "cleaned of control characters"
        );
        using (var bench = new Workbench(lab.Lab.Home))
        {
            var taken = await bench.TakeAsync(session.Directory, "eda/names/sparse.md", "copy", CancellationToken.None);
            lab.Add(
                "the referee copies the file of 6 GB",
                taken && DiskUsage.Of(bench.In).Bytes < 1 << 20,
                "holes stay holes"
            );
        }

        using var root = BeneathRoot.Open(session.Directory);
        using var cancel = new CancellationTokenSource();
        var since = TimeProvider.System.GetTimestamp();
        await foreach (var told in AttackLab.Start(session, "leased.py", null, cancel.Token))
        {
            if (told is not StepOutput || cancel.IsCancellationRequested)
                continue;
            since = TimeProvider.System.GetTimestamp();
            var refused = Refused(root, "eda/leased.md");
            lab.Add(
                "a lease on a file that the host opens",
                refused && TimeProvider.System.GetElapsedTime(since) < TimeSpan.FromSeconds(5),
                "the host does not wait"
            );
            await cancel.CancelAsync();
        }
        await lab.AddNextStepAsync(session, "strange names");
    }

    private static bool Refused(BeneathRoot root, string path)
    {
        using var handle = root.OpenFile(path).Handle;
        return handle is null;
    }

    private static string? Read(BeneathRoot root, string path)
    {
        using var handle = root.OpenFile(path).Handle;
        if (handle is null)
            return null;
        using var reader = new StreamReader(new FileStream(handle, FileAccess.Read));
        return reader.ReadToEnd();
    }
}
