using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Trainable.Contracts;
using Trainable.Server.Agents.Tools;
using Trainable.Server.Artifacts;
using Trainable.Server.Events;
using Trainable.Server.Platform;
using Trainable.Server.Platform.Linux;

namespace Trainable.Server.Agents;

/// <summary>A file of a stage. <see cref="Path"/> is relative to the stage's directory.</summary>
internal sealed record StageFile(string Path, long Size)
{
    public string Name => System.IO.Path.GetFileName(Path);
}

/// <summary>A stage's directory as the host reads and writes it, and the events and artefacts that tell of its files.</summary>
internal sealed partial class StageFiles(WorkspaceFiles workspace, SkillShelf skills, TrainableHome home)
{
    private const string Scripts = "scripts";

    /// <summary>What a script is called while it is being written.</summary>
    private const string Unfinished = ".unfinished";

    public WorkspaceSnapshot Snapshot(StageContext context) => WorkspaceSnapshot.Take(context.HostDirectory(home));

    public IReadOnlyList<StageFile> ChangedSince(StageContext context, WorkspaceSnapshot before) =>
        [
            .. Snapshot(context)
                .Since(before)
                .Where(change => !change.Path.StartsWith("logs/", StringComparison.Ordinal))
                .Where(change => change.Path != $"{Scripts}/{Unfinished}")
                .Select(change => new StageFile(change.Path, change.Length)),
        ];

    /// <summary>Every file of the stage.</summary>
    public IReadOnlyList<StageFile> All(StageContext context) => ChangedSince(context, WorkspaceSnapshot.Empty);

    /// <summary>
    /// Keeps a step's script under the next number; numbers go on over runs. It gets its name once it is whole, so that a
    /// crash leaves no half of a script.
    /// </summary>
    public async Task<StageFile> SaveScriptAsync(StageContext context, string code, CancellationToken cancellation)
    {
        var bytes = Encoding.UTF8.GetBytes(code);
        var created = workspace.CreateFile(In(context, $"{Scripts}/{Unfinished}"), replace: true);
        await using (var file = new FileStream(Require(created, Scripts), FileAccess.Write))
            await file.WriteAsync(bytes, cancellation);
        for (var number = 1 + LastNumber(context); ; number++)
        {
            var name = ScriptName.For(number, code);
            var failure = workspace.Rename(In(context, Scripts), Unfinished, name);
            if (failure is OpenFailure.None)
                return new StageFile($"{Scripts}/{name}", bytes.Length);
            if (failure is not OpenFailure.Exists)
                throw new UserFacingException($"The script '{name}' could not be kept: {failure}.");
        }
    }

    /// <summary>A file that takes a step's whole output.</summary>
    public FileStream CreateLog(StageContext context, string path) =>
        new(Require(workspace.CreateFile(In(context, path), replace: true), path), FileAccess.Write);

    /// <summary>
    /// The beginning of a text file; <paramref name="path"/> is absolute below /data or the skills, or relative to the stage.
    /// </summary>
    /// <exception cref="UserFacingException">There is no such file, or it is no text.</exception>
    public async Task<string> ReadTextAsync(
        StageContext context,
        string path,
        int maxBytes,
        CancellationToken cancellation
    )
    {
        var opened = SkillShelf.PathOf(path) is { } skill
            ? skills.OpenFile(skill)
            : workspace.OpenFile(Resolve(context, path));
        if (opened.Handle is null)
            throw new UserFacingException($"there is no file '{path}'.");
        await using var file = new FileStream(opened.Handle, FileAccess.Read);
        var buffer = new byte[Math.Min(maxBytes, file.Length)];
        var length = await file.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
        var content = buffer.AsSpan(0, length);
        if (content.Contains((byte)0))
            throw new UserFacingException($"'{path}' is no text file; read it with Python.");
        var text = Encoding.UTF8.GetString(content);
        return file.Length > length ? $"{text}\n[cut: {length:N0} of {file.Length:N0} bytes]" : text;
    }

    /// <summary>As <see cref="ReadTextAsync"/>, but null when there is no such text file.</summary>
    public async Task<string?> TryReadTextAsync(
        StageContext context,
        string path,
        int maxBytes,
        CancellationToken cancellation
    )
    {
        try
        {
            return await ReadTextAsync(context, path, maxBytes, cancellation);
        }
        catch (UserFacingException)
        {
            return null;
        }
    }

