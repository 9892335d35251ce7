namespace Trainable.Tests.Sandboxes.Attacks;

/// <summary>
/// Runs every attack there is, and keeps <c>docs/attacks.md</c> the record of what was tried and what held.
/// TRAINABLE_APPROVE=1 writes that page anew.
/// </summary>
[Trait("Kind", "integration")]
public sealed class AttackTests
{
    /// <summary>What only control groups hold.</summary>
    private static readonly string[] InGroups = ["Killing the runner, signals", "Using everything up"];

    private static readonly IReadOnlyList<(string Title, Func<AttackLab, Task> Run)> Areas =
    [
        ("The host's files, other sessions, the held rows", ReachingAttacks.FilesAsync),
        ("Environment, descriptors, processes", ReachingAttacks.EnvironmentAsync),
        ("Network", ReachingAttacks.NetworkAsync),
        ("The kernel", ReachingAttacks.KernelAsync),
        ("The kernel's corners", ReachingAttacks.SurfaceAsync),
        ("Two sessions that look for each other", NeighbourAttacks.RendezvousAsync),
        ("Links in the place of stage folders", NeighbourAttacks.LinkedStagesAsync),
        ("Traps for the host in the workspace", TrapAttacks.PlantedAsync),
        ("A file swapped for a link while the host reads", TrapAttacks.SwappedAsync),
        ("Names, sizes, attributes and leases", TrapAttacks.StrangeAsync),
        ("The runner and later steps", RunnerAttacks.MemoryAsync),
        ("What one step leaves for the next", RunnerAttacks.PoisonAsync),
        ("What one step leaves for the next runner", RunnerAttacks.SettingsAsync),
        ("Forged results and records", RunnerAttacks.ForgedAsync),
        ("Killing the runner, signals", RunnerAttacks.KillsAsync),
        ("Using everything up", ExhaustionAttacks.RunAsync),
        ("A hostile pickle, a hostile model", ModelAttacks.RunAsync),
    ];

    public static TheoryData<string> Cases => [.. Titles];

    private static IReadOnlyList<string> Titles => [.. Areas.Select(area => area.Title)];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task NothingGetsThrough(string title)
    {
        using var lab = new AttackLab(new SandboxLab());
        if (InGroups.Contains(title))
            await lab.Lab.RequireControlGroupsAsync();

        await Areas.Single(area => area.Title == title).Run(lab);

        lab.Rows.Where(row => !row.Held).ShouldBeEmpty();
        lab.Rows.Count.ShouldBeGreaterThan(0);
        AttackPage.ShouldHold(title, lab.Rows, Titles);
    }

    [Fact]
    public void ThePageHasEveryAreaAndNoOther() => AttackPage.ShouldHaveOnly(Titles);
}
