using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Trainable.Contracts;

namespace Trainable.Server.Platform;

/// <summary>
/// What <c>/openapi/v1.json</c> says. The studio's types are generated from it, so it also describes what no endpoint names:
/// the events of the streams.
/// </summary>
internal static class ApiDescription
{
    /// <summary>What the streams carry: the envelope, and the <c>data</c> of each event type.</summary>
    private static readonly Type[] Streamed =
    [
        typeof(StreamEvent),
        typeof(StateChanged),
        typeof(ListChanged),
        typeof(UserMessage),
        typeof(AgentMessage),
        typeof(AgentMessageDelta),
        typeof(ModelRetry),
        typeof(ToolStarted),
        typeof(ToolEnded),
        typeof(CodeOutput),
        typeof(FileCreated),
        typeof(FilesReady),
        typeof(ReportReady),
        typeof(MetricsBatch),
        typeof(ChartConfig),
        typeof(ValidationResult),
        typeof(ScoreReport),
        typeof(AgentFailed),
        typeof(AgentAborted),
        typeof(UsageReport),
        typeof(BudgetWarning),
        typeof(ReplayResult),
        typeof(S3SyncComplete),
        typeof(S3SyncWaiting),
        typeof(ExecOutput),
        typeof(ExecEnded),
    ];

    public static IServiceCollection AddApiDescription(this IServiceCollection services) =>
        services.AddOpenApi(options =>
        {
            options.AddSchemaTransformer(DescribeTimes);
            options.AddDocumentTransformer(DescribeAsync);
        });

    /// <summary>The converter that writes times hides from the generator that they are strings.</summary>
    private static Task DescribeTimes(
        OpenApiSchema schema,
        OpenApiSchemaTransformerContext context,
        CancellationToken cancellation
    )
    {
        var type = context.JsonTypeInfo.Type;
        if (type == typeof(DateTime))
            schema.Type = JsonSchemaType.String;
        else if (type == typeof(DateTime?))
            schema.Type = JsonSchemaType.String | JsonSchemaType.Null;
        return Task.CompletedTask;
    }

    private static async Task DescribeAsync(
        OpenApiDocument document,
        OpenApiDocumentTransformerContext context,
        CancellationToken cancellation
    )
    {
        document.Info.Title = "Trainable";
        document.Info.Version = "v1";
        // The address of whoever asks would make two servers describe themselves differently.
        document.Servers?.Clear();
        foreach (var type in Streamed)
            document.AddComponent(type.Name, await context.GetOrCreateSchemaAsync(type, null, cancellation));
    }
}
