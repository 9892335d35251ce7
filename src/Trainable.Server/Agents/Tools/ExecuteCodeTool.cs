using System.Globalization;
using System.Text;
using Microsoft.Extensions.AI;
using Trainable.Contracts;
using Trainable.Server.Sandboxes;
using Trainable.Server.Sandboxes.Output;

namespace Trainable.Server.Agents.Tools;

/// <summary>Runs Python in the session's sandbox. The script is kept first, so that every step can be run again alone.</summary>
internal sealed class ExecuteCodeTool(
    SessionSandboxes sandboxes,
    StageFiles files,
    SandboxOptions options,
    TimeProvider clock
) : IAgentTool
{
    public const string Name = "execute_code";

    /// <summary>Its one argument.</summary>
    public const string Code = "code";

    /// <summary>A result that starts so is a step that ended well; models and autopilot read it.</summary>
    public const string OkPrefix = "outcome: ok";

    private const int MaxCodeBytes = 1 << 20;

    public AIFunctionDeclaration Declaration { get; } =
        ToolSchema.Declare(
            Name,
            "Run a Python script in this session's sandbox. Each call is a fresh interpreter (pandas, scikit-learn and "
                + "matplotlib are already imported and cost nothing): keep what later steps need in files. The working "
                + "directory is the stage's. Start with a one-line comment that names the step.",
            new ToolSchema.Parameter(Code, "The whole script.")
        );

    public async Task<ToolResult> InvokeAsync(ToolCall call, ToolScope scope, CancellationToken cancellation)
    {
        if (call.Text(Code) is not { } code || string.IsNullOrWhiteSpace(code))
            return ToolResult.Plain(Name, "error: the argument 'code' is missing. Send the whole script as text.");
        if (Encoding.UTF8.GetByteCount(code) > MaxCodeBytes)
            return ToolResult.Plain(Name, "error: the script is over 1 MiB. Split it into steps.");

        var context = scope.Context;
        var script = await files.SaveScriptAsync(context, code, cancellation);
        // The log keeps the order in which it is asked, so appends and what needs no answer of theirs go side by side.
        var kept = scope.Journal.AppendAsync(
            [StageFiles.Created(context, script, call.Id)],
            StageFiles.Artifact(context, script)
        );
        var before = files.Snapshot(context);
        var recorder = new StepRecorder(scope.Journal, context, call.Id, options.MetricBytes, clock);
        var logName = $"logs/{Path.GetFileNameWithoutExtension(script.Name)}.log";
        await using var log = files.CreateLog(context, logName);
        var whole = new StepOutputText(new OutputTextLimits(), log, logName);
        await kept;
        var ended = await RunAsync(context, script, recorder, whole, scope.Budget.Left, cancellation);
        whole.Complete();
        var output = whole.ToString();

        var made = files.ChangedSince(context, before).Where(file => file.Name != script.Name).ToList();
        if (made.Count > 0)
        {
            kept = scope.Journal.AppendAsync(
                [.. made.Select(file => StageFiles.Created(context, file, call.Id))],
                [.. made.Select(file => StageFiles.Artifact(context, file))]
            );
        }
        await Task.WhenAll(recorder.Written, kept);
        cancellation.ThrowIfCancellationRequested();
        return Describe(context, ended, output, script, logName, made);
    }

    private async Task<StepEnded> RunAsync(
        StageContext context,
        StageFile script,
        StepRecorder recorder,
        StepOutputText whole,
        TimeSpan timeLeft,
        CancellationToken cancellation
    )
    {
        using var lease = await sandboxes.BorrowAsync(context.SessionId, context.DatasetId, cancellation);
        var step = new SandboxScript
        {
            Path = $"{context.SandboxDirectory}/{script.Path}",
            WorkingDirectory = context.SandboxDirectory,
        };
        var wall = timeLeft < options.StepTimeout ? timeLeft : options.StepTimeout;
        var limits = options.StepLimits with { WallClock = wall };
        return await recorder.RecordAsync(stop => lease.Warm.RunAsync(step, limits, stop), whole, cancellation);
    }

    private static ToolResult Describe(
        StageContext context,
        StepEnded ended,
        string output,
        StageFile script,
        string logName,
        IReadOnlyList<StageFile> made
    )
    {
        var outcome = StepOutcomeName.Of(ended.Outcome);
        var text = new StringBuilder();
        text.Append("outcome: ").Append(outcome);
        text.Append(CultureInfo.InvariantCulture, $" ({ended.Wall.TotalSeconds:0.0} s)\n");
        if (ended.Outcome != StepOutcome.Ok)
            text.Append(ended.Sentence).Append('\n');
        text.Append(output);
        if (output.Length > 0 && output[^1] != '\n')
            text.Append('\n');
        if (made.Count > 0)
            text.Append("files: ").AppendJoin(", ", made.Take(50).Select(file => file.Path)).Append('\n');
        return new ToolResult(
            text.ToString(),
            new ToolEnded(
                Name,
                ended.Outcome == StepOutcome.Ok ? output : $"{output}\n{ended.Sentence}".TrimStart('\n')
            )
            {
                Stage = context.Stage,
                Outcome = outcome,
                ExitCode = ended.ExitCode,
                WallSeconds = Math.Round(ended.Wall.TotalSeconds, 3),
                CpuSeconds = Math.Round(ended.Cpu.TotalSeconds, 3),
                PeakMemoryBytes = ended.PeakMemoryBytes,
                ScriptPath = $"{context.ApiDirectory}/{script.Path}",
                OutputPath = $"{context.ApiDirectory}/{logName}",
            }
        );
    }
}
