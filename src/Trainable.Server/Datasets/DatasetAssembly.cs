using Trainable.Contracts;
using Trainable.Server.Datasets.Holdout;
using Trainable.Server.Datasets.Images;
using Trainable.Server.Datasets.Profiles;
using Trainable.Server.Datasets.Workbooks;
using Trainable.Server.Platform;

namespace Trainable.Server.Datasets;

/// <summary>Makes one dataset of the files of an upload: reads the table, draws the held rows, writes both parts.</summary>
internal sealed class DatasetAssembly(DatasetPaths paths, DatasetOptions options, CancellationToken cancellation)
{
    /// <summary>The caller adds whose dataset it is and when it was made.</summary>
    /// <param name="files">The upload.</param>
    /// <param name="wanted">What the person settled.</param>
    /// <param name="sheets">What became of the workbooks in it, by the files' names.</param>
    public (DatasetManifest Manifest, DatasetProfile Profile) Make(
        IReadOnlyList<UploadedFile> files,
        ExperimentOptions wanted,
        IReadOnlyDictionary<string, ConvertedSheet> sheets
    )
    {
        var choice = wanted.Holdout == HoldoutModes.Agent && wanted.Main is null ? null : Choose(files, wanted);
        var mode = Mode(files, choice, wanted);
        var staged = Stage();
        if (choice is null || mode == HoldoutModes.Agent)
            return Publish(staged, MakeFiles(files, mode, staged));
        using var database = OpenDatabase();
        var table = Load(database, choice, sheets);
        Copy(choice.Beside, staged);
        return Publish(staged, MakeTable(table, choice, wanted, mode, staged).Made);
    }

    /// <summary>As <see cref="Make"/>, of an image folder's table; the images of working rows lie beside it.</summary>
    public (DatasetManifest Manifest, DatasetProfile Profile) MakeImages(
        IReadOnlyList<UploadedFile> files,
        ExperimentOptions wanted,
        ImageTable images
    )
    {
        var choice = new TableChoice(files, [], images.Note, ImageTable.FolderName);
        var mode = Mode(files, choice, wanted);
        var staged = Stage();
        using var database = OpenDatabase();
        var table = new TableLoader(database, paths.Scratch, options, cancellation).LoadImages(images.Path);
        var ((manifest, profile), held) = MakeTable(table, choice, wanted, mode, staged);
        images.CopyWorking(held, staged, cancellation);
        Directory.Move(images.Folder, paths.Images);
        manifest = manifest with { Target = wanted.Target, ProblemType = wanted.ProblemType };
        return Publish(staged, (manifest, profile with { ImageFolder = ImageTable.FolderName }));
    }

    private string Stage() => TrainableHome.MakeReadable(Path.Combine(paths.Scratch, "dataset"));

    /// <summary>Moves what was made to where agents find it, whole.</summary>
    private (DatasetManifest, DatasetProfile) Publish(string staged, (DatasetManifest, DatasetProfile) made)
    {
        TrainableHome.Make(Path.GetDirectoryName(paths.Working)!);
        Directory.Move(staged, paths.Working);
        return made;
    }

    private TableChoice? Choose(IReadOnlyList<UploadedFile> files, ExperimentOptions wanted)
    {
        using var database = OpenDatabase();
        return new TableChooser(paths.Upload, options, database).Choose(files, wanted);
    }

    private static string Mode(IReadOnlyList<UploadedFile> files, TableChoice? choice, ExperimentOptions wanted) =>
        wanted.Holdout switch
        {
            null => choice is null ? HoldoutModes.Agent : HoldoutModes.Host,
            HoldoutModes.Host when choice is null => throw TableFile.Refuse(
                $"The host can hold rows of one table, and the upload has {files.Count} files with different columns. Name the main table with 'main' (--main FILE), upload one table, or choose holdout 'agent'."
            ),
            HoldoutModes.Host or HoldoutModes.Agent or HoldoutModes.None => wanted.Holdout,
            _ => throw TableFile.Refuse(
                $"The holdout '{wanted.Holdout}' is unknown. Choose 'host', 'agent' or 'none'."
            ),
        };

