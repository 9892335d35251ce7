using System.Text;
using Microsoft.Extensions.AI;
using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Datasets.Profiles;
using Trainable.Server.Platform;
using Trainable.Server.Sandboxes;

namespace Trainable.Server.Agents;

/// <summary>
/// What a stage's model is told first: a system prompt that is the same for every run of the stage (so that providers can
/// cache it; no clock in it), then one message with this dataset's profile, earlier reports and the exact brief.
/// </summary>
internal sealed class StagePrompt(DatasetStore datasets, StageFiles files, SandboxOptions sandboxes)
{
    private const int ProfileCharacters = 12_000;
    private const int ReportBytes = 16 * 1024;

    private static readonly string Root = Path.Combine(AppContext.BaseDirectory, "Agents", "Prompts");

    public async Task<IReadOnlyList<ChatMessage>> OpeningAsync(StageContext context, CancellationToken cancellation) =>
        [
            new ChatMessage(ChatRole.System, System(context.Stage)),
            new ChatMessage(ChatRole.User, await FirstMessageAsync(context, cancellation)),
        ];

    public static string System(string stage) =>
        File.ReadAllText(Path.Combine(Root, "common.md")) + "\n" + File.ReadAllText(Path.Combine(Root, $"{stage}.md"));

    private async Task<string> FirstMessageAsync(StageContext context, CancellationToken cancellation)
    {
        var manifest = datasets.ReadManifest(context.ExperimentId);
        var profile = datasets.ReadProfile(context.ExperimentId);
        if (manifest is null || profile is null)
            throw new UserFacingException(
                "The experiment's dataset is gone from this home; upload it as a new experiment."
            );
        var text = new StringBuilder();
        text.Append("Stage: ")
            .Append(context.Stage)
            .Append(". Dataset: ")
            .Append(context.ExperimentName)
            .Append("\n\n");
        text.Append(ProfileMarkdown.Render(profile, Detail(context), ProfileCharacters)).Append('\n');
        foreach (var earlier in Stages.All.TakeWhile(stage => stage != context.Stage))
        {
            // What a report says of values is data too.
            if (
                context.Share != ShareLevels.Schema
                && await files.TryReadTextAsync(context, $"../{earlier}/report.md", ReportBytes, cancellation)
                    is { } report
            )
                text.Append("\n## Report of ").Append(earlier).Append("\n\n").Append(report).Append('\n');
        }
        if (SharedResult.Note(context.Share) is { } note)
            text.Append('\n').Append(note).Append('\n');
        if (context.Options.DataDictionary is { Length: > 0 } dictionary)
            text.Append("\n## What the columns mean, in the user's words\n\n").Append(dictionary).Append('\n');
        if (context.Instructions.Length > 0)
            text.Append("\n## The user's instructions\n\n").Append(context.Instructions).Append('\n');
        text.Append("\n## The stage in exact terms\n\n").Append(Brief(context, manifest).ToBlock()).Append('\n');
        return text.ToString();
    }

    private static ProfileDetail Detail(StageContext context) =>
        context.Share switch
        {
            ShareLevels.Schema => ProfileDetail.Schema,
            ShareLevels.Full => ProfileDetail.Full,
            _ => ProfileDetail.Sample,
        };

    private StageBrief Brief(StageContext context, DatasetManifest manifest) =>
        new()
        {
            Stage = context.Stage,
            Dataset = DatasetFiles(context, manifest),
            Directory = context.SandboxDirectory,
            Target = context.Options.Target,
            ProblemType = context.Options.ProblemType,
            Metric = context.Options.Metric,
            PositiveClass = context.Options.PositiveClass,
            DropColumns = context.Options.DropColumns,
            GroupColumn = context.Options.GroupColumn,
            TimeColumn = context.Options.TimeColumn,
            Holdout = manifest.Holdout.Mode,
            HoldoutReason = manifest.Holdout.Reason,
            Seed = context.Options.Seed,
            Rows = manifest.RowsWorking,
            Columns = manifest.Columns.Count,
            StepSeconds = sandboxes.StepTimeout.TotalSeconds,
            BudgetSeconds = context.Run.Budget?.Seconds,
            Instructions = context.Instructions,
        };

    private static string[] DatasetFiles(StageContext context, DatasetManifest manifest)
    {
        string[] names = manifest.WorkingFile is { } one ? [one] : [.. manifest.Files.Select(file => file.Name)];
        return [.. names.Select(name => $"/data/datasets/{context.ExperimentId}/{name}")];
    }
}
