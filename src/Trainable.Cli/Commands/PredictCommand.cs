using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Trainable.Cli.Api;
using Trainable.Cli.Serving;
using Trainable.Cli.Terminal;
using Trainable.Contracts;

namespace Trainable.Cli.Commands;

/// <summary><c>trainable predict</c>: a session's model on the rows of a table.</summary>
internal static class PredictCommand
{
    private const string NotesHeader = "Trainable-Notes";

    public static Command Create(IDictionary<Command, string> lessons)
    {
        var session = Shared.Session();
        var table = new Argument<string>("TABLE")
        {
            Description =
                "A CSV file with the dataset's raw columns, or '-' for standard input. Of a model of images: an image, a folder or a zip of them.",
        };
        var output = new Option<string?>("--out", "-o")
        {
            HelpName = "FILE",
            Description = "Where the predictions go; standard output otherwise.",
        };
        var explain = new Option<bool>("--explain")
        {
            Description = "Say of the first 100 rows which columns moved the prediction, and by how much.",
        };
        var threshold = new Option<double?>("--threshold")
        {
            HelpName = "P",
            Description = "Two classes: predict the positive one from this probability on, not as the model decides.",
        };
        threshold.Validators.Add(result =>
        {
            if (
                result.Tokens is [var token]
                && !(
                    double.TryParse(token.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
                    && value is >= 0 and <= 1
                )
            )
                result.AddError($"--threshold is '{token.Value}'; it is a probability, from 0 to 1.");
        });
        var home = Shared.Home();
        var json = Shared.Json("One JSON object with predictions, explanations, notes and drift; up to 10,000 rows.");
        var command = new Command("predict", "Predict the rows of a table with a session's model.")
        {
            session,
            table,
            output,
            explain,
            threshold,
            home,
            json,
        };
        command.SetAction(
            (line, _) =>
                ExecuteAsync(
                    line.GetRequiredValue(session),
                    new Asked(
                        line.GetRequiredValue(table),
                        line.GetValue(output),
                        line.GetValue(explain),
                        line.GetValue(threshold),
                        line.GetValue(json)
                    ),
                    line.GetValue(home)
                )
        );
        lessons[command] = """
            The table has the columns that the dataset had, in any order; the target may be among them and is not looked at.
            Out come the same rows with the prediction and, for classes, a probability of each. What else there is to say
            (columns not used, data unlike the data the model learnt from) goes to standard error.

            Examples:
              trainable predict latest new.csv -o predicted.csv
              trainable predict latest new.csv --explain
              trainable predict 0192f3a1 new.csv --json | jq '.rows[0]'
              trainable predict latest photos/         (a model of an image folder)
            """;
        return command;
    }

    private sealed record Asked(string Table, string? Output, bool Explain, double? Threshold, bool Json);

    private static async Task<int> ExecuteAsync(string name, Asked asked, string? home)
    {
        using var rows = PredictionInput.Open(asked.Table);
        using var interrupts = new Interrupts();
        await using var server = await HomeServer.OpenAsync(home, 0, "predict", TimeProvider.System, interrupts.Token);
        var session = await SessionName.ResolveAsync(server.Api, name, interrupts.Token);
        using var answer = await server.Api.PredictAsync(
            session,
            rows.Content,
            rows.ContentType,
            Query(asked, rows.Name),
            asked.Json,
            interrupts.Token
        );
        await using var predicted = await answer.Content.ReadAsStreamAsync(interrupts.Token);
        if (asked.Output is { } path)
        {
            await using var file = File.Create(path);
            await predicted.CopyToAsync(file, interrupts.Token);
        }
        else
            await WriteAsync(predicted, interrupts.Token);
        foreach (var note in Notes(answer))
            await Console.Error.WriteLineAsync(CleanText.Line(note));
        if (asked.Output is not null)
            await Console.Error.WriteLineAsync($"Written to {CleanText.Line(asked.Output)}.");
        return ExitCodes.Ok;
    }

    private static string Query(Asked asked, string? image)
    {
        var parts = new List<string>();
        if (asked.Explain)
            parts.Add("explain=true");
        if (asked.Threshold is { } threshold)
            parts.Add($"threshold={threshold.ToString("R", CultureInfo.InvariantCulture)}");
        if (image is not null)
            parts.Add($"name={Uri.EscapeDataString(image)}");
        return parts.Count == 0 ? "" : $"?{string.Join('&', parts)}";
    }

    private static async Task WriteAsync(Stream predicted, CancellationToken cancellation)
    {
        if (Console.IsOutputRedirected)
        {
            await using var output = Console.OpenStandardOutput();
            await predicted.CopyToAsync(output, cancellation);
            return;
        }
        // What is in a table is no more to be trusted on a terminal than what an agent writes.
        using var lines = new StreamReader(predicted);
        while (await lines.ReadLineAsync(cancellation) is { } line)
            Console.WriteLine(CleanText.Line(line));
    }

    private static string[] Notes(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues(NotesHeader, out var values)
            ? JsonSerializer.Deserialize(values.First(), ContractJson.Default.IReadOnlyListString)?.ToArray() ?? []
            : [];
}
