using System.Globalization;
using ModelContextProtocol.Protocol;
using Trainable.Contracts;
using Trainable.Server.Agents.Models.External;
using Trainable.Server.Platform;
using Trainable.Server.Sessions;

namespace Trainable.Server.Mcp.Tools;

/// <summary>Begins a stage: with the client itself as the agent, or with another model that it watches.</summary>
internal sealed class StartStageTool(ISessions sessions, DrivenRuns driven, ExternalOptions options) : IMcpTool
{
    public const string Name = "start_stage";

    private const double MostMinutes = 7 * 24 * 60;
    private const double MostSteps = 10_000;

    public Tool Declaration { get; } =
        McpSchema.Declare(
            Name,
            "Start a stage",
            "Begin a stage of a session: eda (look at the data, write a report), prep (split it, build a pipeline) or train "
                + "(build the model), in this order. You become its agent, and the answer says what the stage must leave behind; "
                + "then work with execute_code, query_data and the others, and hand in with finish_stage. With 'model' another "
                + "model does the work, such as autopilot (built in, free), and you watch with 'wait'.",
            McpSchema.Effect.Adds,
            new McpSchema.Parameter(McpCall.Session, "The session."),
            new McpSchema.Parameter("stage", "The first that is not done, unless said.", Required: false)
            {
                Choices = Stages.All,
            },
            new McpSchema.Parameter("model", "Who does the work: 'mcp', which is you, unless said.", Required: false),
            new McpSchema.Parameter(
                "until",
                "With another model: go on by itself up to and with this stage.",
                Required: false
            )
            {
                Choices = Stages.All,
            },
            new McpSchema.Parameter("instructions", "What the user wants of this stage.", Required: false),
            new McpSchema.Parameter(
                "minutes",
                "What it may take; 30 unless the session says otherwise.",
                Required: false
            )
            {
                Type = "number",
            },
            new McpSchema.Parameter(
                "steps",
                "How many calls or replies it may have; 30 unless the session says otherwise.",
                Required: false
            )
            {
                Type = "number",
            },
            DrivenRuns.Wait
        );

    public async Task<CallToolResult> CallAsync(McpCall call, CancellationToken cancellation)
    {
        var arguments = call.Arguments;
        var session = call.SessionId;
        var stage = arguments.Text("stage");
        var until = arguments.Text("until");
        var model = arguments.Text("model") ?? ExternalProvider.ModelId;
        var own = model == ExternalProvider.ModelId;
        foreach (var named in new[] { stage, until }.OfType<string>().Where(one => !Stages.IsKnown(one)))
            throw new UserFacingException($"There is no stage '{named}'; stages are {string.Join(", ", Stages.All)}.");
        if (own && until is not null)
            throw new UserFacingException("'until' goes with 'model': a stage that you drive is one stage.");
        var result = await sessions.StartAsync(
            session,
            new StartCommand
            {
                Stage = stage,
                ContinueTo = until,
                Instructions = arguments.Text("instructions") ?? "",
                Options = new RunOptions { Model = model, Budget = Budget(arguments) },
            },
            cancellation
        );
        if (result is not StartResult.Started started)
            throw Refusal(result, session);
        if (!own)
            return McpAnswer.Text(
                $"{started.State}: '{model}' does the work. 'wait' tells what it does and when it has ended, 'stop_stage' ends it. "
                    + $"The person watches at {call.SessionPage(session)}"
            );
        var run =
            await driven.FindAsync(session, call, cancellation)
            ?? throw new UserFacingException("The stage ended before it began; 'get_session' says why.");
        var opening = await driven.NextAsync(run, call, cancellation);
        opening.Content.Insert(0, new TextContentBlock { Text = Preface(run, call) });
        return opening;
    }

    private string Preface(ExternalRun run, McpCall call)
    {
        var limits = run.Context.Limits;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            You are the agent of {run.Context.Stage} now. What follows is what every agent of this stage is told; the tools it names are
            yours. Pass session_id with each call, and say in 'comment' what you do and why: the person watches at {call.SessionPage(
                run.Context.SessionId
            )}
            You may take {limits.Seconds
                / 60:0.#} minutes and {limits.Steps} steps, of which each call is one. Should you make no call for {options.Idle.TotalMinutes:0.#}
            minutes, the stage is ended; its files stay.
            """
        );
    }

    private static BudgetLimits? Budget(McpArguments arguments)
    {
        var minutes = arguments.Number("minutes", 1.0 / 60, MostMinutes);
        var steps = arguments.Number("steps", 1, MostSteps);
        return minutes is null && steps is null
            ? null
            : new BudgetLimits { Seconds = minutes * 60, Steps = (int?)steps };
    }

    private static UserFacingException Refusal(StartResult result, Guid session) =>
        result switch
        {
            StartResult.NotFound => DrivenRuns.NoSession(session),
            StartResult.AlreadyRunning => new UserFacingException(
                "A stage runs in this session already: 'wait' says which and what it asks, 'stop_stage' ends it."
            ),
            StartResult.Refused refused => new UserFacingException(refused.Sentence),
            _ => throw new InvalidOperationException($"{result} is no result of a start."),
        };
}
