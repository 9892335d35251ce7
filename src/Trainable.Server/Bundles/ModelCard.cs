using System.Globalization;
using System.Text;
using Trainable.Contracts;

namespace Trainable.Server.Bundles;

/// <summary>A model card in Markdown: what the model is for, what it was made from, what the host measured, where it fails.</summary>
internal static class ModelCard
{
    private const int MostItems = 12;

    public static string Write(
        BundleSubject subject,
        Evaluation? evaluation,
        IReadOnlyList<CheckReport> checks,
        InstalledPackages packages
    )
    {
        var card = new StringBuilder();
        card.Append(CultureInfo.InvariantCulture, $"# Model card: {Plain(subject.Name)}\n\n");
        AddUse(card, subject);
        AddData(card, subject);
        AddScore(card, subject, evaluation);
        AddSlices(card, evaluation);
        AddChecks(card, checks);
        AddLimits(card, subject);
        card.Append(
            CultureInfo.InvariantCulture,
            $"\n## Made with\n\nPython {packages.Python}; the packages are in `bundle.json` and `requirements.txt`. Scripts by {Plain(subject.Model)}, seed {subject.Train.Options.Seed}.\n"
        );
        return card.ToString();
    }

    private static void AddUse(StringBuilder card, BundleSubject subject)
    {
        var what = subject.ProblemType switch
        {
            ProblemTypes.Regression => "a number",
            ProblemTypes.Binary => "one of two classes",
            _ => "one of several classes",
        };
        card.Append(
            CultureInfo.InvariantCulture,
            $"""
            ## Intended use

            Predicts `{Plain(
                subject.Target
            )}` ({what}) for rows like those it was made from. `predict.py` takes the raw columns
            that `schema.json` names. It was not made, or checked, for decisions about people that the law reserves to people.

            """
        );
        if (subject.OfImages)
            card.Append(
                "\nImages become these columns by `python images/convert.py FOLDER --out .`, which writes `table.csv`.\n"
            );
        if (!string.IsNullOrWhiteSpace(subject.Instructions))
            card.Append(CultureInfo.InvariantCulture, $"\nAsked for: {Plain(subject.Instructions)}\n");
    }

    private static void AddData(StringBuilder card, BundleSubject subject)
    {
        var data = subject.Dataset;
        card.Append("\n## Data\n\n");
        foreach (var file in data.Files.Take(MostItems))
            card.Append(
                CultureInfo.InvariantCulture,
                $"- `{Plain(file.Name)}`, {file.Size:N0} bytes, SHA-256 `{file.Sha256}`\n"
            );
        card.Append(
            CultureInfo.InvariantCulture,
            $"- {data.RowsTotal:N0} rows, {data.Columns.Count:N0} columns; {data.RowsWorking:N0} to work on, {data.RowsHeld:N0} held by the host\n- Holdout: {Plain(data.Holdout.Reason)}\n"
        );
    }

    private static void AddScore(StringBuilder card, BundleSubject subject, Evaluation? evaluation)
    {
        card.Append("\n## Measured\n\n");
        if (subject.Score is not { } score)
        {
            card.Append(
                "Nothing was measured: the host held no rows. What the agent claims is in `session/train/report.md`.\n"
            );
            return;
        }
        card.Append(
            CultureInfo.InvariantCulture,
            $"On {score.Rows:N0} rows that no agent saw{(score.Holdout == HoldoutModes.Agent ? " after they were sealed (the agent drew them)" : "")}: **{score.Metric} {Number(score.Value)}** (95 % interval {Number(score.Low)} to {Number(score.High)}); the best constant reaches {Number(score.Baseline)}.\n"
        );
        if (score.TestSetWasOpen)
            card.Append("An earlier score on the same rows had been shown before this model was trained.\n");
        foreach (var note in score.Notes)
            card.Append(CultureInfo.InvariantCulture, $"{Plain(note)}\n");
        if (evaluation?.Classification is { Threshold: { } threshold, PositiveClass: { } positive })
            card.Append(
                CultureInfo.InvariantCulture,
                $"Its labels are `{Plain(positive)}` from a probability of {Number(threshold)} on; the metrics that count labels hold for that threshold.\n"
            );
        card.Append("\n| metric | value | 95 % interval | constant |\n|---|---|---|---|\n");
        if (evaluation is not null)
            foreach (var metric in evaluation.Metrics)
                card.Append(
                    CultureInfo.InvariantCulture,
                    $"| {metric.Name} | {Number(metric.Value)} | {Number(metric.Low)} to {Number(metric.High)} | {Number(metric.Baseline)} |\n"
                );
        else
            foreach (var (name, value) in score.Metrics)
                card.Append(CultureInfo.InvariantCulture, $"| {name} | {Number(value)} | | |\n");
    }

