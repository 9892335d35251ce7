using System.Globalization;

namespace Trainable.Bench.Leaks;

/// <summary>How often something was named.</summary>
internal sealed class Tally(string kind, string strength)
{
    private readonly Dictionary<string, int> _codes = new(StringComparer.Ordinal);
    private int _tried;
    private int _named;

    public int Tried => _tried;
    public int Named => _named;

    public void Add(bool isNamed, IEnumerable<string> codes)
    {
        _tried++;
        _named += isNamed ? 1 : 0;
        foreach (var code in codes)
            _codes[code] = _codes.GetValueOrDefault(code) + 1;
    }

    /// <summary>A row of a Markdown table.</summary>
    public string Line()
    {
        var share = _tried == 0 ? "–" : ((double)_named / _tried).ToString("0.0 %", CultureInfo.InvariantCulture);
        var codes = _codes.OrderByDescending(pair => pair.Value).Select(pair => $"`{pair.Key}` {pair.Value}");
        return $"| {kind} | {strength} | {_tried} | {share} | {string.Join(", ", codes)} |";
    }
}
