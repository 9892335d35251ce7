using System.Text.Json;
using Trainable.Contracts;

namespace Trainable.Server.Bundles;

/// <summary>The scripts that made a session's model: those of the last finished run of each stage, in their order.</summary>
internal static class BundleScripts
{
    public static IReadOnlyList<BundleScript> Of(BundleSubject subject)
    {
        var session = $"/sessions/{subject.Train.SessionId}/";
        var kept = new Dictionary<string, List<BundleScript>>(StringComparer.Ordinal);
        string? stage = null;
        var running = new List<BundleScript>();
        foreach (var told in subject.Events)
        {
            if (told.Type == EventTypes.StateChange)
            {
                var state = told.Data.Deserialize(ContractJson.Default.StateChanged)!.State;
                if (state.EndsWith("_running", StringComparison.Ordinal))
                    (stage, running) = (state[..^"_running".Length], []);
                else if (stage is not null && state == $"{stage}_done")
                    kept[stage] = running;
            }
            else if (
                told.Type == EventTypes.ToolEnd
                && told.Data.Deserialize(ContractJson.Default.ToolEnded) is { ScriptPath: { } path } ended
                && path.StartsWith(session, StringComparison.Ordinal)
                && stage is not null
            )
                running.Add(new BundleScript(stage, $"session/{path[session.Length..]}", ended.Outcome));
        }
        return [.. Stages.All.Where(kept.ContainsKey).SelectMany(one => kept[one])];
    }

    /// <summary>The referee's last words on each stage.</summary>
    public static IReadOnlyList<CheckReport> Checks(BundleSubject subject) =>
        [
            .. subject
                .Events.Where(told => told.Type == EventTypes.ValidationResult)
                .Select(told => told.Data.Deserialize(ContractJson.Default.ValidationResult)?.Report)
                .OfType<CheckReport>()
                .GroupBy(report => report.Stage)
                .Select(reports => reports.Last()),
        ];
}
