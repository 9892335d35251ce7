using System.Text;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using Trainable.Contracts;
using Trainable.Server.Agents;
using Trainable.Server.Agents.Models;
using Trainable.Server.Datasets;
using Trainable.Server.Platform;
using Trainable.Server.Sessions;

namespace Trainable.Server.Mcp.Tools;

/// <summary>
/// Makes an experiment of a sample, or of a table sent with the call. Paths are no business of the server's: the bridge that runs
/// where the client does (<c>trainable mcp</c>) adds an argument of that name and uploads what it finds there.
/// </summary>
internal sealed class CreateExperimentTool(
    DatasetStore datasets,
    ExperimentCreation creation,
    SampleExperiments samples,
    IModels models
) : IMcpTool
{
    public const string Name = "create_experiment";

    private const int MostText = 16 << 20;

    public Tool Declaration { get; } =
        McpSchema.Declare(
            Name,
            "Create an experiment",
            "Make an experiment of a dataset, with a first session to work in: give 'data' (a table as text) or 'sample'. "
                + "The host keeps some rows back, which nobody works with, to measure the model on in the end.",
            McpSchema.Effect.Adds,
            new McpSchema.Parameter("name", "What to call it.", Required: false),
            new McpSchema.Parameter(
                "data",
                "The whole table as text: CSV with a header, or JSON lines.",
                Required: false
            ),
            new McpSchema.Parameter(
                "file_name",
                "What the text is: data.csv unless said, or data.jsonl.",
                Required: false
            ),
            new McpSchema.Parameter(
                "sample",
                "A dataset that comes with Trainable: churn, breast-cancer, …",
                Required: false
            ),
            new McpSchema.Parameter("target", "The column to predict.", Required: false),
            new McpSchema.Parameter("problem_type", "What kind of problem it is.", Required: false)
            {
                Choices = [ProblemTypes.Binary, ProblemTypes.Multiclass, ProblemTypes.Regression],
            },
            new McpSchema.Parameter("metric", "What to measure, such as roc_auc, accuracy, rmse.", Required: false),
            new McpSchema.Parameter("positive_class", "The class that counts as positive.", Required: false),
            new McpSchema.Parameter("drop_columns", "Columns to leave out.", Required: false) { Type = "array" },
            new McpSchema.Parameter(
                "group_column",
                "Rows of a group stay on one side of every split.",
                Required: false
            ),
            new McpSchema.Parameter(
                "time_column",
                "The rows to measure on are the latest by this column.",
                Required: false
            ),
            new McpSchema.Parameter("data_dictionary", "What the columns mean.", Required: false),
            new McpSchema.Parameter("instructions", "What the user wants, in their words.", Required: false),
            new McpSchema.Parameter(
                "share",
                "What of the data a model may see, if the user said so: schema (no cell), sample (the default) or full.",
                Required: false
            )
            {
                Choices = ShareLevels.All,
            }
        );

    public async Task<CallToolResult> CallAsync(McpCall call, CancellationToken cancellation)
    {
        var options = Options(call.Arguments);
        ExperimentForm.Check(options);
        if (options.Run is { } terms)
            RunTerms.Check(terms, models);
        var created = (call.Arguments.Text("sample"), call.Arguments.Text("data")) switch
        {
            ({ } sample, null) => await samples.CreateAsync(
                new FromSampleRequest
                {
                    Name = sample,
                    Instructions = call.Arguments.Text("instructions"),
                    Options = options,
                },
                cancellation
            ),
            (null, { } data) => await FromTextAsync(data, options, call, cancellation),
            _ => throw new UserFacingException("Give either 'data', a table as text, or 'sample', the name of one."),
        };
        return McpAnswer.Json(
            Describe(created, datasets.ReadManifest(created.Id), call.SessionPage(created.SessionId))
        );
    }

    /// <summary>What a client goes on with.</summary>
    public static JsonObject Describe(ExperimentCreated created, DatasetManifest? manifest, string page) =>
        new()
        {
            ["experiment_id"] = created.Id,
            ["session_id"] = created.SessionId,
            ["name"] = created.Name,
            ["rows_to_work_with"] = manifest?.RowsWorking,
            ["columns"] = manifest?.Columns.Count,
            ["studio"] = page,
            ["next"] = "start_stage with this session_id: eda, then prep, then train.",
        };

    private async Task<ExperimentCreated> FromTextAsync(
        string data,
        ExperimentOptions options,
        McpCall call,
        CancellationToken cancellation
    )
    {
        var file = call.Arguments.Text("file_name") ?? "data.csv";
        var wanted = new NewExperiment
        {
            Name = call.Arguments.Text("name") ?? Path.GetFileNameWithoutExtension(file),
            Instructions = call.Arguments.Text("instructions") ?? "",
            Options = options,
        };
        var bytes = Encoding.UTF8.GetBytes(data);
        if (bytes.Length > MostText)
            throw new UserFacingException(
                "The table is over 16 MiB: upload it in the studio, or pass its path to 'trainable mcp'."
            );
        var id = Guid.CreateVersion7();
        await using var upload = datasets.Begin(id);
        using var content = new MemoryStream(bytes);
        await upload.AddAsync(file, content, cancellation);
        return await creation.CreateAsync(id, wanted, upload, cancellation);
    }

    /// <summary>What the call settles about the dataset.</summary>
    public static ExperimentOptions Options(McpArguments arguments) =>
        new()
        {
            Target = arguments.Text("target"),
            ProblemType = arguments.Text("problem_type"),
            Metric = arguments.Text("metric"),
            PositiveClass = arguments.Text("positive_class"),
            DropColumns = arguments.Texts("drop_columns"),
            GroupColumn = arguments.Text("group_column"),
            TimeColumn = arguments.Text("time_column"),
            DataDictionary = arguments.Text("data_dictionary"),
            Run = arguments.Text("share") is { } share ? new RunOptions { Share = share } : null,
        };
}
