using Trainable.Contracts;
using Trainable.Server.Platform;

namespace Trainable.Server.Datasets.Holdout;

/// <summary>What the target a person named looks like, once it was found fit to be one.</summary>
/// <param name="Index">The column's place in the table.</param>
/// <param name="Name">As the header has it.</param>
/// <param name="Continuous">A number to predict, and not a class.</param>
internal sealed record TargetColumn(int Index, string Name, bool Continuous)
{
    /// <summary>A numeric target with more distinct values than this is a quantity.</summary>
    private const int MostNumericClasses = 20;

    private const int LevelsListed = 10;

    /// <param name="Known">Rows with a value.</param>
    /// <param name="Distinct">Different values.</param>
    /// <param name="NoNumber">A value that is no number, if there is one.</param>
    private sealed record Counts(long Known, long Distinct, string? NoNumber);

    /// <exception cref="UserFacingException">The column cannot be learnt, or not as the problem that was named (422).</exception>
    public static TargetColumn Inspect(LoadedTable table, string name, ExperimentOptions options)
    {
        var index =
            table.Find(name) ?? throw new ArgumentException("The target is checked to exist before.", nameof(name));
        var text = table.TextOf(index);
        var known = $"FROM {LoadedTable.Name} WHERE {text} IS NOT NULL";
        var noNumber = NoNumber(table, text, known);
        var counts = table.Database.Query(
            $"SELECT count(*), count(DISTINCT {text}) {known}",
            row => new Counts(row.GetInt64(0), row.GetInt64(1), noNumber)
        )[0];
        CheckLearnable(name, counts);
        var continuous = options.ProblemType switch
        {
            ProblemTypes.Regression => true,
            null => counts.NoNumber is null && counts.Distinct > MostNumericClasses,
            _ => false,
        };
        if (continuous)
            CheckNumeric(name, counts);
        else
            CheckClasses(table, name, text, counts, options, known);
        return new TargetColumn(index, name, continuous);
    }

    private static void CheckLearnable(string name, Counts counts)
    {
        if (counts.Known == 0)
            throw TableFile.Refuse($"The target `{name}` has no value in any row. Name another column as the target.");
        if (counts.Distinct == 1)
            throw TableFile.Refuse(
                $"The target `{name}` has the same value in every row. Name another column as the target."
            );
    }

    /// <summary>The first value that is no number, however a person writes one; null when all are.</summary>
    private static string? NoNumber(LoadedTable table, string text, string known) =>
        table
            .Database.Query(
                $"SELECT DISTINCT {text} {known} AND NOT coalesce(isfinite(TRY_CAST({text} AS DOUBLE)), false)",
                row => row.GetString(0)
            )
            .Find(value => WrittenNumber.Read(value) is null);

    private static void CheckNumeric(string name, Counts counts)
    {
        if (counts.NoNumber is { } example)
            throw TableFile.Refuse(
                $"Regression needs numbers, and the target `{name}` holds '{ShownText.Cut(example)}'. Mend those values, or choose a classification problem."
            );
    }

    private static void CheckClasses(
        LoadedTable table,
        string name,
        string text,
        Counts counts,
        ExperimentOptions options,
        string known
    )
    {
        if (counts.Distinct == counts.Known && counts.Known > MostNumericClasses)
            throw TableFile.Refuse(
                $"The target `{name}` has a different value in every row, as an id has. Name a column whose values repeat."
            );
        if (options.ProblemType == ProblemTypes.Binary && counts.Distinct != 2)
            throw TableFile.Refuse(
                $"A binary problem has two classes, and the target `{name}` has {counts.Distinct}. Choose 'multiclass', or another target."
            );
        if (options.PositiveClass is not { } positive)
            return;
        var levels = table.Database.Query(
            $"SELECT {text} {known} GROUP BY ALL ORDER BY count(*) DESC, {text}",
            row => row.GetString(0)
        );
        if (!levels.Any(level => LabelText.Normalize(level) == LabelText.Normalize(positive)))
            throw TableFile.Refuse(
                $"The positive class '{positive}' is no value of the target `{name}`, which has {string.Join(", ", levels.Take(LevelsListed).Select(level => $"'{ShownText.Cut(level)}'"))}{(levels.Count > LevelsListed ? ", …" : "")}."
            );
    }
}
