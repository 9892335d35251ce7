using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Trainable.Cli.Api;
using Trainable.Cli.Serving;
using Trainable.Cli.Terminal;
using Trainable.Contracts;

namespace Trainable.Cli.Commands;

/// <summary><c>trainable versions</c>: the versions of an experiment's dataset, and how each differs from the one before.</summary>
internal static class VersionsCommand
{
    /// <summary>Columns that have drifted, for each version.</summary>
    private const int MostColumns = 6;

    public static Command Create(IDictionary<Command, string> lessons)
    {
        var session = Shared.Session();
        session.DefaultValueFactory = _ => SessionName.Latest;
        var home = Shared.Home();
        var json = Shared.Json("A JSON array instead of a table.");
        var command = new Command("versions", "List the versions of a session's dataset and how they drift.")
        {
            session,
            home,
            json,
        };
        command.SetAction(
            (line, _) => ExecuteAsync(line.GetRequiredValue(session), line.GetValue(home), line.GetValue(json))
        );
        lessons[command] = """
            Examples:
              trainable run march.csv --version-of latest      a new version, and a session on it that runs
              trainable versions
              trainable versions latest --json | jq '.[-1].drift.columns[:3]'

            PSI is the population stability index: below 0.1 a column has hardly changed, from 0.25 on much.
            """;
        return command;
    }

    private static async Task<int> ExecuteAsync(string name, string? home, bool json)
    {
        using var interrupts = new Interrupts();
        await using var server = await HomeServer.OpenAsync(home, 0, "versions", TimeProvider.System, interrupts.Token);
        var session = await SessionName.ResolveAsync(server.Api, name, interrupts.Token);
        var detail = await server.Api.GetSessionAsync(session, interrupts.Token);
        var versions = await server.Api.ListVersionsAsync(detail.ExperimentId, interrupts.Token);
        if (json)
            Console.WriteLine(JsonSerializer.Serialize(versions, ContractJson.Default.IReadOnlyListDatasetVersionItem));
        else
            Views.Print(versions.SelectMany(version => Lines(version, TimeProvider.System.GetUtcNow().UtcDateTime)));
        return ExitCodes.Ok;
    }

    /// <summary>A version's line, and lines of how it differs from the one before.</summary>
    public static IEnumerable<TextLine> Lines(DatasetVersionItem version, DateTime now)
    {
        var size = version is { Rows: { } rows, Columns: { } columns }
            ? $"{Words.Count(rows, "row")}, {Words.Count(columns, "column")}"
            : "several files";
        yield return TextLine
            .Of($"Version {version.Number}", Tone.Strong)
            .Add($" · {size}")
            .Add($" · {Words.Ago(now - version.CreatedAt)}", Tone.Quiet);
        foreach (var line in version.Drift is { } drift ? Drift(drift) : [])
            yield return line;
    }

    public static IEnumerable<TextLine> Drift(DriftReport drift)
    {
        if (drift.Added.Count > 0)
            yield return TextLine.Of("  new: ", Tone.Quiet).Add(Names(drift.Added));
        if (drift.Removed.Count > 0)
            yield return TextLine.Of("  gone: ", Tone.Quiet).Add(Names(drift.Removed), Tone.Warning);
        var changed = drift.Columns.Where(column => column.Psi >= DriftLevels.Some).ToList();
        if (changed.Count == 0)
            yield return TextLine.Of($"  No column differs much from version {drift.From}'s.", Tone.Quiet);
        foreach (var column in changed.Take(MostColumns))
            yield return TextLine
                .Of("  drifted: ", Tone.Quiet)
                .Add(CleanText.Line(column.Name), column.Psi >= DriftLevels.Much ? Tone.Warning : Tone.Plain)
                .Add($", PSI {column.Psi.ToString("0.00", CultureInfo.InvariantCulture)}{Missing(column)}", Tone.Quiet);
        if (changed.Count > MostColumns)
            yield return TextLine.Of($"  and {changed.Count - MostColumns} more columns", Tone.Quiet);
    }

    private static string Missing(DriftColumn column) =>
        Math.Abs(column.MissingNow - column.MissingBefore) < 0.01
            ? ""
            : string.Create(
                CultureInfo.InvariantCulture,
                $", missing {column.MissingBefore:0 %} before and {column.MissingNow:0 %} now"
            );

    private static string Names(IReadOnlyList<string> names) =>
        CleanText.Line(string.Join(", ", names.Take(MostColumns)))
        + (names.Count > MostColumns ? $" and {names.Count - MostColumns} more" : "");
}
