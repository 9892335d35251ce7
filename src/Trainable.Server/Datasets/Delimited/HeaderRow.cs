using System.Globalization;
using Trainable.Server.Platform;

namespace Trainable.Server.Datasets.Delimited;

/// <summary>Decides whether the first line of a table names its columns, and gives the names.</summary>
internal static class HeaderRow
{
    private const int FirstYear = 1800;
    private const int LastYear = 2200;

    /// <summary>The names, trimmed; one without text gets the name pandas would give it.</summary>
    /// <exception cref="UserFacingException">The line is data, or names two columns alike (422).</exception>
    public static IReadOnlyList<string> Parse(string file, IReadOnlyList<string> cells)
    {
        if (LooksLikeData(cells))
            throw new UserFacingException(
                $"{file} has no header: its first line looks like data ({Quoted(cells)}). Add a line with the column names at the top and upload it again.",
                StatusCodes.Status422UnprocessableEntity
            );
        var names = cells
            .Select((cell, index) => cell.Trim() is { Length: > 0 } name ? name : $"Unnamed: {index}")
            .ToArray();
        CheckUnique(file, names);
        return names;
    }

    /// <exception cref="UserFacingException">Two columns have the same name (422).</exception>
    public static void CheckUnique(string file, IReadOnlyList<string> names)
    {
        var repeated = names
            .CountBy(name => name)
            .Where(pair => pair.Value > 1)
            .Select(pair => $"`{pair.Key}`")
            .ToArray();
        if (repeated.Length == 0)
            return;
        var more = repeated.Length > 5 ? $" and {repeated.Length - 5} more" : "";
        throw new UserFacingException(
            $"{file} names columns more than once: {string.Join(", ", repeated.Take(5))}{more}. Give each column a name of its own and upload it again.",
            StatusCodes.Status422UnprocessableEntity
        );
    }

    /// <summary>
    /// Most cells are numbers, and not the kind that tables use as names: years, or the 0, 1, 2… that pandas gives.
    /// </summary>
    private static bool LooksLikeData(IReadOnlyList<string> cells)
    {
        var numbers = cells.Where(cell => cell.Length > 0).Select(Number).ToArray();
        var known = numbers.OfType<double>().ToArray();
        if (known.Length == 0 || known.Length * 2 < numbers.Length)
            return false;
        var years = known.All(number => number is >= FirstYear and <= LastYear && double.IsInteger(number));
        var positions = known.Length > 1 && known.Zip(known.Skip(1)).All(pair => pair.Second - pair.First == 1);
        return !(years || positions) || known.Distinct().Count() < known.Length;
    }

    private static double? Number(string cell) =>
        double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Quoted(IReadOnlyList<string> cells) =>
        string.Join(", ", cells.Take(4).Select(cell => cell.Length > 20 ? cell[..20] + "…" : cell))
        + (cells.Count > 4 ? ", …" : "");
}
