using System.Globalization;
using Trainable.Contracts;
using Trainable.Server.Platform;
using Trainable.Server.Platform.Linux;
using Trainable.Server.Referee.Files;
using Trainable.Server.Sandboxes;

namespace Trainable.Server.Bundles;

/// <summary>
/// Checks a bundle. Its model is asked and made again in different sandboxes, and the answers are compared here: neither the
/// recorded model nor the scripts have a word in the verdict.
/// </summary>
internal sealed class BundleVerifier(
    ISandboxRuntime runtime,
    SandboxOptions options,
    RecordedPredictions predictions,
    PackageInventory packages,
    TrainableHome home
) : IDisposable
{
    public const double MostDifference = 1e-6;

    private const string Recorded = "recorded.parquet";
    private const string Model = "model.parquet";
    private const string Again = "again.parquet";

    private readonly SemaphoreSlim _turn = new(1, 1);

    public async Task<BundleVerdict> VerifyAsync(BundleArchive bundle, CancellationToken cancellation)
    {
        var verdict = new Verdict();
        if (!CheckHashes(bundle, verdict))
            return verdict.Not("The bundle is not what was exported, so nothing in it was run.");
        if (NotVerifiable(bundle.Manifest) is { } why)
            return verdict.Add("remake", "skipped", why).Not($"Not verified: {why}");
        // One at a time: fitting takes all of the machine.
        await _turn.WaitAsync(cancellation);
        try
        {
            await ComparePackagesAsync(bundle.Manifest, verdict, cancellation);
            return await CompareModelsAsync(bundle, verdict, cancellation);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private static bool CheckHashes(BundleArchive bundle, Verdict verdict)
    {
        var wrong = bundle.Mismatches();
        foreach (var sentence in wrong.Take(20))
            verdict.Add("hashes", "failed", $"{sentence}.");
        if (wrong.Count == 0)
            verdict.Add(
                "hashes",
                "passed",
                $"All {bundle.Manifest.Files.Count:N0} files have the hashes of the export."
            );
        return wrong.Count == 0;
    }

    private static string? NotVerifiable(BundleManifest manifest) =>
        manifest switch
        {
            { Data.Included: false } =>
                "The bundle was exported without its rows, and the model cannot be made again without them. Export it with data, or verify it where the session is.",
            { Verify: BundleVerification.Plan or BundleVerification.Scripts } => null,
            _ =>
                "The bundle has neither a plan nor scripts that made the model, or the model could not be asked when it was exported.",
        };

    private async Task ComparePackagesAsync(BundleManifest manifest, Verdict verdict, CancellationToken cancellation)
    {
        var here = await packages.ReadAsync(cancellation);
        var other = manifest
            .Packages.Where(package => here.Versions.GetValueOrDefault(package.Key) != package.Value)
            .Select(package =>
                $"{package.Key} {package.Value} (here {here.Versions.GetValueOrDefault(package.Key, "none")})"
            )
            .ToList();
        if (other.Count == 0 && here.Python == manifest.Python)
            verdict.Add("packages", "passed", $"Python {here.Python} and all packages are those of the export.");
        else
            verdict.Add(
                "packages",
                "skipped",
                $"Made with Python {manifest.Python} (here {here.Python}); {other.Count:N0} packages differ: "
                    + $"{string.Join(", ", other.Take(8))}. A model made with others may differ by more than {MostDifference:0e0}."
            );
    }

    private async Task<BundleVerdict> CompareModelsAsync(
        BundleArchive bundle,
        Verdict verdict,
        CancellationToken cancellation
    )
    {
        var compared = TrainableHome.Make(Path.Combine(home.Scratch, $"compare-{Guid.CreateVersion7():N}"));
        try
        {
            var recorded = Path.Combine(bundle.Folder, BundleExport.PredictionsName);
            if (!File.Exists(recorded))
                return verdict.Not("Not verified: the bundle records no predictions to compare with.");
            File.Copy(recorded, Path.Combine(compared, Recorded));
            var session = Path.Combine(bundle.Folder, BundleExport.SessionFolder);
            var asked = await PredictAsync(
                bundle,
                bench => bench.TakeAsync(session, "train/models/model.pkl", "model.pkl", cancellation),
                Path.Combine(compared, Model),
                cancellation
            );
            if (asked is not null)
                return verdict.Add("model", "failed", asked).Not($"Not verified: {asked}");
            var own = Compare(bundle, compared, Model, cancellation);
            verdict.Add(
                "model",
                own is <= MostDifference ? "passed" : "failed",
                own is { } distance
                    ? $"The bundle's model answers {Words(distance)} for the prepared working rows."
                    : "The bundle's model gives other rows or columns than were recorded."
            );
            using var remade = new RemadeModel(runtime, options, home);
            if (await remade.MakeAsync(bundle, cancellation) is { } failure)
                return verdict.Add("remake", "failed", failure).Not($"Not verified: {failure}");
            var again = await PredictAsync(
                bundle,
                bench => remade.TakeAsync(bench, cancellation),
                Path.Combine(compared, Again),
                cancellation
            );
            if (again is not null)
                return verdict.Add("remake", "failed", again).Not($"Not verified, of the model made again: {again}");
            return Judge(bundle.Manifest, verdict, own, Compare(bundle, compared, Again, cancellation));
        }
        finally
        {
            TreeRemoval.Delete(compared);
        }
    }

    private static BundleVerdict Judge(BundleManifest manifest, Verdict verdict, double? own, double? again)
    {
        var how = manifest.Verify == BundleVerification.Plan ? "refitted from its plan" : "made again by its scripts";
        verdict.Add(
            "remake",
            again is <= MostDifference ? "passed" : "failed",
            again is { } distance
                ? $"The model {how} answers {Words(distance)}."
                : $"The model {how} gives other rows or columns than were recorded."
        );
        var most = own is null || again is null ? (double?)null : Math.Max(own.Value, again.Value);
        if (most is <= MostDifference)
            return verdict.Yes(
                $"Verified: the hashes fit, and the model {how} answers as the recorded one to {MostDifference:0e0}. "
                    + "The score was measured on held rows, which are not in a bundle, and is not part of this.",
                most.Value
            );
        var hint =
            manifest.Verify == BundleVerification.Scripts && own is <= MostDifference
                ? " Scripts that use chance without a seed, or look at a clock, give another model each time."
                : "";
        return verdict.Not(
            own is not <= MostDifference
                ? "Not verified: the bundle's model does not answer as it did when it was exported."
                : $"Not verified: the model {how} does not answer as the recorded one.{hint}",
            most
        );
    }

    private static string Words(double distance) =>
        distance == 0
            ? "exactly as recorded"
            : string.Create(CultureInfo.InvariantCulture, $"as recorded but for a difference of {distance:0.0e0}");

    private static double? Compare(BundleArchive bundle, string folder, string file, CancellationToken cancellation) =>
        PredictionDifference.Measure(folder, Recorded, file, bundle.Manifest.ProblemType, cancellation);

    private Task<string?> PredictAsync(
        BundleArchive bundle,
        Func<Workbench, Task<bool>> model,
        string to,
        CancellationToken cancellation
    )
    {
        var prep = Path.Combine(bundle.Folder, BundleExport.SessionFolder, "prep");
        return predictions.MakeAsync(
            async bench =>
                await bench.TakeAsync(prep, "data/train.parquet", "train.parquet", cancellation)
                && await bench.TakeAsync(prep, "data/val.parquet", "val.parquet", cancellation)
                && await model(bench),
            bundle.Manifest.Target,
            bundle.Manifest.ProblemType,
            file =>
            {
                File.Copy(file, to);
                return Task.CompletedTask;
            },
            cancellation
        );
    }

    /// <summary>A verdict as it comes about.</summary>
    private sealed class Verdict
    {
        private readonly List<BundleCheck> _checks = [];

        public Verdict Add(string name, string result, string sentence)
        {
            _checks.Add(new BundleCheck(name, result, sentence));
            return this;
        }

        public BundleVerdict Yes(string sentence, double difference) => Give(verified: true, sentence, difference);

        public BundleVerdict Not(string sentence, double? difference = null) =>
            Give(verified: false, sentence, difference);

        private BundleVerdict Give(bool verified, string sentence, double? difference) =>
            new()
            {
                Verified = verified,
                Sentence = sentence,
                Checks = _checks,
                MaxDifference = difference is { } number && double.IsFinite(number) ? number : null,
            };
    }
}
