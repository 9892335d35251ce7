using System.CommandLine;
using Trainable.Cli.Arguments;
using Trainable.Contracts;

namespace Trainable.Cli.Commands;

/// <summary>The command line of <c>trainable run</c>.</summary>
internal static class RunCommand
{
    public const string Lesson = """
        Examples:
          trainable run churn.csv --target Churn
          trainable run sample:breast-cancer
          trainable run sample:list
          trainable run houses/ --target price --metric rmse --budget 10m
          trainable run visits.csv --target readmitted --group patient_id --instructions "recall matters most"
          trainable run churn.csv --json | jq -r 'select(.type=="summary") | .data.score.value'

        Environment:
          TRAINABLE_HOME     where everything is kept (default ~/.trainable)
          NO_COLOR           plain lines instead of the live view

        Exit codes: 0 done, 1 failed, 2 wrong usage, 3 something to install first, 130 cancelled (Ctrl-C stops the run and keeps
        its record; a second Ctrl-C leaves at once).
        """;

    private const string Auto = "auto";

    public static Command Create(IDictionary<Command, string> lessons)
    {
        var data = new Argument<string>("DATA")
        {
            HelpName = "DATA",
            Description = "A file, a folder, or sample:NAME ('sample:list' names the samples).",
        };
        data.CompletionSources.Add(Suggestions.Samples);
        var target = Text("--target", "COL", "The column to predict; the agent picks one otherwise.");
        var instructions = Text("--instructions", "TEXT", "What the agent should know or do, in your own words.");
        var model = Text("--model", "ID", "The model that drives the run; 'trainable models' lists them.");
        var stage = Shared.Choice("--stage", "The last stage to run; auto runs all three.", [.. Stages.All, Auto]);
        stage.DefaultValueFactory = _ => Auto;
        var budget = new Option<TimeSpan?>("--budget")
        {
            HelpName = "TIME",
            Description = "How long each stage may take: 90s, 10m, 1h30m.",
            CustomParser = result =>
            {
                if (Budget.TryParse(result.Tokens[0].Value, out var span))
                    return span;
                result.AddError($"--budget is '{result.Tokens[0].Value}'; it takes {Budget.Form}.");
                return null;
            },
        };
        var holdout = Shared.Choice(
            "--holdout",
            "Who keeps the test rows: the host, unseen by any agent; the agent; or nobody.",
            [HoldoutModes.Host, HoldoutModes.Agent, HoldoutModes.None]
        );
        var name = Text("--name", "NAME", "What to call the experiment; the file's name otherwise.");
        var drop = new Option<string[]>("--drop")
        {
            HelpName = "COL",
            Description = "A column to leave out; may be repeated.",
        };
        var metric = Text("--metric", "METRIC", "What the score is measured in, such as roc_auc, log_loss or rmse.");
        var problem = Shared.Choice(
            "--problem",
            "What kind of problem it is; found out otherwise.",
            [ProblemTypes.Binary, ProblemTypes.Multiclass, ProblemTypes.Regression]
        );
        var positive = Text("--positive-class", "VALUE", "The class that counts as positive.");
        var group = Text("--group", "COL", "Rows with one value of this column stay on one side of every split.");
        var time = Text("--time", "COL", "Split by this column: the latest rows are the test set.");
        var home = Shared.Home();
        var json = Shared.Json("One event a line and a summary last; nothing else on stdout.");

        var command = new Command("run", "Explore a dataset, prepare it, train on it, and measure the model.")
        {
            data,
            target,
            instructions,
            model,
            stage,
            budget,
            holdout,
            name,
            drop,
            metric,
            problem,
            positive,
            group,
            time,
            home,
            json,
        };
        command.SetAction(
            (line, _) =>
                RunPipeline.ExecuteAsync(
                    new RunArguments
                    {
                        Data = line.GetRequiredValue(data),
                        Until = line.GetValue(stage) is { } last and not Auto ? last : Stages.Train,
                        Name = line.GetValue(name),
                        Model = line.GetValue(model),
                        Instructions = line.GetValue(instructions) ?? "",
                        Budget = line.GetValue(budget),
                        Home = line.GetValue(home),
                        Json = line.GetValue(json),
                        Options = new ExperimentOptions
                        {
                            Target = line.GetValue(target),
                            ProblemType = line.GetValue(problem),
                            Metric = line.GetValue(metric),
                            PositiveClass = line.GetValue(positive),
                            DropColumns = line.GetValue(drop) ?? [],
                            GroupColumn = line.GetValue(group),
                            TimeColumn = line.GetValue(time),
                            Holdout = line.GetValue(holdout),
                        },
                    },
                    TimeProvider.System
                )
        );
        lessons[command] = Lesson;
        return command;
    }

    private static Option<string> Text(string name, string value, string description) =>
        new(name) { HelpName = value, Description = description };
}
