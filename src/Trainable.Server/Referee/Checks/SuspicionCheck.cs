using System.Text.Json;
using System.Text.Json.Nodes;
using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Referee.Files;
using Trainable.Server.Referee.Scoring;
using Trainable.Server.Referee.Suspicions;

namespace Trainable.Server.Referee.Checks;

/// <summary>
/// Looks at the raw working rows for columns that give the target away, name rows, bind them together or lie in the future.
/// Whether the pipeline uses such a column is tried, not believed: its values are moved, and its output must not change.
/// </summary>
internal sealed class SuspicionCheck(HeldRows held, TimeProvider clock)
{
    /// <summary>The file that tells the harness which columns to try.</summary>
    public const string ProbeFile = "probe.json";

    /// <summary>Past it, trying each would take longer than the rest of the check.</summary>
    private const int MostProbed = 100;

    private const string Advice = "Drop it, unless it is known at the time of prediction.";

    /// <summary>What the raw columns look like, before anybody asks whether they are used.</summary>
    public List<Suspicion> Find(
        StageSubject subject,
        DatasetManifest manifest,
        TableDatabase tables,
        string target,
        string problem
    )
    {
        var rows = RawRows.Sample(tables, held.Working(manifest), manifest.RowsWorking, manifest.Columns.Count);
        return Among(rows, target, problem, subject.Options, clock.GetUtcNow().UtcDateTime);
    }

    /// <summary>What raw rows alone show, the surest first.</summary>
    public static List<Suspicion> Among(
        RawRows rows,
        string target,
        string problem,
        ExperimentOptions options,
        DateTime now
    )
    {
        var goal = rows
            .Columns.Index()
            .Where(column => column.Item == target)
            .Select(column => (int?)column.Index)
            .FirstOrDefault();
        if (goal is not { } place)
            return [];
        var answer = new RawColumn(target, rows.Values[place]);
        var suspicions = new List<Suspicion>();
        foreach (var (index, name) in rows.Columns.Index())
        {
            if (index == place || options.DropColumns.Contains(name) || name == options.GroupColumn)
                continue;
            var column = new RawColumn(name, rows.Values[index]);
            suspicions.AddRange(LeakSuspicions.Of(column, answer, problem));
            suspicions.AddRange(
                KeySuspicions
                    .Of(column, answer, problem, now)
                    .Where(one => one.Code != "group_leak" || options.GroupColumn is null)
            );
        }
        return [.. suspicions.OrderByDescending(one => Weight(one.Code)).Take(MostProbed)];
    }

    /// <summary>Writes what the harness is to try, and returns its arguments; none when nothing is suspected.</summary>
    public static IReadOnlyList<string> Probe(Workbench bench, List<Suspicion> suspicions)
    {
        if (suspicions.Count == 0)
            return [];
        var columns = new JsonArray([
            .. suspicions.Select(one => one.Column).Distinct().Select(name => JsonValue.Create(name)),
        ]);
        File.WriteAllText(bench.Input(ProbeFile), columns.ToJsonString());
        return ["--probe", $"{RefereeHarness.In}/{ProbeFile}"];
    }

    /// <summary>Says what was found.</summary>
    /// <param name="suspicions">From <see cref="Find"/>.</param>
    /// <param name="result">The harness's answer, with the columns on which the pipeline's output depends.</param>
    /// <param name="findings">Where it goes.</param>
    /// <returns>The columns that were warned of.</returns>
    public static HashSet<string> Report(List<Suspicion> suspicions, JsonElement? result, Findings findings)
    {
        var used = Used(result);
        var warned = new HashSet<string>(StringComparer.Ordinal);
        foreach (var one in suspicions)
        {
            if (one.Code == "group_leak")
                findings.Warn(one.Code, $"{one.Sentence}.", new JsonObject { [one.Column] = one.Strength });
            else if (!used.Contains(one.Column))
                findings.Pass(one.Code, $"{one.Sentence}; the pipeline leaves it out.");
            else
            {
                warned.Add(one.Column);
                findings.Warn(
                    one.Code,
                    $"{one.Sentence}, and the pipeline uses it. {Advice}",
                    new JsonObject { [one.Column] = one.Strength }
                );
            }
        }
        if (suspicions.Count == 0)
            findings.Pass(
                "no_suspicious_columns",
                "No raw column gives the target away, names rows, binds them together or lies in the future."
            );
        return warned;
    }

    private static HashSet<string> Used(JsonElement? result) =>
        result is { } root
        && root.TryGetProperty("depends", out var depends)
        && depends.ValueKind == JsonValueKind.Array
            ? depends.EnumerateArray().Select(item => item.ToString()).ToHashSet(StringComparer.Ordinal)
            : [];

    private static int Weight(string code) =>
        code switch
        {
            "target_copy" => 4,
            "target_encoding" or "single_feature_leak" or "telling_gaps" => 3,
            "group_leak" => 2,
            _ => 1,
        };
}