    private static void AddSlices(StringBuilder card, Evaluation? evaluation)
    {
        if (evaluation is null)
            return;
        card.Append("\n## Where it is worse\n\n");
        if (evaluation.Slices.Count == 0)
            card.Append("No group of held rows on which it does clearly worse was found.\n");
        foreach (var slice in evaluation.Slices.Take(MostItems))
            card.Append(
                CultureInfo.InvariantCulture,
                $"- `{Plain(slice.Column)}` {Plain(slice.Description)}: {evaluation.Metric} {Number(slice.Value)} on {slice.Rows:N0} rows (all: {Number(slice.Overall)})\n"
            );
        if (evaluation.Importance is { Count: > 0 } importance)
            card.Append(
                CultureInfo.InvariantCulture,
                $"\nIt leans most on {string.Join(", ", importance.Take(5).Select(column => $"`{Plain(column.Column)}`"))} (permutation importance on held rows).\n"
            );
        foreach (var note in evaluation.Notes)
            card.Append(CultureInfo.InvariantCulture, $"- {Plain(note)}\n");
    }

    private static void AddChecks(StringBuilder card, IReadOnlyList<CheckReport> checks)
    {
        card.Append("\n## What the referee found\n\n");
        var found = checks.SelectMany(report => report.Errors.Concat(report.Warnings)).ToList();
        foreach (var finding in found.Take(4 * MostItems))
            card.Append(CultureInfo.InvariantCulture, $"- {Plain(finding.Message)} (`{finding.Code}`)\n");
        card.Append(
            CultureInfo.InvariantCulture,
            $"{(found.Count == 0 ? "" : "\n")}{checks.Sum(report => report.Passed.Count)} checks passed, {found.Count} found something; all are in `checks.json`.\n"
        );
    }

    private static void AddLimits(StringBuilder card, BundleSubject subject) =>
        card.Append(
            CultureInfo.InvariantCulture,
            $"""

            ## Limits

            - The score holds for rows drawn as the held ones were. `trainable predict` says when new rows look unlike them.
            - Levels, ranges and combinations that the {subject.Dataset.RowsWorking:N0} working rows lack are guesses.
            - What the model finds are associations, not causes.
            - `model.pkl` and `prep_pipeline.pkl` are pickles written by an agent's code: loading them runs code.

            """
        );

    private static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);

    /// <summary>Text of others on a line of Markdown: no markup of its own, no new lines.</summary>
    private static string Plain(string text)
    {
        var plain = new StringBuilder();
        foreach (var letter in text.Length <= 600 ? text : text[..600] + "…")
        {
            if (char.IsControl(letter))
                plain.Append(' ');
            else if (letter is '<' or '>' or '&')
                plain.Append(
                    letter switch
                    {
                        '<' => "&lt;",
                        '>' => "&gt;",
                        _ => "&amp;",
                    }
                );
            else if (letter is '[' or ']' or '|' or '`' or '*')
                plain.Append('\\').Append(letter);
            else
                plain.Append(letter);
        }
        return plain.ToString();
    }
}
