using Trainable.Contracts;

namespace Trainable.Cli.Terminal;

/// <summary>What a replay came to: the verdict, each file that is not the same, and where things went otherwise.</summary>
internal static class ReplayLines
{
    private const int MostShown = 20;

    public static IEnumerable<(string Text, Tone Tone)> Of(ReplayResult result)
    {
        var same = result.Verdict == ReplayVerdicts.Same;
        yield return ($"{(same ? "✓" : "✗")} {CleanText.Line(result.Message)}", same ? Tone.Done : Tone.Failed);
        if (result.Score is { } score)
            yield return (
                $"  {CleanText.Line(score.Metric)} {Words.Number(score.Replay)}, where the original has {Words.Number(score.Original)}",
                Tone.Plain
            );
        var others = result.Artifacts.Where(file => !Equalities.IsSame(file.Equality)).ToList();
        foreach (var file in others.Take(MostShown))
            yield return (
                $"  {CleanText.Line(file.Path)}: {CleanText.Line(file.Detail ?? file.Equality)}",
                Tone.Warning
            );
        if (others.Count > MostShown)
            yield return ($"  and {Words.Count(others.Count - MostShown, "more file")}", Tone.Warning);
        foreach (var divergence in result.Divergences.Take(MostShown))
            yield return ($"  {CleanText.Line(divergence.Message)}", Tone.Quiet);
        if (result.Divergences.Count > MostShown)
            yield return ($"  and {Words.Count(result.Divergences.Count - MostShown, "more place")}", Tone.Quiet);
    }
}