    /// <summary>The entries of a directory, a line each.</summary>
    public IReadOnlyList<string> List(StageContext context, string path)
    {
        if (SkillShelf.PathOf(path) is { } skill)
            return skills.Names(skill) ?? throw new UserFacingException($"there is no directory '{path}'.");
        var folder = Resolve(context, path);
        var entries =
            workspace.List(folder, out _)
            // The stage's own comes with its first script; until then it is empty.
            ?? (folder == WorkspacePath.Parse(context.ApiDirectory) ? new List<FileEntry>() : null)
            ?? throw new UserFacingException($"there is no directory '{path}'.");
        return [.. entries.Select(entry => entry.Type == WorkspaceFiles.Folder ? $"{Last(entry)}/" : Line(entry))];
    }

    public static EventDraft Created(StageContext context, StageFile file, string callId) =>
        EventDraft.Create(
            EventTypes.FileCreated,
            new FileCreated($"{context.ApiDirectory}/{file.Path}", file.Name, "file", context.Stage)
            {
                Size = file.Size,
                CallId = callId,
            },
            ContractJson.Default.FileCreated
        );

    public static RowChange Artifact(StageContext context, StageFile file) =>
        new PutArtifact(
            context.Stage,
            TypeOf(file.Path),
            file.Name,
            $"{context.ApiDirectory}/{file.Path}",
            string.Create(CultureInfo.InvariantCulture, $"{{\"size\":{file.Size}}}")
        );

    /// <summary>The reference's kinds of artefact, by where a file lies and what it is.</summary>
    private static string TypeOf(string path) =>
        path switch
        {
            "report.md" => "report",
            _ when path.StartsWith("scripts/", StringComparison.Ordinal) => "script",
            _ when path.StartsWith("models/", StringComparison.Ordinal) => "model",
            _ when path.EndsWith("metadata.json", StringComparison.Ordinal) => "metadata",
            _ => Path.GetExtension(path).ToLowerInvariant() switch
            {
                ".png" or ".svg" or ".jpg" or ".jpeg" or ".html" => "chart",
                ".parquet" or ".csv" => "dataset",
                ".pkl" => "model",
                _ => "file",
            },
        };

    private int LastNumber(StageContext context) =>
        (workspace.List(In(context, Scripts), out _) ?? [])
            .Select(entry => Numbered().Match(Last(entry)))
            .Where(match => match.Success)
            .Select(match =>
                int.Parse(match.Groups["number"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture)
            )
            .DefaultIfEmpty(0)
            .Max();

    private string Line(FileEntry entry)
    {
        using var handle = workspace.OpenFile(WorkspacePath.Parse(entry.Path)!.Value).Handle;
        return handle is null ? Last(entry) : $"{Last(entry)}  {RandomAccess.GetLength(handle):N0} bytes";
    }

    private static string Last(FileEntry entry) => Path.GetFileName(entry.Path);

    private static Microsoft.Win32.SafeHandles.SafeFileHandle Require(Opened created, string path) =>
        created.Handle
        ?? throw new UserFacingException($"'{path}' cannot be written: something that is no file is in its place.");

    private static WorkspacePath In(StageContext context, string path) =>
        WorkspacePath.Parse($"{context.ApiDirectory}/{path}")!.Value;

    /// <summary>A path within the session's own files or the working rows; an agent sees nothing of other sessions.</summary>
    private static WorkspacePath Resolve(StageContext context, string path)
    {
        var full = path.StartsWith('/') ? path : $"{context.ApiDirectory}/{path}";
        var resolved = WorkspacePath.Parse(full);
        string[] roots = [$"sessions/{context.SessionId}", $"datasets/{context.DatasetId}"];
        return
            resolved is { } inside
            && roots.Any(root =>
                inside.Relative == root || inside.Relative.StartsWith(root + "/", StringComparison.Ordinal)
            )
            ? inside
            : throw new UserFacingException($"'{path}' lies outside this session.");
    }

    [GeneratedRegex(@"^step_(?<number>\d{1,6})_", RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex Numbered();
}
