using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Trainable.Cli.Serving;
using Trainable.Cli.Terminal;
using Trainable.Contracts;

namespace Trainable.Cli.Commands;

/// <summary><c>trainable models</c>: what can drive a run, and what has to be set first.</summary>
internal static class ModelsCommand
{
    public static Command Create(IDictionary<Command, string> lessons)
    {
        var home = Shared.Home();
        var json = Shared.Json("A JSON array instead of a table.");
        var command = new Command("models", "List the models that can drive a run.") { home, json };
        command.SetAction((line, _) => ExecuteAsync(line.GetValue(home), line.GetValue(json), TimeProvider.System));
        lessons[command] = """
            Examples:
              trainable models
              trainable models --json | jq -r '.[] | select(.available) | .id'
              trainable run churn.csv --target Churn --model ID
            """;
        return command;
    }

    private static async Task<int> ExecuteAsync(string? home, bool json, TimeProvider clock)
    {
        using var interrupts = new Interrupts();
        await using var server = await HomeServer.OpenAsync(home, 0, "models", clock, interrupts.Token);
        var models = await server.Api.ListModelsAsync(interrupts.Token);
        if (json)
            Console.WriteLine(JsonSerializer.Serialize(models, ContractJson.Default.ModelItemArray));
        else
            Views.Print(Lines(models));
        return ExitCodes.Ok;
    }

    private static IEnumerable<TextLine> Lines(ModelItem[] models)
    {
        var width = Math.Max(6, models.Max(model => model.Id.Length)) + 2;
        yield return TextLine.Of(
            $"  {"MODEL".PadRight(width)}{"PROVIDER", -12}{"CONTEXT", 8}{"IN", 9}{"OUT", 9}   $ A MILLION TOKENS",
            Tone.Quiet
        );
        foreach (var model in models)
        {
            yield return TextLine
                .Of(model.Available ? "✓ " : "○ ", model.Available ? Tone.Done : Tone.Quiet)
                .Add(CleanText.Line(model.Id).PadRight(width), model.Default ? Tone.Strong : Tone.Plain)
                .Add(
                    $"{CleanText.Line(model.Provider), -12}{Context(model), 8}{Price(model.Prices?.Input), 9}"
                        + Price(model.Prices?.Output).PadLeft(9),
                    Tone.Quiet
                )
                .Add(model.Default ? "   default" : "", Tone.Done);
        }
        foreach (var reason in models.Select(model => model.Reason).OfType<string>().Distinct(StringComparer.Ordinal))
            yield return new TextLine { Whole = true }.Add($"○ {CleanText.Line(reason)}", Tone.Warning);
    }

    private static string Context(ModelItem model) => model.ContextWindow is { } tokens ? Words.Compact(tokens) : "-";

    private static string Price(decimal? dollars) =>
        dollars is { } price ? price.ToString("0.00", CultureInfo.InvariantCulture) : "-";
}
