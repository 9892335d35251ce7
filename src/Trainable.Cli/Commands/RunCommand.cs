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
          trainable run s3://datasets/churn.csv --target Churn
          trainable run sales.xlsx --sheet 2025 --target churned
          trainable run shop/ --main customers.csv --target churned
          trainable run houses/ --target price --metric rmse --budget 10m
          trainable run visits.csv --target readmitted --group patient_id --instructions "recall matters most"
          trainable run churn.csv --model claude-opus-4-6 --thinking high --max-cost 2.50 --share schema
          trainable run april.csv --version-of latest       new data for the experiment that ran last: run, compare, see drift
          trainable run churn.csv --json | jq -r 'select(.type=="summary") | .data.score.value'

        Environment:
          TRAINABLE_HOME     where everything is kept (default ~/.trainable)
          S3_ENDPOINT        with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and TRAINABLE_S3_BUCKETS: where s3:// is read and
                             what stages make is copied to (docs/s3.md)
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
            Description = "A file, a folder, s3://BUCKET/KEY, or sample:NAME ('sample:list' names the samples).",
        };
        data.CompletionSources.Add(Suggestions.Samples);
        var target = Text("--target", "COL", "The column to predict; the agent picks one otherwise.");
        var instructions = Text("--instructions", "TEXT", "What the agent should know or do, in your own words.");
        var flags = new RunFlags();
        var stage = Shared.Choice("--stage", "The last stage to run; auto runs all three.", [.. Stages.All, Auto]);
        stage.DefaultValueFactory = _ => Auto;
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
        var main = Text("--main", "FILE", "Of several files the one to learn from; the others lie beside it.");
        var sheet = Text("--sheet", "NAME", "The sheet of an Excel workbook; the first with a table otherwise.");
        var group = Text("--group", "COL", "Rows with one value of this column stay on one side of every split.");
        var time = Text("--time", "COL", "Split by this column: the latest rows are the test set.");
        var version = Text(
            "--version-of",
            "SESSION",
            "Add the data as a new version of this session's experiment, which keeps its options, and run on it."
        );
        var home = Shared.Home();
        var json = Shared.Json("One event a line and a summary last; nothing else on stdout.");

        var command = new Command("run", "Explore a dataset, prepare it, train on it, and measure the model.")
        {
            data,
            target,
            instructions,
            stage,
            holdout,
            name,
            main,
            sheet,
            drop,
            metric,
            problem,
            positive,
            group,
            time,
            version,
            home,
            json,
        };
        flags.AddTo(command);
        Option[] settled = [target, instructions, holdout, name, drop, metric, problem, positive, group, time];
        command.Validators.Add(result =>
        {
            if (result.GetResult(version) is null)
                return;
            foreach (var option in settled.Where(option => result.GetResult(option) is { Implicit: false }))
                result.AddError($"{option.Name} is settled by the experiment; leave it out with --version-of.");
        });
        command.SetAction(
            (line, _) =>
                RunPipeline.ExecuteAsync(
                    new RunArguments
                    {
                        Data = line.GetRequiredValue(data),
                        Until = line.GetValue(stage) is { } last and not Auto ? last : Stages.Train,
                        Name = line.GetValue(name),
                        VersionOf = line.GetValue(version),
                        Instructions = line.GetValue(instructions) ?? "",
                        Run = flags.Read(line),
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
                            Main = line.GetValue(main),
                            Sheet = line.GetValue(sheet),
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
