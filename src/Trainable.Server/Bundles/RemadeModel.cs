using System.Text.Json;
using System.Text.Json.Nodes;
using Trainable.Contracts;
using Trainable.Server.Agents.Models.Autopilot;
using Trainable.Server.Platform;
using Trainable.Server.Platform.Linux;
using Trainable.Server.Referee.Files;
using Trainable.Server.Sandboxes;

namespace Trainable.Server.Bundles;

/// <summary>
/// Makes a bundle's model again in a fresh sandbox that does not have the recorded one: from the plan of the built-in model's
/// search with the playbooks that are shipped, or by running the bundle's own scripts on its working rows.
/// </summary>
internal sealed class RemadeModel(ISandboxRuntime runtime, SandboxOptions options, TrainableHome home) : IDisposable
{
    public const string Plan = "train/data/plan.json";
    private const string Model = "train/models/model.pkl";
    private const string Script = "refit.py";

    /// <summary>What refitting a plan needs of the session's files.</summary>
    private static readonly string[] PlanFiles =
    [
        Plan,
        "prep/data/metadata.json",
        "prep/data/train.parquet",
        "prep/data/val.parquet",
    ];

    private readonly string _folder = TrainableHome.Make(
        Path.Combine(home.Scratch, $"remake-{Guid.CreateVersion7():N}")
    );

    /// <returns>Why there is no model, in a sentence; null when there is one.</returns>
    public async Task<string?> MakeAsync(BundleArchive bundle, CancellationToken cancellation)
    {
        foreach (var stage in Stages.All)
            TrainableHome.Make(Path.Combine(_folder, stage));
        return bundle.Manifest.Verify == BundleVerification.Plan
            ? await RefitAsync(bundle, cancellation)
            : await RunScriptsAsync(bundle, cancellation);
    }

    /// <summary>Copies the model to a bench, through no link that the scripts may have left; false when there is none.</summary>
    public Task<bool> TakeAsync(Workbench bench, CancellationToken cancellation) =>
        bench.TakeAsync(_folder, Model, "model.pkl", cancellation);

    public void Dispose() => TreeRemoval.Delete(_folder);

    private async Task<string?> RefitAsync(BundleArchive bundle, CancellationToken cancellation)
    {
        foreach (var path in PlanFiles)
        {
            var from = Path.Combine(bundle.Folder, BundleExport.SessionFolder + path);
            if (!File.Exists(from))
                return $"{BundleExport.SessionFolder}{path} is not in the bundle, and the plan cannot be refitted without it.";
            var to = Path.Combine(_folder, path);
            TrainableHome.Make(Path.GetDirectoryName(to)!);
            File.Copy(from, to);
        }
        if (!IsFitted(await File.ReadAllBytesAsync(Path.Combine(_folder, Plan), cancellation)))
            return "The run was over before its plan was fitted on all working rows: its model is the mean of the search's own, "
                + "which no plan makes again. Run Train with a larger budget.";
        var settled = bundle.Manifest.Options;
        var text = Playbook
            .Shipped()
            .Script(
                new PlaybookStep { File = "verify/refit_model.py", Title = "Refit the plan" },
                new JsonObject
                {
                    ["dataset"] = null,
                    ["target"] = bundle.Manifest.Target,
                    ["problem_type"] = settled.ProblemType,
                    ["metric"] = settled.Metric,
                    ["positive_class"] = settled.PositiveClass,
                    ["seed"] = settled.Seed,
                    ["safe"] = false,
                }
            );
        await File.WriteAllTextAsync(Path.Combine(_folder, "train", Script), text, cancellation);
        var session = $"/data/sessions/{bundle.Manifest.SessionId}";
        await using var sandbox = await OpenAsync([new SandboxMount(_folder, session, Writable: true)], cancellation);
        var ended = await RunAsync(sandbox, $"{session}/train/{Script}", $"{session}/train", cancellation);
        return ended.Outcome is StepOutcome.Ok ? null : $"Refitting the plan failed: {ended.Sentence}";
    }

    /// <summary>Whether the final fit has written into the plan how it was done; the search's own model is made of those of its folds.</summary>
    private static bool IsFitted(byte[] plan)
    {
        try
        {
            using var json = JsonDocument.Parse(plan);
            return json.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty("row_share", out _);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private async Task<string?> RunScriptsAsync(BundleArchive bundle, CancellationToken cancellation)
    {
        var manifest = bundle.Manifest;
        var data = Path.Combine(bundle.Folder, "data");
        if (!File.Exists(Path.Combine(data, manifest.Data.Working.Name)))
            return $"data/{manifest.Data.Working.Name} is not in the bundle, and the scripts cannot run without it.";
        foreach (var script in manifest.Scripts)
        {
            var from = Path.Combine(bundle.Folder, script.Path);
            if (!script.Path.StartsWith(BundleExport.SessionFolder, StringComparison.Ordinal) || !File.Exists(from))
                return $"{script.Path} is not in the bundle, and the model cannot be made without it.";
            var to = Path.Combine(_folder, script.Path[BundleExport.SessionFolder.Length..]);
            TrainableHome.Make(Path.GetDirectoryName(to)!);
            File.Copy(from, to, overwrite: true);
        }
        var session = $"/data/sessions/{manifest.SessionId}";
        await using var sandbox = await OpenAsync(
            [
                new SandboxMount(data, $"/data/datasets/{manifest.ExperimentId}", Writable: false),
                new SandboxMount(_folder, session, Writable: true),
            ],
            cancellation
        );
        foreach (var script in manifest.Scripts.Where(script => Stages.All.Contains(script.Stage)))
        {
            var path = $"{session}/{script.Path[BundleExport.SessionFolder.Length..]}";
            var ended = await RunAsync(sandbox, path, $"{session}/{script.Stage}", cancellation);
            // One that failed then may fail again: what it had done until then counts.
            if (ended.Outcome is not StepOutcome.Ok && script.Outcome is null or "ok")
                return $"{script.Path} ran then and fails now: {ended.Sentence}";
        }
        return null;
    }

    private async Task<ISandbox> OpenAsync(IReadOnlyList<SandboxMount> mounts, CancellationToken cancellation) =>
        await runtime.OpenAsync(
            new SandboxSpec
            {
                Name = $"verify-{Guid.CreateVersion7():N}",
                Mounts = mounts,
                MemoryBytes = options.MemoryBytes,
                Preload = options.Preload,
            },
            cancellation
        );

    private async Task<StepEnded> RunAsync(ISandbox sandbox, string path, string folder, CancellationToken cancellation)
    {
        StepEnded? ended = null;
        var script = new SandboxScript { Path = path, WorkingDirectory = folder };
        await foreach (var told in sandbox.RunAsync(script, options.StepLimits, cancellation))
            ended = told as StepEnded ?? ended;
        cancellation.ThrowIfCancellationRequested();
        return ended!;
    }
}
