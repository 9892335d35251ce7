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

    /// <summary>The working rows' file on the host.</summary>
    public string Working(DatasetManifest manifest) =>
        Path.Combine(home.Dataset(manifest.ExperimentId), manifest.WorkingFile!);

    /// <summary>The held raw rows' file; null when the host holds none.</summary>
    public string? Held(DatasetManifest manifest) =>
        manifest.HeldFile is { } name ? Path.Combine(home.HeldOf(manifest.ExperimentId), name) : null;

    /// <exception cref="UserFacingException">The experiment's dataset is gone.</exception>
    public DatasetManifest Manifest(StageSubject subject) =>
        datasets.ReadManifest(subject.ExperimentId)
        ?? throw new UserFacingException("The experiment's dataset is gone from this home, so nothing can be checked.");

    /// <summary>Puts a sealed test set in place of an earlier one, whole.</summary>
    public void Seal(StageSubject subject, string file)
    {
        var target = SealedTest(subject.ExperimentId, subject.SessionId);
        TrainableHome.Make(Path.GetDirectoryName(target)!);
        File.Move(file, target, overwrite: true);
    }

    public string StageDirectory(StageSubject subject, string stage) => home.Stage(subject.SessionId, stage);

    public string Prep(StageSubject subject) => StageDirectory(subject, Stages.Prep);
}
