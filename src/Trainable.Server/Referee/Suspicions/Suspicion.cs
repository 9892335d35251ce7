namespace Trainable.Server.Referee.Suspicions;

/// <summary>A raw column that should not be learnt from, or not so.</summary>
/// <param name="Column">Its name.</param>
/// <param name="Code">What is suspected, such as <c>target_copy</c>.</param>
/// <param name="Sentence">What the column does, as a sentence that begins with its name.</param>
/// <param name="Strength">How sure that is, in the measure the sentence names.</param>
internal sealed record Suspicion(string Column, string Code, string Sentence, double Strength);
