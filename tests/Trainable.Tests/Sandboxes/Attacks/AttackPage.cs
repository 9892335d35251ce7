using System.Text;

namespace Trainable.Tests.Sandboxes.Attacks;

/// <summary>
/// <c>docs/attacks.md</c>: a section for each area of attacks, which the area's test compares with what it has just seen.
/// </summary>
internal static class AttackPage
{
    private const string Heading = "## ";
    private static readonly string File = Path.Combine(Repository.Root, "docs", "attacks.md");
    private static readonly Lock Writing = new();

    public static void ShouldHold(string title, IReadOnlyList<AttackRow> rows, IReadOnlyList<string> order)
    {
        var section = Render(title, rows);
        lock (Writing)
        {
            var sections = Read();
            if (Environment.GetEnvironmentVariable("TRAINABLE_APPROVE") == "1")
                Write(sections, title, section, order);
            else
                sections.GetValueOrDefault(title, "").ShouldBe(section, $"{File}: TRAINABLE_APPROVE=1 renews it");
        }
    }

    public static void ShouldHaveOnly(IReadOnlyList<string> titles)
    {
        lock (Writing)
            Read().Keys.Where(title => title.Length > 0).ShouldBe(titles, ignoreOrder: true);
    }

    private static string Render(string title, IReadOnlyList<AttackRow> rows)
    {
        var text = new StringBuilder($"{Heading}{title}\n\n| tried | result | by |\n|---|---|---|\n");
        foreach (var row in rows)
            text.Append($"| {row.Tried} | {(row.Held ? "held" : "**got through**")} | {row.By} |\n");
        return text.ToString();
    }

    /// <summary>Sections by title, in the page's order; what comes before the first has the empty title.</summary>
    private static OrderedDictionary<string, string> Read()
    {
        var sections = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        if (!System.IO.File.Exists(File))
            return sections;
        var parts = System.IO.File.ReadAllText(File).Split($"\n{Heading}");
        sections[""] = parts[0];
        foreach (var part in parts[1..])
            sections[part[..part.IndexOf('\n', StringComparison.Ordinal)]] = Heading + part.TrimEnd('\n') + "\n";
        return sections;
    }

    private static void Write(
        OrderedDictionary<string, string> sections,
        string title,
        string section,
        IReadOnlyList<string> order
    )
    {
        sections[title] = section;
        var parts = order.Prepend("").Where(sections.ContainsKey).Select(name => sections[name].TrimEnd('\n') + "\n");
        System.IO.File.WriteAllText(File, string.Join('\n', parts));
    }
}
