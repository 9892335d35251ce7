using System.Text.Json;
using System.Text.Json.Serialization;
using Trainable.Server.Platform;
using Trainable.Server.Platform.Linux;
using Trainable.Server.Sandboxes;

namespace Trainable.Server.Datasets.Workbooks;

/// <summary>A sheet of a workbook, written down as canonical CSV.</summary>
/// <param name="Path">The CSV; no sandbox can change it.</param>
/// <param name="Sheet">The sheet's name.</param>
/// <param name="Sheets">Names of all sheets.</param>
/// <param name="Cut">The sheet has more rows than were asked for.</param>
internal sealed record ConvertedSheet(string Path, string Sheet, IReadOnlyList<string> Sheets, bool Cut);

/// <summary>
/// Makes a table of a sheet by <c>python/workbook</c>. A workbook is an archive of XML from anywhere, so that it is opened in a
/// sandbox of its own: what unpacks to more than it may have, or names other files, comes to nothing there.
/// </summary>
internal sealed class WorkbookReader(ISandboxRuntime runtime, DatasetOptions options)
{
    private const string Script = "/opt/trainable/workbook/convert.py";
    private const string In = "/workbook/in/book.xlsx";
    private const string Out = "/workbook/out";
    private const int MostResultBytes = 1 << 20;

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);

    /// <param name="path">The workbook.</param>
    /// <param name="name">What it is called in sentences.</param>
    /// <param name="sheet">The sheet wanted; null for the first with a table.</param>
    /// <param name="scratch">A folder for what is written; the caller removes it.</param>
    /// <param name="mostRows">Where to stop; null for all.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="UserFacingException">It cannot be read, or has no such sheet (422); it is too large (413).</exception>
    public async Task<ConvertedSheet> ConvertAsync(
        string path,
        string name,
        string? sheet,
        string scratch,
        int? mostRows,
        CancellationToken cancellation
    )
    {
        if (WorkbookFile.UnpackedBytes(path) > options.MaxUploadBytes)
            throw TooLarge(name);
        var work = TrainableHome.Make(Path.Combine(scratch, $"workbook-{Guid.CreateVersion7():N}"));
        await using var sandbox = await runtime.OpenAsync(
            new SandboxSpec
            {
                Name = $"workbook-{Guid.CreateVersion7():N}",
                Mounts = [new SandboxMount(path, In, Writable: false), new SandboxMount(work, Out, Writable: true)],
                MemoryBytes = options.MemoryBytes,
                Preload = false,
            },
            cancellation
        );
        List<string> arguments = [In, "--out", Out];
        if (sheet is not null)
            arguments.AddRange(["--sheet=" + sheet]);
        if (mostRows is { } most)
            arguments.AddRange(["--rows", $"{most}"]);
        var step = new SandboxScript
        {
            Path = Script,
            WorkingDirectory = Out,
            Arguments = arguments,
        };
        var limits = new StepLimits
        {
            WallClock = Longest,
            MemoryBytes = options.MemoryBytes,
            FileBytes = options.MaxUploadBytes,
            DiskBytes = options.MaxUploadBytes,
            OutputBytes = 1 << 20,
        };
        StepEnded? ended = null;
        await foreach (var item in sandbox.RunAsync(step, limits, cancellation))
            ended = item as StepEnded ?? ended;
        cancellation.ThrowIfCancellationRequested();
        var answer = ended!.Outcome switch
        {
            StepOutcome.Ok => ReadAnswer(work),
            StepOutcome.OutOfMemory or StepOutcome.FileLimit or StepOutcome.DiskLimit => throw TooLarge(name),
            StepOutcome.Timeout => throw TableFile.Refuse(
                $"{name} takes longer than {Longest.TotalMinutes:0} minutes to read. Save the sheet as CSV and upload that."
            ),
            _ => null,
        };
        if (answer?.Error is { } problem)
            throw TableFile.Refuse($"{name} {ShownText.Cut(problem, LongestProblem)}");
        if (answer is not { Sheet: { } written, Sheets: { } sheets })
            throw TableFile.Refuse(
                $"{name} could not be read as an Excel workbook. Save it again, or save the sheet as CSV, and upload that."
            );
        var table = Path.Combine(scratch, "sheet.csv");
        Take(work, "table.csv", table);
        return new ConvertedSheet(table, written, sheets, answer.Cut);
    }

    private const int LongestProblem = 600;

    private UserFacingException TooLarge(string name) =>
        new(
            $"{name} unpacks to more than {ByteSize.Format(options.MaxUploadBytes)}, or needs more memory than {ByteSize.Format(options.MemoryBytes)} to read. Save the sheet as CSV and upload that.",
            StatusCodes.Status413PayloadTooLarge
        );

    private static WorkbookAnswer? ReadAnswer(string work)
    {
        using var root = BeneathRoot.Open(work);
        if (root.OpenFile("result.json").Handle is not { } handle)
            return null;
        using var file = new FileStream(handle, FileAccess.Read);
        if (file.Length > MostResultBytes)
            return null;
        try
        {
            return JsonSerializer.Deserialize(file, WorkbookJson.Default.WorkbookAnswer);
        }
        catch (JsonException)
        {
            return null; // Whoever took over the program writes what it likes; the caller says that it could not be read.
        }
    }

    /// <summary>A copy that is the host's, since the file is one that hostile code may have made.</summary>
    private static void Take(string work, string name, string destination)
    {
        using var root = BeneathRoot.Open(work);
        if (root.OpenFile(name).Handle is not { } handle)
            throw new InvalidOperationException(
                "The workbook's program said that it wrote a table, and there is none."
            );
        using var source = new FileStream(handle, FileAccess.Read);
        using var copy = new FileStream(destination, FileMode.Create, FileAccess.Write);
        source.CopyTo(copy);
    }
}

internal sealed record WorkbookAnswer(string? Error, string? Sheet, IReadOnlyList<string>? Sheets, bool Cut);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(WorkbookAnswer))]
internal sealed partial class WorkbookJson : JsonSerializerContext;
