using Trainable.Server.Datasets;

namespace Trainable.Server.Referee.Suspicions;

/// <summary>A raw column as text and, where all of it reads so, as numbers.</summary>
internal sealed class RawColumn
{
    /// <summary>Real tables have a blank or a dash in a numeric column; more than one in twenty is another matter.</summary>
    private const double MostlyNumbers = 0.95;

    public RawColumn(string name, string?[] texts)
    {
        Name = name;
        Texts = texts;
        Numbers = [.. texts.Select(WrittenNumber.Read)];
        Known = texts.Count(text => text is not null);
        IsNumeric = Known > 0 && Numbers.Count(number => number is not null) >= MostlyNumbers * Known;
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        Levels = new int[texts.Length];
        for (var row = 0; row < texts.Length; row++)
        {
            Levels[row] = -1;
            if (texts[row] is { } text && !places.TryGetValue(text, out Levels[row]))
                places[text] = Levels[row] = places.Count;
        }
        Distinct = places.Count;
    }

    public string Name { get; }
    public string?[] Texts { get; }
    public double?[] Numbers { get; }

    /// <summary>Each row's distinct value as a number from 0; -1 where it is missing.</summary>
    public int[] Levels { get; }
    public int Distinct { get; }
    public int Known { get; }
    public bool IsNumeric { get; }
    public int Rows => Texts.Length;

    /// <summary>Whole numbers, or text of one short word: what a key looks like.</summary>
    public bool LooksLikeKeys =>
        IsNumeric
            ? Numbers.All(number => number is null || double.IsInteger(number.Value))
            : Texts.All(text => text is null || (text.Length <= 40 && !text.Contains(' ', StringComparison.Ordinal)));
}
