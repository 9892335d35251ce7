using Trainable.Contracts;
using Trainable.Server.Referee.Checks;
using Trainable.Server.Referee.Evaluations;
using Trainable.Server.Referee.Files;
using Trainable.Server.Referee.Scoring;

namespace Trainable.Server.Referee;

/// <summary>
/// Decides whether a stage is done and what a model is worth. It runs agents' objects in sandboxes of its own and believes
/// nothing that it did not measure.
/// </summary>
internal sealed class RefereeService(
    EdaChecks eda,
    PrepChecks prep,
    TrainChecks train,
    TestSetSealer sealer,
    ModelScorer scorer,
    EvaluationStore evaluations,
    ProcessedMetaExtractor extractor,
    RefereeHarness harness
)
{
    /// <summary>Checks a stage's outputs on the working rows. What it finds may go back to the agent.</summary>
    public Task<CheckReport> CheckAsync(StageSubject subject, CancellationToken cancellation) =>
        subject.Stage switch
        {
            Stages.Eda => Task.FromResult(eda.Check(subject)),
            Stages.Prep => prep.CheckAsync(subject, cancellation),
            Stages.Train => train.CheckAsync(subject, cancellation),
            _ => throw new ArgumentOutOfRangeException(nameof(subject), subject.Stage, "No stage of this name."),
        };

    /// <summary>After Prep: makes or takes the test set and locks it away. What it finds is for people only.</summary>
    public async Task<CheckReport> SealTestSetAsync(StageSubject subject, CancellationToken cancellation)
    {
        try
        {
            return await sealer.SealAsync(subject, cancellation);
        }
        finally
        {
            await harness.CloseAsync(subject.SessionId);
        }
    }

    /// <summary>After Train: measures the model on the sealed test set; null when there is none.</summary>
    public async Task<ScoreReport?> ScoreAsync(
        StageSubject subject,
        Guid runId,
        bool testSetWasOpen,
        CancellationToken cancellation
    )
    {
        try
        {
            if (await scorer.ScoreAsync(subject, runId, testSetWasOpen, cancellation) is not { } measured)
                return null;
            await evaluations.KeepAsync(subject.DatasetId, measured.Evaluation, cancellation);
            return measured.Score;
        }
        finally
        {
            await harness.CloseAsync(subject.SessionId);
        }
    }

    /// <summary>What a measured score says of the run that made it. For people only.</summary>
    public static CheckReport Judge(ScoreReport score) => ScoreChecks.Judge(score);

    /// <summary>Before an agent works in a session: takes out what an earlier run's model measured.</summary>
    public void HideScores(StageSubject subject) => scorer.HideScores(subject);

    /// <summary>Describes the table that Prep made.</summary>
    public Task<ProcessedMeta> DescribeAsync(StageSubject subject, CancellationToken cancellation) =>
        extractor.DescribeAsync(subject, cancellation);
}
