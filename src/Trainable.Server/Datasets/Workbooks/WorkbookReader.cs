using System.Text.Json.Serialization;
using Trainable.Server.Platform;
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
internal sealed class WorkbookReader(FileConverter converter, DatasetOptions options)
{
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
        List<string> arguments = [];
        if (sheet is not null)
            arguments.Add("--sheet=" + sheet);
        if (mostRows is { } most)
            arguments.AddRange(["--rows", $"{most}"]);
        var conversion = new Conversion
        {
            Name = "workbook",
            Input = path,
            InputName = "book.xlsx",
            Arguments = arguments,
        };
        var answer = await converter.RunAsync(conversion, work, cancellation) switch
        {
            StepOutcome.Ok => FileConverter.ReadAnswer(work, WorkbookJson.Default.WorkbookAnswer),
            StepOutcome.OutOfMemory or StepOutcome.FileLimit or StepOutcome.DiskLimit => throw TooLarge(name),
            StepOutcome.Timeout => throw TableFile.Refuse(
                $"{name} takes longer than {FileConverter.Longest.TotalMinutes:0} minutes to read. Save the sheet as CSV and upload that."
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
        await using (var source = FileConverter.OpenTable(work))
        await using (var copy = new FileStream(table, FileMode.Create, FileAccess.Write))
            await source.CopyToAsync(copy, cancellation);
        return new ConvertedSheet(table, written, sheets, answer.Cut);
    }

    private const int LongestProblem = 600;

    private UserFacingException TooLarge(string name) =>
        new(
            $"{name} unpacks to more than {ByteSize.Format(options.MaxUploadBytes)}, or needs more memory than {ByteSize.Format(options.MemoryBytes)} to read. Save the sheet as CSV and upload that.",
            StatusCodes.Status413PayloadTooLarge
        );
}

internal sealed record WorkbookAnswer(string? Error, string? Sheet, IReadOnlyList<string>? Sheets, bool Cut);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(WorkbookAnswer))]
internal sealed partial class WorkbookJson : JsonSerializerContext;