    private ((DatasetManifest, DatasetProfile) Made, bool[]? Held) MakeTable(
        LoadedTable table,
        TableChoice choice,
        ExperimentOptions wanted,
        string mode,
        string staged
    )
    {
        NamedColumns.Check(table.Columns, wanted);
        var plan = mode == HoldoutModes.Host ? new HoldoutPlanner(table, wanted).Plan() : null;
        if (plan is null && wanted.Target is { } target)
            TargetColumn.Inspect(table, target, wanted);

        var extension = TableWriter.Extension(table);
        var name = WorkingName(choice, extension);
        var heldFile = paths.HeldFile(extension);
        TableWriter.Split(table, plan?.Held, Path.Combine(staged, name), heldFile);
        if (plan is not null)
        {
            WriteBits(plan.Held);
            table.Keep(plan.Held);
        }
        var working = new TableProfiler(table).Profile(name);
        var manifest = new DatasetManifest
        {
            ExperimentId = default,
            CreatedAt = default,
            Kind = DatasetKinds.Table,
            Files = [.. choice.Parts, .. choice.Beside],
            Parts = choice.Parts.Count,
            Beside = [.. choice.Beside.Select(file => file.Name)],
            Note = choice.Note,
            Source = table.Source,
            WorkingFile = name,
            HeldFile = plan is null ? null : Path.GetFileName(heldFile),
            RowsTotal = table.Rows,
            RowsWorking = working.Rows,
            RowsHeld = plan?.RowsHeld ?? 0,
            Columns = [.. working.Columns.Select(column => column.Summary)],
            Holdout = new HoldoutSummary
            {
                Mode = mode,
                Strategy = plan?.Strategy,
                Column = plan?.Column,
                Fraction = plan is null ? 0 : (double)plan.RowsHeld / table.Rows,
                Seed = wanted.Seed,
                Reason = plan?.Reason ?? WithoutPlan(mode),
            },
        };
        var profile = new DatasetProfile
        {
            Kind = DatasetKinds.Table,
            RowsHeld = manifest.RowsHeld,
            Files =
            [
                new ProfiledFile(name, new FileInfo(Path.Combine(staged, name)).Length),
                .. choice.Beside.Select(file => new ProfiledFile(file.Name, file.Size)),
            ],
            Tables = [working, .. ProfileTables(choice.Beside)],
        };
        return ((manifest, profile), plan?.Held);
    }

    private (DatasetManifest, DatasetProfile) MakeFiles(IReadOnlyList<UploadedFile> files, string mode, string staged)
    {
        Copy(files, staged);
        var manifest = new DatasetManifest
        {
            ExperimentId = default,
            CreatedAt = default,
            Kind = DatasetKinds.Files,
            Files = files,
            Holdout = new HoldoutSummary { Mode = mode, Reason = WithoutPlan(mode) },
        };
        var profile = new DatasetProfile
        {
            Kind = DatasetKinds.Files,
            Files = [.. files.Select(file => new ProfiledFile(file.Name, file.Size))],
            Tables = [.. ProfileTables(files)],
        };
        return (manifest, profile);
    }

    private LoadedTable Load(
        TableDatabase database,
        TableChoice choice,
        IReadOnlyDictionary<string, ConvertedSheet> sheets
    )
    {
        var loader = new TableLoader(database, paths.Scratch, options, cancellation);
        if (choice.Parts is not [var file])
            return loader.LoadParts([
                .. choice.Parts.Select(part => (Path.Combine(paths.Upload, part.Name), ShownText.Cut(part.Name))),
            ]);
        return loader.Load(
            Path.Combine(paths.Upload, file.Name),
            Path.GetFileName(file.Name),
            sheet: sheets.GetValueOrDefault(file.Name)
        );
    }

    /// <summary>A name that no file beside the table has, nor a folder.</summary>
    private static string WorkingName(TableChoice choice, string extension)
    {
        var stem = choice.Stem ?? (choice.Parts is [var one] ? TableFile.Stem(one.Name) : "table");
        var name = stem + extension;
        while (
            choice.Beside.Any(file => string.Equals(file.Name.Split('/')[0], name, StringComparison.OrdinalIgnoreCase))
        )
            name = "main_" + name;
        return name;
    }

    private void Copy(IReadOnlyList<UploadedFile> files, string staged)
    {
        foreach (var file in files)
        {
            cancellation.ThrowIfCancellationRequested();
            var destination = Path.Combine(staged, file.Name);
            TrainableHome.MakeReadable(Path.GetDirectoryName(destination)!);
            // A copy, because the sandbox sees these files and a hard link would share one inode with the upload.
            File.Copy(Path.Combine(paths.Upload, file.Name), destination);
        }
    }

    /// <summary>Where the host draws no rows: a sentence on who does.</summary>
    private static string WithoutPlan(string mode) =>
        mode == HoldoutModes.Agent
            ? "The agent makes the test set, and the host seals it as soon as Prep ends."
            : "No rows are held, so the host measures no score.";

    /// <summary>The first files that turn out to be tables; what is none is simply listed.</summary>
    private IEnumerable<TableProfile> ProfileTables(IReadOnlyList<UploadedFile> files)
    {
        const int most = 8;
        var candidates = files.Where(file => TableFile.Stem(file.Name) != Path.GetFileName(file.Name)).Take(most);
        foreach (var file in candidates)
        {
            TableProfile profile;
            try
            {
                using var database = OpenDatabase();
                var path = Path.Combine(paths.Upload, file.Name);
                var table = new TableLoader(database, paths.Scratch, options, cancellation).Load(path, file.Name);
                profile = new TableProfiler(table).Profile(file.Name);
            }
            catch (UserFacingException)
            {
                continue;
            }
            yield return profile;
        }
    }

    private TableDatabase OpenDatabase() =>
        TableDatabase.Open(new TableAccess([paths.Held], paths.Scratch, options.MemoryBytes), cancellation);

    private void WriteBits(bool[] held)
    {
        var bytes = new byte[(held.Length + 7) / 8];
        for (var row = 0; row < held.Length; row++)
        {
            if (held[row])
                bytes[row / 8] |= (byte)(1 << (row % 8));
        }
        File.WriteAllBytes(paths.HeldRows, bytes);
    }
}
