using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Trainable.Contracts;
using Trainable.Server.Agents.Models;
using Trainable.Server.Sandboxes;
using Trainable.Tests.App;

namespace Trainable.Tests.Referee.Cheating;

/// <summary>What came of a cheat: the session as a person finds it, and whatever of it an agent, a file or an event had.</summary>
internal sealed record CheatOutcome(
    SessionDetail Session,
    StageRunItem? Train,
    IReadOnlyList<StreamEvent> Events,
    IReadOnlyList<string> HeldInReach
)
{
    public IEnumerable<ValidationResult> Verdicts =>
        Events
            .Where(item => item.Type == EventTypes.ValidationResult)
            .Select(item =>
                System.Text.Json.JsonSerializer.Deserialize(item.Data, ContractJson.Default.ValidationResult)!
            );

    /// <summary>How its scripts ended.</summary>
    public IEnumerable<string> ScriptOutcomes =>
        Events
            .Where(item =>
                item.Type == EventTypes.ToolEnd && item.Data.GetProperty("tool").GetString() == "execute_code"
            )
            .Select(item => item.Data.GetProperty("outcome").GetString()!);

    public string Said => string.Join('\n', Events.Select(item => item.Data.ToString()));
}

/// <summary>
/// One server with one experiment, on which every cheat is tried. Each row of the table has an id and an income that no other
/// row has: wherever one of a held row turns up, it has got out.
/// </summary>
public partial class CheatLab : IAsyncLifetime
{
    private const int Rows = 1_000;

    private readonly ScriptedModels _models = new();
    private readonly HashSet<string> _held = new(StringComparer.Ordinal);
    private TrainableApp _app = null!;
    private Guid _experiment;
    private Guid _prepared;
    private string _prep = null!;

    /// <summary>Long enough for a gigabyte of output on a busy machine.</summary>
    protected virtual TimeSpan StepLimit => TimeSpan.FromSeconds(60);

    public async ValueTask InitializeAsync()
    {
        _app = await TrainableApp.StartAsync(configure: services =>
            services
                .AddSingleton<IModels>(_models)
                .AddSingleton(provider =>
                    SandboxOptions.Read(provider.GetRequiredService<IConfiguration>()) with
                    {
                        Preload = false,
                        StepTimeout = StepLimit,
                        MemoryBytes = 1L << 30,
                    }
                )
        );
        var created = await _app.CreateExperimentAsync(Table(), options: CheatScripts.Options);
        (_experiment, _prepared) = (created.Id, created.SessionId);
        foreach (Match token in Token().Matches(await File.ReadAllTextAsync(HeldFile())))
            _held.Add(token.Value);
        foreach (
            var file in Directory.EnumerateFiles(Path.Combine(_app.Home, "workspace"), "*", SearchOption.AllDirectories)
        )
            HeldIn(await File.ReadAllTextAsync(file)).ShouldBeEmpty();
        _held.Count.ShouldBe(300);
        Script(new Cheat("none"), withTrain: false);
        await RunAsync(_prepared, after: 0, Stages.Prep);
        _prep = Directory.CreateTempSubdirectory("trainable-prep-").FullName;
        await CopyAsync(PrepFolder(), _prep);
    }

    /// <summary>Tries a cheat of Train in the session that is prepared, one of Prep in a session of its own.</summary>
    internal async Task<CheatOutcome> TryAsync(Cheat cheat)
    {
        var seen = _models.Seen.Count;
        var session = _prepared;
        var after = 0L;
        if (cheat.InPrep is null)
        {
            // What the cheat before this one did to Prep's files is not this one's.
            Directory.Delete(PrepFolder(), recursive: true);
            await CopyAsync(Path.Combine(_prep, Stages.Prep), Path.GetDirectoryName(PrepFolder())!);
            after = (await _app.SessionAsync(session)).LastSeq;
            ScriptTrain(cheat);
        }
        else
        {
            session = await _app.AddSessionAsync(_experiment);
            Script(cheat, withTrain: cheat.InTrain is not null);
        }
        var events = await RunAsync(
            session,
            after,
            cheat.InPrep is not null && cheat.InTrain is null ? Stages.Prep : Stages.Train
        );
        var detail = await _app.SessionAsync(session);
        var files = Directory.EnumerateFiles(
            Path.Combine(_app.Home, "workspace", "sessions", $"{session}"),
            "*",
            SearchOption.AllDirectories
        );
        var texts = new List<string>([
            .. events.Select(item => item.Data.ToString()),
            .. _models.Seen.Skip(seen).SelectMany(messages => messages).Select(Text),
            .. files.Select(file => File.ReadAllText(file, Encoding.Latin1)),
        ]);
        return new CheatOutcome(
            detail,
            detail.Runs.LastOrDefault(run => run.Stage == Stages.Train),
            events,
            [.. texts.SelectMany(HeldIn).Distinct()]
        );
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Directory.Delete(_prep, recursive: true);
        GC.SuppressFinalize(this);
    }

