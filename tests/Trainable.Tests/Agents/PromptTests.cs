using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;
using Trainable.Contracts;
using Trainable.Tests.App;
using Trainable.Tests.Wire;

namespace Trainable.Tests.Agents;

/// <summary>
/// What models are told first, as files under <c>approved/</c>: a change of a prompt shows in a diff. Versions of packages are
/// left out, as are its cores: they are the machine's.
/// </summary>
public sealed partial class PromptTests
{
    private const string Report = "open('report.md', 'w').write('# Findings\\nEverything is 42.')";

    [Fact]
    public async Task PromptsOfEachStageAreAsApprovedAndTheirExamplesAreAccepted()
    {
        var models = new ScriptedModels();
        await using var app = await TrainableApp.StartAsync(models);
        var csv = Tables.Binary(120);
        var created = await app.CreateExperimentAsync(
            csv,
            options: new ExperimentOptions { Target = "bought", DataDictionary = "age: in years" },
            instructions: "Mind the gap."
        );
        var session = created.SessionId;
        var accepted = new Dictionary<string, Func<string, string>>(StringComparer.Ordinal)
        {
            [Stages.Eda] = _ => Report,
            [Stages.Prep] = prompt =>
                $"DATASET, TARGET, SEED = '/data/datasets/{created.Id}/data.csv', 'bought', 42\n{Example(prompt)}",
            [Stages.Train] = Example,
        };
        foreach (var stage in Stages.All)
        {
            foreach (var share in ShareLevels.All)
            {
                var seen = models.Seen.Count;
                var last = share == ShareLevels.All[^1];
                if (last)
                    models
                        .Then(ScriptedModels.Run(accepted[stage](SystemOf(models, seen - 1))))
                        .Then(ScriptedModels.Finish());
                else
                    models.Then(ScriptedModels.Say("I stop.")).Then(ScriptedModels.Say("I stop."));
                await StartAsync(app, session, stage, share);
                if (last)
                    (await app.SessionAsync(session)).State.ShouldBe(SessionStates.Done(stage));
                Shown(models, seen).ShouldMatchApproved($"prompt-{stage}-{share}.txt");
            }
        }
    }

    [Fact]
    public async Task AWideTableAndHugeCellsStayWithinTheBudget()
    {
        var models = new ScriptedModels();
        await using var app = await TrainableApp.StartAsync(models);
        var wide =
            string.Join(',', Enumerable.Range(0, 3_000).Select(column => $"sensor_{column}"))
            + "\n"
            + string.Concat(
                Enumerable
                    .Range(0, 8)
                    .Select(row => string.Join(',', Enumerable.Range(0, 3_000).Select(column => row * column)) + "\n")
            );
        var cells =
            "id,note,y\n"
            + string.Concat(
                Enumerable
                    .Range(0, 40)
                    .Select(row => $"{row},\"{new string((char)('a' + (row % 20)), 30_000)}\",{row % 2}\n")
            );
        foreach (var (name, csv) in new[] { ("wide", wide), ("huge", cells) })
        {
            var seen = models.Seen.Count;
            models.Then(ScriptedModels.Say("I stop.")).Then(ScriptedModels.Say("I stop."));
            var session = (await app.CreateExperimentAsync(csv)).SessionId;
            await StartAsync(app, session, Stages.Eda, ShareLevels.Full);
            models.Seen[seen][1].Text.Length.ShouldBeLessThan(14_000);
            User(models, seen).ShouldMatchApproved($"prompt-eda-{name}.txt");
        }
    }

    [Fact]
    public async Task SkillsAreReadWhereThePromptSaysEvenWhereOnlyTheSchemaIsShared()
    {
        var models = new ScriptedModels(
            new ScriptedTurn.Reply(
                "Let me see.",
                ScriptedModels.Call("list_files", ("path", "/opt/trainable/playbooks")),
                ScriptedModels.Call("list_files", ("path", "/opt/trainable/playbooks/prep")),
                ScriptedModels.Call("read_file", ("path", "/opt/trainable/playbooks/prep/02_fit.py")),
                ScriptedModels.Call("read_file", ("path", "/opt/trainable/playbooks/../trainable/__init__.py")),
                ScriptedModels.Call("read_file", ("path", "/opt/trainable/playbooks/nothing.py")),
                ScriptedModels.Call(
                    "execute_code",
                    ("code", "assert open('/opt/trainable/playbooks/prep/02_fit.py').readline().startswith('#')")
                )
            ),
            ScriptedModels.Say("I stop."),
            ScriptedModels.Say("I stop.")
        );
        await using var app = await TrainableApp.StartAsync(models);
        var session = (await app.CreateExperimentAsync()).SessionId;
        await StartAsync(app, session, Stages.Eda, ShareLevels.Schema);
        var results = models
            .Seen[1]
            .SelectMany(message => message.Contents)
            .OfType<FunctionResultContent>()
            .Select(result => result.Result!.ToString()!)
            .ToList();
        results[0].Split('\n').ShouldContain("prep/");
        results[1].Split('\n').ShouldContain("02_fit.py");
        results[2].ShouldStartWith("# ");
        results[3].ShouldStartWith("error: ");
        results[4].ShouldBe("error: there is no file '/opt/trainable/playbooks/nothing.py'.");
        results[5].ShouldStartWith("outcome: ok");
        models.Seen[0][0].Text.ShouldContain("- `prep/02_fit.py`: ");
    }

    private static async Task StartAsync(TrainableApp app, Guid session, string stage, string share)
    {
        var after = (await app.SessionAsync(session)).LastSeq;
        (await app.StartStageAsync(session, stage, new StartStageRequest { Share = share })).EnsureSuccessStatusCode();
        await app.FollowUntilAsync(
            session,
            item =>
                TrainableApp.StateOf(item) is { } state && (state == SessionStates.Done(stage) || state == "failed"),
            after
        );
    }

    private static string SystemOf(ScriptedModels models, int turn) => models.Seen[turn][0].Text;

    /// <summary>The script that a prompt gives as the least to start from.</summary>
    private static string Example(string prompt)
    {
        var start = prompt.LastIndexOf("```python\n", StringComparison.Ordinal) + "```python\n".Length;
        return prompt[start..prompt.IndexOf("\n```", start, StringComparison.Ordinal)];
    }

    private static string Shown(ScriptedModels models, int turn) =>
        Cores().Replace(Versions().Replace(SystemOf(models, turn), "{packages}"), "- {cores}")
        + "\n\n=== user ===\n"
        + User(models, turn);

    private static string User(ScriptedModels models, int turn) => ApprovedFile.Normalise(models.Seen[turn][1].Text);

    [GeneratedRegex(
        @"^(Installed: pandas |Usually installed: ).*$",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        2_000
    )]
    private static partial Regex Versions();

    [GeneratedRegex(@"^- [0-9]+ cores? \(`n_jobs=[0-9]+` at most\)", RegexOptions.Multiline, 2_000)]
    private static partial Regex Cores();
}
