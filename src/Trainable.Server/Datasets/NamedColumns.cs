using Trainable.Contracts;
using Trainable.Server.Platform;

namespace Trainable.Server.Datasets;

/// <summary>Checks that the columns a person named are in the table, and suggests the nearest names when they are not.</summary>
internal static class NamedColumns
{
    private const int Suggestions = 3;

    /// <exception cref="UserFacingException">A name is not a column's, or two roles clash (422).</exception>
    public static void Check(IReadOnlyList<string> columns, ExperimentOptions options)
    {
        Check(columns, "target", options.Target);
        Check(columns, "group column", options.GroupColumn);
        Check(columns, "time column", options.TimeColumn);
        foreach (var dropped in options.DropColumns)
            Check(columns, "dropped column", dropped);
        if (options.Target is { } target && options.DropColumns.Contains(target))
            throw TableFile.Refuse($"`{target}` is both the target and a dropped column. Take it off one of the two.");
        if (options.Target is not null && options.Target == options.GroupColumn)
            throw TableFile.Refuse(
                $"`{options.Target}` is both the target and the group column. Name another for one."
            );
        if (options.GroupColumn is not null && options.TimeColumn is not null)
            throw TableFile.Refuse(
                "A holdout is drawn by group or by time. Name a group column or a time column, not both."
            );
    }

    private static void Check(IReadOnlyList<string> columns, string role, string? name)
    {
        if (name is null || columns.Contains(name))
            return;
        var nearest = columns
            .OrderBy(column => Distance(column.ToUpperInvariant(), name.ToUpperInvariant()))
            .Take(Suggestions)
            .Select(column => $"`{column}`");
        throw TableFile.Refuse(
            $"The {role} `{name}` is not a column of this table. The nearest are {string.Join(", ", nearest)}."
        );
    }

    /// <summary>Levenshtein's edit distance.</summary>
    private static int Distance(string left, string right)
    {
        var previous = Enumerable.Range(0, right.Length + 1).ToArray();
        var current = new int[right.Length + 1];
        for (var i = 1; i <= left.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var substitution = previous[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                current[j] = Math.Min(substitution, Math.Min(previous[j], current[j - 1]) + 1);
            }
            (previous, current) = (current, previous);
        }
        return previous[right.Length];
    }
}
