using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Trainable.Contracts;
using Trainable.Server.Artifacts;
using Trainable.Server.Datasets;
using Trainable.Server.Platform;
using Trainable.Server.Referee.Files;

namespace Trainable.Server.Referee.Comparisons;

/// <summary>
/// Compares a file of two sessions by its bytes; where those differ, by what a file of its kind means, and says which of the
/// two it was.
/// </summary>
internal sealed class ArtifactComparer(WorkspaceFiles workspace, BehaviourComparer behaviour, TrainableHome home)
{
    private const string Model = "train/models/model.pkl";
    private const string Pipeline = "prep/data/prep_pipeline.pkl";
    private const int MostText = 8 << 20;
    private const long Memory = 1L << 30;

    /// <param name="pair">The sessions.</param>
    /// <param name="path">Relative to either's directory.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>Null where neither has it.</returns>
    public async Task<ComparedArtifact?> CompareAsync(
        ComparedSessions pair,
        string path,
        CancellationToken cancellation
    )
    {
        using var ours = Open(pair.Original, path);
        using var theirs = Open(pair.Replay, path);
        if (ours is null && theirs is null)
            return null;
        var (original, replay) = (await HashAsync(ours, cancellation), await HashAsync(theirs, cancellation));
        ComparedArtifact Told(string equality, string? detail = null) =>
            new(path, equality)
            {
                Detail = detail,
                OriginalSha256 = original,
                ReplaySha256 = replay,
            };
        if (theirs is null)
            return Told(Equalities.Missing, "the replay did not make it");
        if (ours is null)
            return Told(Equalities.Extra, "the original has no such file");
        if (original == replay)
            return Told(Equalities.Identical);
        if (path is Model or Pipeline)
        {
            var (same, why) =
                path is Model
                    ? await behaviour.ModelsAsync(pair, cancellation)
                    : behaviour.Pipelines(pair, cancellation);
            return Told(same ? Equalities.Behaviour : Equalities.Differs, why);
        }
        if (path.EndsWith(".parquet", StringComparison.Ordinal))
            return await TablesAsync(pair, path, cancellation) is { } difference
                ? Told(Equalities.Differs, difference)
                : Told(Equalities.Values, "the same values in every cell");
        if (await TextAsync(ours, cancellation) is { } text && await TextAsync(theirs, cancellation) is { } other)
        {
            var (equality, detail) = Texts(pair, path, text, pair.AsOriginal(other));
            return Told(equality, detail);
        }
        return Told(Equalities.Differs, await BytesAsync(ours, theirs, cancellation));
    }

    private static (string Equality, string? Detail) Texts(
        ComparedSessions pair,
        string path,
        string original,
        string replay
    )
    {
        if (original == replay)
            return (Equalities.SessionId, null);
        var (ours, theirs) = (
            PassingText.Normal(original, pair.OriginalDays),
            PassingText.Normal(replay, pair.ReplayDays)
        );
        if (ours == theirs)
            return (Equalities.Times, PassingText.FirstDifference(original, replay));
        if (path.EndsWith(".json", StringComparison.Ordinal))
        {
            // Durations are left out here too: with quotes about them they are JSON again.
            switch (JsonDifference.Find(Quoted(ours), Quoted(theirs)) ?? JsonDifference.Find(original, replay))
            {
                case "":
                    return (Equalities.Values, "the same values to nine digits");
                case { } place:
                    return (Equalities.Differs, place);
            }
        }
        return (Equalities.Differs, PassingText.FirstDifference(ours, theirs));
    }

    private static string Quoted(string json) =>
        json.Replace(": <duration>", ": \"<duration>\"", StringComparison.Ordinal)
            .Replace(":<duration>", ":\"<duration>\"", StringComparison.Ordinal);

    private async Task<string?> TablesAsync(ComparedSessions pair, string path, CancellationToken cancellation)
    {
        using var bench = new Workbench(home);
        await bench.TakeAsync(home.Session(pair.Original), path, "original.parquet", cancellation);
        await bench.TakeAsync(home.Session(pair.Replay), path, "replay.parquet", cancellation);
        using var tables = TableDatabase.Open(new TableAccess([bench.In], bench.In, Memory), cancellation);
        return TableComparer.Find(tables, bench.Input("original.parquet"), bench.Input("replay.parquet"));
    }

    private SafeFileHandle? Open(Guid session, string path) =>
        WorkspacePath.Parse($"/sessions/{session}/{path}") is { } inside ? workspace.OpenFile(inside).Handle : null;

    private static async Task<string?> HashAsync(SafeFileHandle? file, CancellationToken cancellation)
    {
        if (file is null)
            return null;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[128 * 1024];
        for (var at = 0L; ; )
        {
            var read = await RandomAccess.ReadAsync(file, buffer, at, cancellation);
            if (read == 0)
                return Convert.ToHexStringLower(hash.GetHashAndReset());
            hash.AppendData(buffer.AsSpan(0, read));
            at += read;
        }
    }

    /// <summary>Null for a file that is no text, or too long a one.</summary>
    private static async Task<string?> TextAsync(SafeFileHandle file, CancellationToken cancellation)
    {
        var length = RandomAccess.GetLength(file);
        if (length > MostText)
            return null;
        var bytes = new byte[length];
        var read = await RandomAccess.ReadAsync(file, bytes, fileOffset: 0, cancellation);
        var content = bytes.AsSpan(0, read);
        return content.Contains((byte)0) || !System.Text.Unicode.Utf8.IsValid(content)
            ? null
            : Encoding.UTF8.GetString(content);
    }

    private static async Task<string> BytesAsync(
        SafeFileHandle ours,
        SafeFileHandle theirs,
        CancellationToken cancellation
    )
    {
        var (one, other) = (new byte[64 * 1024], new byte[64 * 1024]);
        for (var at = 0L; ; )
        {
            var first = await RandomAccess.ReadAsync(ours, one, at, cancellation);
            var second = await RandomAccess.ReadAsync(theirs, other, at, cancellation);
            var common = one.AsSpan(0, first).CommonPrefixLength(other.AsSpan(0, second));
            if (common < Math.Max(first, second) || first == 0)
                return $"the bytes differ from byte {at + common + 1:N0} on";
            at += common;
        }
    }
}
