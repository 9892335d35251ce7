using System.Text.Json;
using Trainable.Contracts;
using Trainable.Server.Platform;

namespace Trainable.Server.Referee.Evaluations;

/// <summary>
/// Keeps evaluations beside the sealed test sets, a file a Train run: they quote held rows, so they lie where no sandbox
/// reaches and go when the experiment goes.
/// </summary>
internal sealed class EvaluationStore(TrainableHome home)
{
    public async Task KeepAsync(Guid experiment, Evaluation evaluation, CancellationToken cancellation)
    {
        var file = PathOf(experiment, evaluation.SessionId, evaluation.RunId);
        TrainableHome.Make(Path.GetDirectoryName(file)!);
        var draft = $"{file}.draft";
        await using (var stream = new FileStream(draft, FileMode.Create, FileAccess.Write))
            await JsonSerializer.SerializeAsync(stream, evaluation, ContractJson.Default.Evaluation, cancellation);
        File.Move(draft, file, overwrite: true);
    }

    /// <returns>Null when there is none.</returns>
    public async Task<Evaluation?> ReadAsync(Guid experiment, Guid session, Guid run, CancellationToken cancellation)
    {
        var file = PathOf(experiment, session, run);
        if (!File.Exists(file))
            return null;
        await using var stream = File.OpenRead(file);
        return await JsonSerializer.DeserializeAsync(stream, ContractJson.Default.Evaluation, cancellation);
    }

    private string PathOf(Guid experiment, Guid session, Guid run) =>
        Path.Combine(home.HeldOf(experiment), "sessions", session.ToString(), "evaluations", $"{run}.json");
}
