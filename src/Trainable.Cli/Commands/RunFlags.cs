using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Trainable.Cli.Arguments;
using Trainable.Contracts;

namespace Trainable.Cli.Commands;

/// <summary>The options of every command that starts stages: which model, what it may see, and what it may spend.</summary>
internal sealed class RunFlags
{
    private readonly Option<string> _model = new("--model")
    {
        HelpName = "ID",
        Description = "The model that drives the run; 'trainable models' lists them.",
    };

    private readonly Option<string[]> _stageModels = new("--stage-model")
    {
        HelpName = "STAGE=ID",
        Description = "Another model for one stage, such as eda=autopilot; may be repeated.",
    };

    private readonly Option<string> _thinking = Shared.Choice(
        "--thinking",
        "How much the model thinks before it answers; the model's own way otherwise.",
        ThinkingLevels.All
    );

    private readonly Option<string> _share = Shared.Choice(
        "--share",
        "What of the data the model may see: names and types; statistics and examples too (default); or rows as well.",
        ShareLevels.All
    );

    private readonly Option<TimeSpan?> _budget = new("--budget")
    {
        HelpName = "TIME",
        Description = "How long each stage may take: 90s, 10m, 1h30m.",
        CustomParser = result =>
            Budget.TryParse(result.Tokens[0].Value, out var span) ? span : Refuse<TimeSpan?>(result, Budget.Form),
    };

    private readonly Option<int?> _maxSteps = new("--max-steps")
    {
        HelpName = "N",
        Description = "How often the model may reply in each stage (default 30).",
        CustomParser = result =>
            int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var steps)
            && steps > 0
                ? steps
                : Refuse<int?>(result, "a whole number above 0"),
    };

    private readonly Option<decimal?> _maxCost = new("--max-cost")
    {
        HelpName = "USD",
        Description = "What the whole session may cost, in US dollars.",
        CustomParser = result =>
            decimal.TryParse(
                result.Tokens[0].Value.TrimStart('$'),
                NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out var dollars
            )
            && dollars > 0
                ? dollars
                : Refuse<decimal?>(result, "a number of dollars above 0, such as 2.50"),
    };

    private readonly Option<long?> _maxTokens = new("--max-tokens")
    {
        HelpName = "N",
        Description = "How many tokens the whole session may use, prompts and replies together: 200k, 1.5M.",
        CustomParser = result =>
            TokenCount.TryParse(result.Tokens[0].Value, out var tokens)
                ? tokens
                : Refuse<long?>(result, TokenCount.Form),
    };

    private readonly Option<bool> _pause = new("--pause")
    {
        Description = "Wait for your word before each stage that follows.",
    };

    private readonly Option<bool> _approve = new("--approve")
    {
        Description = "Show each script and wait for your word before it runs.",
    };

    public Option<string> Model => _model;

    public void AddTo(Command command)
    {
        foreach (
            var option in (Option[])
                [_model, _stageModels, _thinking, _share, _budget, _maxSteps, _maxCost, _maxTokens, _pause, _approve]
        )
            command.Options.Add(option);
        command.Validators.Add(result =>
        {
            foreach (var given in result.GetValue(_stageModels) ?? [])
            {
                if (Split(given) is null)
                    result.AddError($"--stage-model is '{given}'; it looks like train=claude-opus-4-6.");
            }
        });
    }

    public RunOptions Read(ParseResult line)
    {
        var (cost, tokens) = (line.GetValue(_maxCost), line.GetValue(_maxTokens));
        var (time, steps) = (line.GetValue(_budget), line.GetValue(_maxSteps));
        var models = (line.GetValue(_stageModels) ?? []).Select(Split).OfType<(string Stage, string Model)>().ToList();
        return new RunOptions
        {
            Model = line.GetValue(_model),
            Models = models.Count > 0 ? models.ToDictionary(one => one.Stage, one => one.Model) : null,
            Thinking = line.GetValue(_thinking),
            Share = line.GetValue(_share),
            Budget = (time, steps) is (null, null)
                ? null
                : new BudgetLimits { Seconds = time?.TotalSeconds, Steps = steps },
            SessionBudget = (cost, tokens) is (null, null)
                ? null
                : new BudgetLimits { CostUsd = cost, Tokens = tokens },
            PauseBeforeStages = line.GetValue(_pause) ? true : null,
            ApproveCode = line.GetValue(_approve) ? true : null,
        };
    }

    private static (string Stage, string Model)? Split(string given) =>
        given.Split('=', 2) is [var stage, { Length: > 0 } model] && Stages.IsKnown(stage) ? (stage, model) : null;

    private static T? Refuse<T>(ArgumentResult result, string form)
    {
        var name = result.Parent is OptionResult option ? option.Option.Name : "The value";
        result.AddError($"{name} is '{result.Tokens[0].Value}'; it takes {form}.");
        return default;
    }
}
