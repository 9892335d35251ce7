using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Trainable.Server.Platform;

namespace Trainable.Server.Agents.Models.Autopilot;

/// <summary>One step of a stage: the file autopilot writes from, and what it says before and after running it.</summary>
internal sealed record PlaybookStep
{
    public required string File { get; init; }
    public required string Title { get; init; }

    /// <summary>Sentences with <c>{fact}</c> places; one whose fact is missing is left out.</summary>
    public IReadOnlyList<string> Before { get; set; } = [];
    public IReadOnlyList<string> After { get; set; } = [];

    /// <summary>The part of the stage's time this step may use.</summary>
    public double BudgetShare { get; set; } = 1;
}

/// <summary>The steps of each stage, read from <c>python/playbooks/playbook.json</c>, and their scripts with parameters filled in.</summary>
internal sealed partial class Playbook
{
    private readonly string _root;
    private readonly Dictionary<string, PlaybookStep[]> _stages;

    public Playbook(string root)
    {
        _root = root;
        var index = Path.Combine(root, "playbook.json");
        _stages =
            JsonSerializer.Deserialize(File.ReadAllBytes(index), PlaybookJson.Default.DictionaryStringPlaybookStepArray)
            ?? throw new InvalidOperationException($"{index} is empty.");
    }

    public static Playbook Shipped() => new(Path.Combine(PythonLibrary.Root, "playbooks"));

    public IReadOnlyList<PlaybookStep> Steps(string stage) => _stages[stage];

    /// <summary>The step's script: its file with the parameters replaced and shared parts put in.</summary>
    public string Script(PlaybookStep step, JsonObject parameters)
    {
        var text = Include().Replace(Read(step.File), match => Read(match.Groups["file"].Value).TrimEnd('\n'));
        return Parameters()
            .Replace(text, _ => PythonLiteral.Assign("PARAMS", parameters) + "# end of parameters", count: 1);
    }

    private string Read(string file) => File.ReadAllText(Path.Combine(_root, file), Encoding.UTF8);

    [GeneratedRegex(
        @"^# include: (?<file>[\w/.-]+)[ ]*$",
        RegexOptions.Multiline | RegexOptions.CultureInvariant,
        2_000
    )]
    private static partial Regex Include();

    [GeneratedRegex(
        @"^PARAMS = \{.*?^# end of parameters[ ]*$",
        RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.CultureInvariant,
        2_000
    )]
    private static partial Regex Parameters();
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Dictionary<string, PlaybookStep[]>))]
internal sealed partial class PlaybookJson : JsonSerializerContext;
