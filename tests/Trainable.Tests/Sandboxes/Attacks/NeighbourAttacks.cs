using Trainable.Server.Artifacts;
using Trainable.Server.Platform;
using Trainable.Server.Referee.Checks;
using Trainable.Server.Referee.Files;
using Trainable.Server.Sandboxes;

namespace Trainable.Tests.Sandboxes.Attacks;

/// <summary>Attacks of one session on another: directly, and by leading the host there.</summary>
internal static class NeighbourAttacks
{
    public static async Task RendezvousAsync(AttackLab lab)
    {
        await using var first = await lab.OpenAsync();
        await using var second = await lab.OpenAsync();
        using var cancel = new CancellationTokenSource();
        await foreach (var told in AttackLab.Start(first, "rendezvous.py", null, cancel.Token, "wait"))
        {
            if (told is not StepOutput || cancel.IsCancellationRequested)
                continue;
            await lab.TryToTheEndAsync(second, "rendezvous.py", "look");
            await cancel.CancelAsync();
        }
    }

    public static async Task LinkedStagesAsync(AttackLab lab)
    {
        await using var victim = await lab.OpenAsync();
        await using var session = await lab.OpenAsync();
        const string metadata = """{"target_column":"y","problem_type":"binary"}""";
        foreach (var stage in new[] { "prep", "train" })
        {
            Directory.CreateDirectory(Path.Combine(victim.Directory, stage, "data"));
            await File.WriteAllTextAsync(In(victim, stage, "data", "metadata.json"), metadata);
            await File.WriteAllTextAsync(In(victim, stage, "data", "train.parquet"), "rows");
        }
        var other = $"../{Path.GetFileName(victim.Directory)}";

        await lab.TryToTheEndAsync(session, "stage_links.py", "../../../held", $"{other}/prep", $"{other}/train");

        const string by = "openat2 without links";
        lab.Add(
            "the host lists a stage that is a link to the held rows",
            WorkspaceSnapshot.Take(In(session, "eda")).Count == 0,
            by
        );
        lab.Add("the referee reads metadata through it", PrepMetadata.Read(In(session, "prep")) is null, by);
        lab.Add(
            "the referee measures a file through it",
            StageFile.Size(In(session, "prep"), "data/train.parquet") is null,
            by
        );
        using (var bench = new Workbench(lab.Lab.Home))
        {
            var taken = await bench.TakeAsync(In(session, "prep"), "data/train.parquet", "t", CancellationToken.None);
            lab.Add("the referee copies another session's rows through it", !taken, by);
        }
        Should.Throw<UserFacingException>(() => HostWrites.Replace(In(session, "train"), "data/metadata.json", "{}"));
        HostWrites.Delete(In(session, "prep"), "data/train.parquet");
        lab.Add(
            "the host writes and deletes another session's files through it",
            await File.ReadAllTextAsync(In(victim, "train", "data", "metadata.json")) == metadata
                && File.Exists(In(victim, "prep", "data", "train.parquet")),
            by
        );
        await lab.AddNextStepAsync(session, "linking its stages");
    }

    private static string In(LabSession session, params ReadOnlySpan<string> path) =>
        Path.Combine([session.Directory, .. path]);
}
