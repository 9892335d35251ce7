using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;
using Trainable.Contracts;
using Trainable.Server.Agents.Budgets;
using Trainable.Server.Datasets;
using Trainable.Server.Datasets.Profiles;
using Trainable.Server.Platform;
using Trainable.Server.Sandboxes;
using Trainable.Server.Storage;

namespace Trainable.Server.Agents;

/// <summary>
/// What a stage's model is told first: a system prompt that is the same for every run of the stage on this machine (so that
/// providers can cache it; no clock in it), then one message with this dataset's profile, earlier reports and the exact brief.
/// </summary>
internal sealed class StagePrompt(
    DatasetStore datasets,
    StageFiles files,
    SandboxPackages packages,
    SkillShelf skills,
    SandboxOptions sandboxes,
    IDbContextFactory<TrainableDb> databases
)
{
    private const int ProfileCharacters = 12_000;
    private const int ReportBytes = 16 * 1024;
    private const int MetadataBytes = 8 * 1024;

    private static readonly string Root = Path.Combine(AppContext.BaseDirectory, "Agents", "Prompts");

    public async Task<IReadOnlyList<ChatMessage>> OpeningAsync(StageContext context, CancellationToken cancellation) =>
        [
            new ChatMessage(ChatRole.System, await SystemAsync(context.Stage, cancellation)),
            new ChatMessage(ChatRole.User, await FirstMessageAsync(context, cancellation)),
        ];

    private async Task<string> SystemAsync(string stage, CancellationToken cancellation)
    {
        var common = await File.ReadAllTextAsync(Path.Combine(Root, "common.md"), cancellation);
        var own = await File.ReadAllTextAsync(Path.Combine(Root, $"{stage}.md"), cancellation);
        return common
                .Replace("{packages}", await packages.DescribeAsync(cancellation), StringComparison.Ordinal)
                .Replace("{limits}", Limits(), StringComparison.Ordinal)
                .Replace("{skills_directory}", SkillShelf.Directory, StringComparison.Ordinal)
                .Replace("{skills}", skills.List, StringComparison.Ordinal)
            + "\n"
            + own;
    }

    /// <summary>What a script has here, as the sandbox keeps it.</summary>
    private string Limits() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{sandboxes.Cpus} {(sandboxes.Cpus == 1 ? "core" : "cores")} (`n_jobs={sandboxes.Cpus}` at most), {ByteSize.Format(sandboxes.MemoryBytes)} of memory for all processes together, {Words(sandboxes.StepTimeout)} for a script, {ByteSize.Format(sandboxes.DiskBytes)} of disk for the session."
        );

    /// <summary>What the run may spend, and what the session has left as it begins: the same however often it is asked.</summary>
    private async Task<string> BudgetAsync(StageContext context, CancellationToken cancellation)
    {
        var text = new StringBuilder("This stage may take ").Append(Describe(context.Limits)).Append('.');
        var limits = context.SessionLimits;
        if (limits is { Seconds: null, Tokens: null, CostUsd: null, Steps: null })
            return text.ToString();
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var spent = await Spent.OfSessionAsync(db, context.SessionId, context.RunId, cancellation);
        var left = new BudgetLimits
        {
            Seconds = limits.Seconds is { } seconds ? Math.Max(0, Math.Round(seconds - spent.Seconds)) : null,
            Tokens = limits.Tokens is { } tokens ? Math.Max(0, tokens - spent.Tokens) : null,
            CostUsd = limits.CostUsd is { } dollars ? Math.Max(0, dollars - TurnCost.Dollars(spent.CostNanos)) : null,
            Steps = limits.Steps is { } steps ? (int)Math.Max(0, steps - spent.Turns) : null,
        };
        return text.Append(" The session has left ").Append(Describe(left)).Append('.').ToString();
    }

    private static string Describe(BudgetLimits limits)
    {
        var parts = new List<string>();
        if (limits.Seconds is { } seconds)
            parts.Add(Words(TimeSpan.FromSeconds(seconds)));
        if (limits.Steps is { } steps)
            parts.Add($"{steps} replies");
        if (limits.Tokens is { } tokens)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{tokens:N0} tokens"));
        if (limits.CostUsd is { } dollars)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"${dollars:0.00##}"));
        return string.Join(", ", parts);
    }

    private static string Words(TimeSpan time) =>
        time.TotalMinutes >= 2
            ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0.#} minutes")
            : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s");

    private async Task<string> FirstMessageAsync(StageContext context, CancellationToken cancellation)
    {
        var manifest = datasets.ReadManifest(context.DatasetId);
        var profile = datasets.ReadProfile(context.DatasetId);
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
        if (
            context.Stage == Stages.Train
            && context.Share != ShareLevels.Schema
            && await files.TryReadTextAsync(
                context,
                $"../{Stages.Prep}/data/metadata.json",
                MetadataBytes,
                cancellation
            )
                is { } metadata
        )
            text.Append("\n## Prep's metadata.json\n\n```json\n").Append(metadata.TrimEnd()).Append("\n```\n");
        if (SharedResult.Note(context.Share) is { } note)
            text.Append('\n').Append(note).Append('\n');
        if (context.Options.DataDictionary is { Length: > 0 } dictionary)
            text.Append("\n## What the columns mean, in the user's words\n\n").Append(dictionary).Append('\n');
        if (context.Instructions.Length > 0)
            text.Append("\n## The user's instructions\n\n").Append(context.Instructions).Append('\n');
        text.Append("\n## What you may spend\n\n").Append(await BudgetAsync(context, cancellation)).Append('\n');
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
        string[] names = manifest.WorkingFile is { } one
            ? [one, .. manifest.Beside]
            : [.. manifest.Files.Select(file => file.Name)];
        return [.. names.Select(name => $"/data/datasets/{context.DatasetId}/{name}")];
    }
}
