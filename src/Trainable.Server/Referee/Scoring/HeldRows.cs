using System.Text.Json;
using System.Text.Json.Serialization;
using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Platform;

namespace Trainable.Server.Referee.Scoring;

/// <summary>Where the host keeps what no sandbox sees: the held raw rows, and each session's sealed test set.</summary>
internal sealed class HeldRows(TrainableHome home, DatasetStore datasets)
{
    /// <summary>The session's sealed test set: prepared features and the raw target.</summary>
    public string SealedTest(Guid experiment, Guid session) =>
        Path.Combine(home.HeldOf(experiment), "sessions", session.ToString(), "test.parquet");

    /// <summary>Whether the session's Prep sealed a test set.</summary>
    public bool HasSealed(Guid experiment, Guid session) => File.Exists(SealedTest(experiment, session));

    /// <summary>The working rows' file on the host.</summary>
    public string Working(DatasetManifest manifest) =>
        Path.Combine(home.Dataset(manifest.ExperimentId), manifest.WorkingFile!);

    /// <summary>Where the working rows' file lies.</summary>
    public string WorkingDirectory(DatasetManifest manifest) => home.Dataset(manifest.ExperimentId);

    /// <summary>The held raw rows' file; null when the host holds none.</summary>
    public string? Held(DatasetManifest manifest) =>
        manifest.HeldFile is { } name ? Path.Combine(home.HeldOf(manifest.ExperimentId), name) : null;

    /// <exception cref="UserFacingException">The experiment's dataset is gone.</exception>
    public DatasetManifest Manifest(StageSubject subject) =>
        datasets.ReadManifest(subject.DatasetId)
        ?? throw new UserFacingException("The experiment's dataset is gone from this home, so nothing can be checked.");

    /// <summary>Train's target as it was when Prep ended: the baseline is learnt from it.</summary>
    public string SealedTrain(Guid experiment, Guid session) =>
        Path.Combine(home.HeldOf(experiment), "sessions", session.ToString(), "train.parquet");

    /// <summary>Which working rows the rows of the session's splits are.</summary>
    public string Origins(Guid experiment, Guid session) =>
        Path.Combine(home.HeldOf(experiment), "sessions", session.ToString(), "origins.json");

    /// <summary>
    /// Locks away all that a score depends on, in place of what an earlier Prep sealed: the test set, train's target, and
    /// what the problem is. Train can write to Prep's directory; nothing there matters to the score any more.
    /// </summary>
    /// <param name="subject">The session's Prep.</param>
    /// <param name="terms">What the problem is, as Prep's accepted metadata says.</param>
    /// <param name="test">The test set; it is moved.</param>
    /// <param name="train">A table with train's target; it is moved.</param>
    public void Seal(StageSubject subject, SealedTerms terms, string test, string train)
    {
        var target = SealedTest(subject.DatasetId, subject.SessionId);
        TrainableHome.Make(Path.GetDirectoryName(target)!);
        File.Move(train, SealedTrain(subject.DatasetId, subject.SessionId), overwrite: true);
        File.Move(test, target, overwrite: true);
        File.WriteAllBytes(Terms(subject), JsonSerializer.SerializeToUtf8Bytes(terms, SealedJson.Default.SealedTerms));
    }

    /// <summary>What the sealed test set is to be scored by; null when nothing is sealed.</summary>
    public SealedTerms? ReadTerms(StageSubject subject) =>
        File.Exists(Terms(subject))
            ? JsonSerializer.Deserialize(File.ReadAllBytes(Terms(subject)), SealedJson.Default.SealedTerms)
            : null;

    private string Terms(StageSubject subject) =>
        Path.Combine(home.HeldOf(subject.DatasetId), "sessions", subject.SessionId.ToString(), "terms.json");

    public string StageDirectory(StageSubject subject, string stage) => home.Stage(subject.SessionId, stage);

    public string Prep(StageSubject subject) => StageDirectory(subject, Stages.Prep);
}

/// <summary>The target and the kind of problem, settled when Prep ended.</summary>
internal sealed record SealedTerms(string Target, string ProblemType)
{
    /// <summary>Positions of held raw rows that have no target, and so are not in the sealed test set.</summary>
    public IReadOnlyList<int> LeftOut { get; set; } = [];
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SealedTerms))]
internal sealed partial class SealedJson : JsonSerializerContext;
