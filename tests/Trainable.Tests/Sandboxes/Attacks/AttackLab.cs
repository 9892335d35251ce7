using System.Text.Json;
using Trainable.Server.Platform;
using Trainable.Server.Sandboxes;

namespace Trainable.Tests.Sandboxes.Attacks;

/// <summary>One thing that was tried and whether the protection named was the end of it.</summary>
internal sealed record AttackRow(string Tried, bool Held, string By, string Detail);

/// <summary>Sandboxes as agents get them, and the attack scripts of <c>python/tests/attacks</c> to run in them.</summary>
internal sealed class AttackLab : IDisposable
{
    private static readonly string Scripts = Path.Combine(Repository.Root, "python", "tests", "attacks");

    private readonly SandboxLab _lab;
    private readonly string _dataset;

    public AttackLab(SandboxLab lab)
    {
        _lab = lab;
        var held = TrainableHome.Make(lab.Home.HeldOf(Guid.CreateVersion7()));
        Secret = Path.Combine(held, "test.csv");
        File.WriteAllText(Secret, SecretText);
        _dataset = TrainableHome.Make(lab.Home.Dataset(Guid.CreateVersion7()));
        File.WriteAllText(Path.Combine(_dataset, "train.csv"), "a,b\n1,2\n");
    }

    public const string SecretText = "a row that was held back";

    public SandboxLab Lab => _lab;

    /// <summary>A file of held rows, on the host.</summary>
    public string Secret { get; }

    public List<AttackRow> Rows { get; } = [];

    public async Task<LabSession> OpenAsync(bool preload = false)
    {
        var session = await _lab.OpenAsync(
            preload,
            mounts: [new SandboxMount(_dataset, "/data/datasets/d", Writable: false)]
        );
        foreach (var script in Directory.EnumerateFiles(Scripts, "*.py"))
            File.Copy(script, Path.Combine(session.Directory, Path.GetFileName(script)));
        return session;
    }

    /// <summary>Runs a script and takes up what it says of each thing it tried.</summary>
    public async Task<StepReport> TryAsync(
        LabSession session,
        string script,
        StepLimits? limits = null,
        params IReadOnlyList<string> arguments
    )
    {
        var report = await StepReport.ReadAsync(Start(session, script, limits, CancellationToken.None, arguments));
        AddRows(report.Stdout);
        return report;
    }

    public static IAsyncEnumerable<SandboxEvent> Start(
        LabSession session,
        string script,
        StepLimits? limits,
        CancellationToken cancellation,
        params IReadOnlyList<string> arguments
    ) =>
        session.Sandbox.RunAsync(
            new SandboxScript
            {
                Path = $"{session.SandboxDirectory}/{script}",
                WorkingDirectory = session.SandboxDirectory,
                Arguments = arguments,
            },
            limits ?? new StepLimits { WallClock = SandboxLab.Limit },
            cancellation
        );

    /// <summary>A script that was to report, and did so to its end.</summary>
    public async Task TryToTheEndAsync(LabSession session, string script, params IReadOnlyList<string> arguments)
    {
        var before = Rows.Count;
        var report = await TryAsync(session, script, limits: null, arguments);
        report.ShouldHave(StepOutcome.Ok);
        Rows.Count.ShouldBeGreaterThan(before, $"{script} reported nothing: {report.Stderr}");
    }

    public void Add(string tried, bool held, string by, object? detail = null) =>
        Rows.Add(new AttackRow(tried, held, by, detail?.ToString() ?? ""));

    public void AddRows(string lines)
    {
        foreach (var line in lines.Split('\n').Where(line => line.StartsWith('{')))
        {
            using var document = JsonDocument.Parse(line);
            var row = document.RootElement;
            if (row.TryGetProperty("tried", out var tried))
            {
                Add(
                    tried.GetString()!,
                    row.GetProperty("held").GetBoolean(),
                    row.GetProperty("by").GetString()!,
                    row.GetProperty("detail").GetString()
                );
            }
        }
    }

    /// <summary>The next step of a session works as ever: nothing an attack did outlived it.</summary>
    public async Task AddNextStepAsync(LabSession session, string after)
    {
        var next = await session.RunAsync("print('as ever')");
        Add(
            $"the step after {after}",
            next is { Outcome: StepOutcome.Ok, Stdout: "as ever\n" },
            "it runs as ever",
            next
        );
    }

    public void Dispose() => _lab.Dispose();
}
