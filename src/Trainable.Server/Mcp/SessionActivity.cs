using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Agents.Tools;
using Trainable.Server.Storage;

namespace Trainable.Server.Mcp;

/// <summary>
/// What happened in a session, a line each, for a client that watches another model. It is made of the events that agents see
/// too: what the host measured is in none of them.
/// </summary>
internal sealed class SessionActivity(IDbContextFactory<TrainableDb> databases, SessionReader reader)
{
    private const int MostLines = 40;
    private const int MostCharacters = 400;

    private static readonly string[] Told =
    [
        EventTypes.AgentMessage,
        EventTypes.ToolEnd,
        EventTypes.StateChange,
        EventTypes.BudgetWarning,
        EventTypes.Question,
        EventTypes.Paused,
    ];

    /// <summary>Of these nothing can hold a value of a cell.</summary>
    private static readonly string[] ToldOfSchema =
    [
        EventTypes.StateChange,
        EventTypes.BudgetWarning,
        EventTypes.Paused,
    ];

    public async Task<string> DescribeAsync(Guid session, long? after, string page, CancellationToken cancellation)
    {
        var context = await reader.ContextAsync(session, cancellation);
        var types = context.Share == ShareLevels.Schema ? ToldOfSchema : Told;
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var rows = await db
            .SessionEvents.AsNoTracking()
            .Where(row => row.SessionId == session && row.Seq > (after ?? 0) && types.Contains(row.Type))
            .OrderByDescending(row => row.Seq)
            .Take(MostLines)
            .ToListAsync(cancellation);
        rows.Reverse();
        var state = await db
            .Sessions.AsNoTracking()
            .Where(row => row.Id == session)
            .Select(row => new
            {
                row.State,
                row.Activity,
                row.LastSeq,
            })
            .FirstAsync(cancellation);
        var text = new StringBuilder();
        foreach (var line in rows.Select(row => Line(row, context.Share)).OfType<string>())
            text.Append(line).Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"State: {state.State}");
        if (state.Activity is { } activity)
            text.Append(CultureInfo.InvariantCulture, $" ({activity})");
        if (state.Activity is Activities.Waiting or Activities.Paused)
            text.Append(CultureInfo.InvariantCulture, $". The person has to say something at {page}");
        text.Append(CultureInfo.InvariantCulture, $". last_seq: {state.LastSeq}");
        return text.ToString();
    }

    private static string? Line(SessionEvent row, string share)
    {
        using var json = JsonDocument.Parse(row.Data);
        var data = json.RootElement;
        return row.Type switch
        {
            EventTypes.StateChange when Text(data, "reason") is { } why && share != ShareLevels.Schema =>
                $"{Text(data, "state")}: {Cut(why)}",
            EventTypes.StateChange => Text(data, "state"),
            EventTypes.ToolEnd when Text(data, "outcome") is { } outcome =>
                $"{Text(data, "tool")} {Path.GetFileName(Text(data, "script_path"))}: {outcome}",
            EventTypes.ToolEnd when Text(data, "tool") is FinishStageTool.Name =>
                $"{FinishStageTool.Name}: {Cut(Text(data, "output") ?? "")}",
            EventTypes.ToolEnd => Text(data, "tool"),
            EventTypes.Question => $"Asks the person: {Cut(Text(data, "text") ?? "")}",
            EventTypes.AgentMessage => Cut(Text(data, "text") ?? Text(data, "content") ?? ""),
            _ => Cut(Text(data, "message") ?? row.Type),
        };
    }

    private static string? Text(JsonElement data, string name) =>
        data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string Cut(string text)
    {
        var line = text.ReplaceLineEndings(" ").Trim();
        return line.Length <= MostCharacters ? line : string.Concat(line.AsSpan(0, MostCharacters), "…");
    }
}
