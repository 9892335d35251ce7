using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Trainable.Contracts;
using Trainable.Server.Agents.Models.Autopilot;
using Trainable.Server.Artifacts;
using Trainable.Server.Platform;
using Trainable.Server.Predictions;
using Trainable.Server.Referee.Checks;
using Trainable.Server.Referee.Evaluations;
using Trainable.Server.Referee.Files;
using Trainable.Server.Referee.Scoring;

namespace Trainable.Server.Bundles;

/// <summary>
/// Writes a session's bundle. What takes a sandbox (packages, recorded predictions, the columns' types) is done before the
/// first byte, so that it can still be refused in a sentence.
/// </summary>
internal sealed class BundleExport(
    BundleSubjects subjects,
    PackageInventory packages,
    RecordedPredictions recorded,
    Predictors predictors,
    EvaluationStore evaluations,
    HeldRows held,
    TrainableHome home,
    TimeProvider time
)
{
    public const string ManifestName = "bundle.json";
    public const string PredictionsName = "predictions.parquet";
    public const string SessionFolder = "session/";

    public async Task<PreparedBundle> PrepareAsync(Guid session, CancellationToken cancellation)
    {
        var subject = await subjects.FindAsync(session, cancellation);
        var installed = await packages.ReadAsync(cancellation);
        JsonElement facts;
        var (lease, _) = await predictors.BorrowAsync(session, cancellation);
        using (lease)
            facts = lease.Warm.Facts;
        var predictions = Path.Combine(home.Scratch, $"bundle-{Guid.CreateVersion7():N}");
        var trouble = await recorded.MakeAsync(
            bench => TakeAsync(bench, subject, cancellation),
            subject.Target,
            subject.ProblemType,
            file =>
            {
                TrainableHome.Make(predictions);
                File.Copy(file, Path.Combine(predictions, PredictionsName));
                return Task.CompletedTask;
            },
            cancellation
        );
        return new PreparedBundle(subject, installed, facts, trouble is null ? predictions : null);
    }

    public async Task WriteAsync(PreparedBundle bundle, bool withData, Stream output, CancellationToken cancellation)
    {
        var patient = new PatientStream(output);
        var archive = await ZipArchive.CreateAsync(
            patient,
            ZipArchiveMode.Create,
            leaveOpen: true,
            entryNameEncoding: null,
            cancellation
        );
        await using (archive)
        {
            var writer = new BundleWriter(archive);
            await AddProgramsAsync(writer, bundle, cancellation);
            await AddRecordsAsync(writer, bundle, cancellation);
            var working = await AddDataAsync(writer, bundle.Subject, withData, cancellation);
            await writer.AddFolderAsync(
                home.Session(bundle.Subject.Train.SessionId),
                SessionFolder,
                path => IsWanted(path, withData),
                cancellation
            );
            if (bundle.Predictions is { } folder)
            {
                await using var file = File.OpenRead(Path.Combine(folder, PredictionsName));
                await writer.AddAsync(PredictionsName, file, cancellation);
            }
            await writer.AddTextAsync(
                ManifestName,
                JsonSerializer.Serialize(
                    Manifest(bundle, working, withData, writer.Files),
                    BundleJson.Default.BundleManifest
                ),
                cancellation
            );
        }
        await patient.FlushAsync(cancellation);
    }

    private async Task<bool> TakeAsync(Workbench bench, BundleSubject subject, CancellationToken cancellation) =>
        await bench.TakeAsync(held.Prep(subject.Train), "data/train.parquet", "train.parquet", cancellation)
        && await bench.TakeAsync(held.Prep(subject.Train), "data/val.parquet", "val.parquet", cancellation)
        && await bench.TakeAsync(
            held.StageDirectory(subject.Train, Stages.Train),
            "models/model.pkl",
            "model.pkl",
            cancellation
        );

    private static async Task AddProgramsAsync(
        BundleWriter writer,
        PreparedBundle bundle,
        CancellationToken cancellation
    )
    {
        await AddShippedAsync("bundle/predict.py", "predict.py");
        await AddShippedAsync("predictor/columns.py", "raw_columns.py");
        foreach (var module in Sdk)
            await AddShippedAsync($"trainable/{module}.py", $"trainable/{module}.py");
        if (bundle.Subject.OfImages)
        {
            foreach (var module in Images)
                await AddShippedAsync($"images/{module}.py", $"images/{module}.py");
        }
        await writer.AddTextAsync("schema.json", Schema(bundle).ToJsonString(Indented), cancellation);
        await writer.AddTextAsync("requirements.txt", Requirements(bundle), cancellation);
        await writer.AddTextAsync(
            "Dockerfile",
            $"FROM python:{MinorVersion(bundle.Packages.Python)}-slim\nWORKDIR /model\nCOPY requirements.txt .\nRUN pip install --no-cache-dir -r requirements.txt\nCOPY . .\n# docker build -t model . && docker run --rm -i --network none model < new.csv\nENTRYPOINT [\"python\", \"predict.py\"]\nCMD [\"-\"]\n",
            cancellation
        );

        async Task AddShippedAsync(string from, string to)
        {
            await using var file = File.OpenRead(Path.Combine(PythonLibrary.Root, from));
            await writer.AddAsync(to, file, cancellation);
        }
    }

    private async Task AddRecordsAsync(BundleWriter writer, PreparedBundle bundle, CancellationToken cancellation)
    {
        var subject = bundle.Subject;
        var evaluation = await evaluations.ReadAsync(
            subject.Train.DatasetId,
            subject.Train.SessionId,
            subject.RunId,
            cancellation
        );
        var checks = BundleScripts.Checks(subject);
        await writer.AddTextAsync(
            "MODEL_CARD.md",
            ModelCard.Write(subject, evaluation, checks, bundle.Packages),
            cancellation
        );
        await writer.AddTextAsync(
            "splits.json",
            SplitIndices
                .Of(subject, RowOrigins.Read(held.Origins(subject.Train.DatasetId, subject.Train.SessionId)))
                .ToJsonString(Indented),
            cancellation
        );
        await writer.AddTextAsync(
            "session.ipynb",
            new SessionNotebook(subject, home).Make().ToJsonString(Indented),
            cancellation
        );
        await writer.AddTextAsync(
            "checks.json",
            JsonSerializer.Serialize([.. checks], BundleJson.Default.CheckReportArray),
            cancellation
        );
        if (subject.Score is { } score)
            await writer.AddTextAsync(
                "metrics.json",
                JsonSerializer.Serialize(score, BundleJson.Default.ScoreReport),
                cancellation
            );
        if (evaluation is not null)
            await writer.AddTextAsync(
                "evaluation.json",
                JsonSerializer.Serialize(evaluation, BundleJson.Default.Evaluation),
                cancellation
            );
    }

    /// <summary>The working rows, or only their hash.</summary>
    private async Task<DatasetFile> AddDataAsync(
        BundleWriter writer,
        BundleSubject subject,
        bool withData,
        CancellationToken cancellation
    )
    {
        var name = subject.Dataset.WorkingFile!;
        await using var file = File.OpenRead(held.Working(subject.Dataset));
        if (withData)
        {
            var added = await writer.AddAsync($"data/{name}", file, cancellation);
            return new DatasetFile(name, added.Size, added.Sha256);
        }
        var hash = await SHA256.HashDataAsync(file, cancellation);
        return new DatasetFile(name, file.Length, Convert.ToHexStringLower(hash));
    }

    /// <summary>Without data nothing goes along that holds rows: tables, arrays, and what Python keeps of either.</summary>
    private static bool IsWanted(string path, bool withData) =>
        withData
        || Path.GetExtension(path).ToLowerInvariant()
            is not (".parquet" or ".csv" or ".tsv" or ".npz" or ".npy" or ".feather" or ".arrow" or ".jsonl")
            && (!path.EndsWith(".pkl", StringComparison.OrdinalIgnoreCase) || path is Model or Pipeline);

    private const string Model = "train/models/model.pkl";
    private const string Pipeline = "prep/data/prep_pipeline.pkl";

    private BundleManifest Manifest(
        PreparedBundle bundle,
        DatasetFile working,
        bool withData,
        IReadOnlyList<BundleFile> files
    )
    {
        var subject = bundle.Subject;
        var data = subject.Dataset;
        var scripts = BundleScripts.Of(subject);
        var hasPlan =
            files.Any(file => file.Path == $"{SessionFolder}{RemadeModel.Plan}")
            && subject.Model == AutopilotChatClient.ModelId;
        return new BundleManifest
        {
            SessionId = subject.Train.SessionId,
            ExperimentId = subject.ExperimentId,
            Name = subject.Name,
            CreatedAt = time.GetUtcNow().UtcDateTime,
            Model = subject.Model,
            Target = subject.Target,
            ProblemType = subject.ProblemType,
            PositiveClass = subject.Score?.PositiveClass,
            Options = subject.Train.Options,
            Data = new BundleData
            {
                Uploaded = [.. data.Files.Select(file => new DatasetFile(file.Name, file.Size, file.Sha256))],
                Working = working,
                Included = withData,
                RowsTotal = data.RowsTotal,
                RowsWorking = data.RowsWorking,
                RowsHeld = data.RowsHeld,
                Holdout = new HoldoutFacts(
                    data.Holdout.Mode,
                    data.Holdout.Strategy,
                    data.Holdout.Column,
                    data.Holdout.Fraction,
                    data.Holdout.Seed,
                    data.Holdout.Reason
                ),
            },
            Packages = bundle.Packages.Versions,
            Python = bundle.Packages.Python,
            Scripts = scripts,
            Verify =
                bundle.Predictions is null ? BundleVerification.None
                : hasPlan ? BundleVerification.Plan
                : scripts.Any(script => script.Stage == Stages.Train) ? BundleVerification.Scripts
                : BundleVerification.None,
            Files = files,
        };
    }

    private static JsonObject Schema(PreparedBundle bundle) =>
        new()
        {
            ["target"] = bundle.Subject.Target,
            ["problem_type"] = bundle.Subject.ProblemType,
            ["positive_class"] = bundle.Subject.Score?.PositiveClass,
            ["columns"] = bundle.Facts.TryGetProperty("columns", out var columns)
                ? JsonNode.Parse(columns.GetRawText())
                : new JsonArray(),
        };

    /// <summary>Those of the packages that models are made with, at the versions of the sandbox.</summary>
    private static string Requirements(PreparedBundle bundle)
    {
        var versions = bundle.Packages.Versions;
        IEnumerable<string> packages = bundle.Subject.OfImages ? [.. ModelPackages, "pillow"] : ModelPackages;
        return string.Concat(
            packages.Where(versions.ContainsKey).Select(name => $"{name}=={versions[name].Split('+')[0]}\n")
        );
    }

    private static readonly string[] ModelPackages =
    [
        "numpy",
        "pandas",
        "scipy",
        "scikit-learn",
        "joblib",
        "cloudpickle",
        "xgboost",
        "lightgbm",
        "catboost",
        "statsmodels",
        "imbalanced-learn",
    ];

    /// <summary>The SDK's modules: what agents pickle may refer to them.</summary>
    private static readonly string[] Sdk =
    [
        "__init__",
        "_channel",
        "_charts",
        "_labels",
        "_metrics",
        "_objects",
        "_rich",
    ];

    /// <summary>Makes the raw columns of images, for a model of an image folder.</summary>
    private static readonly string[] Images = ["__init__", "convert", "features"];

    private static string MinorVersion(string version) => string.Join('.', version.Split('.').Take(2));

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
}

/// <summary>What a bundle is written from. Disposing it removes the predictions that were recorded for it.</summary>
internal sealed record PreparedBundle(
    BundleSubject Subject,
    InstalledPackages Packages,
    JsonElement Facts,
    string? Predictions
) : IDisposable
{
    public void Dispose()
    {
        if (Predictions is not null)
            Platform.Linux.TreeRemoval.Delete(Predictions);
    }
}

/// <summary>How a bundle's model can be made again.</summary>
internal static class BundleVerification
{
    public const string Plan = "plan";
    public const string Scripts = "scripts";
    public const string None = "none";
}
