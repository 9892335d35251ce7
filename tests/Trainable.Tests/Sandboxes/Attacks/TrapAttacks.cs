using Trainable.Server.Artifacts;
using Trainable.Server.Platform.Linux;
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