    private string PrepFolder() => Path.Combine(_app.Home, "workspace", "sessions", $"{_prepared}", Stages.Prep);

    /// <summary>With owners and rights, for a sandbox has a user of its own.</summary>
    private static async Task CopyAsync(string from, string into)
    {
        using var copy = System.Diagnostics.Process.Start("/bin/cp", ["-a", from, into]);
        await copy.WaitForExitAsync(TestContext.Current.CancellationToken);
        copy.ExitCode.ShouldBe(0);
    }

    private static string Text(ChatMessage message) =>
        string.Join(
            '\n',
            message.Contents.Select(content =>
                content switch
                {
                    TextContent text => text.Text,
                    FunctionResultContent result => $"{result.Result}",
                    _ => "",
                }
            )
        );

    private string HeldFile() => Path.Combine(_app.Home, "held", $"{_experiment}", "held.csv");

    private IEnumerable<string> HeldIn(string text) =>
        Token().Matches(text).Select(token => token.Value).Where(_held.Contains);

    private void Script(Cheat cheat, bool withTrain)
    {
        _models
            .Then(ScriptedModels.Run("open('report.md', 'w').write('# Findings')\n"))
            .Then(ScriptedModels.Finish())
            .Then(ScriptedModels.Run(Put(CheatScripts.Prep, "#CHEAT", cheat.InPrep)))
            .Then(ScriptedModels.Finish());
        if (withTrain)
            ScriptTrain(cheat);
    }

    private void ScriptTrain(Cheat cheat) =>
        _models
            .Then(ScriptedModels.Run(Put(Put(CheatScripts.Train, "#CHEAT", cheat.InTrain), "#AFTER", cheat.AfterTrain)))
            .Then(ScriptedModels.Finish());

    private static string Put(string script, string place, string? code) =>
        script.Replace(place, code ?? "", StringComparison.Ordinal);

    private async Task<List<StreamEvent>> RunAsync(Guid session, long after, string last)
    {
        var started =
            after > 0
                ? await _app.StartStageAsync(session, last)
                : await _app.Http.PostAsync(
                    $"/api/sessions/{session}/auto?until={last}",
                    content: null,
                    TestContext.Current.CancellationToken
                );
        started.EnsureSuccessStatusCode();
        return await _app.FollowUntilAsync(
            session,
            item => TrainableApp.StateOf(item) is { } state && (state == $"{last}_done" || state == "failed"),
            after
        );
    }

    /// <summary>Age and city tell a little of who buys.</summary>
    private static string Table()
    {
#pragma warning disable CA5394 // Test data wants a seed, not secrecy.
        var random = new Random(7);
        var text = new StringBuilder("id,age,income,city,bought\n");
        string[] cities = ["Bern", "Kyoto", "Lima"];
        for (var row = 0; row < Rows; row++)
        {
            var id = Convert.ToHexStringLower(SHA256.HashData(BitConverter.GetBytes(row)))[..12];
            var age = random.Next(18, 80);
            var income = 20_000 + (row * 61) + random.Next(60) + (random.Next(1, 100) / 100.0);
            var city = random.Next(3);
            var chance = 1 / (1 + Math.Exp(-((age - 45) / 20.0) - ((city - 1) * 0.5)));
            text.Append(
                CultureInfo.InvariantCulture,
                $"k{id},{age},{income:0.00},{cities[city]},{(random.NextDouble() < chance ? "yes" : "no")}\n"
            );
        }
#pragma warning restore CA5394
        return text.ToString();
    }

    [GeneratedRegex(@"k[0-9a-f]{12}|\b\d{5}\.\d{2}\b", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Token();
}

/// <summary>Where a step has no more time than an honest one takes on a busy machine.</summary>
public sealed class HurriedCheatLab : CheatLab
{
    protected override TimeSpan StepLimit => TimeSpan.FromSeconds(15);
}
