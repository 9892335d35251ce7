using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Trainable.Contracts;

// A property with a default has a setter: the generator gives an `init` property its type's default when JSON lacks it.

/// <summary>The wire's JSON: snake_case, nulls written, strict numbers, UTC times as <c>2026-11-23T18:48:54.274006+00:00</c>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DictionaryKeyPolicy = JsonKnownNamingPolicy.Unspecified,
    NumberHandling = JsonNumberHandling.Strict,
    Converters = [typeof(UtcDateTimeConverter)]
)]
[JsonSerializable(typeof(ExperimentSummary))]
[JsonSerializable(typeof(IReadOnlyList<ExperimentSummary>))]
[JsonSerializable(typeof(ExperimentSummary[]))]
[JsonSerializable(typeof(ExperimentDetail))]
[JsonSerializable(typeof(ExperimentCreated))]
[JsonSerializable(typeof(ExperimentOptions))]
[JsonSerializable(typeof(Deleted))]
[JsonSerializable(typeof(ExperimentTotals))]
[JsonSerializable(typeof(UpdateExperimentRequest))]
[JsonSerializable(typeof(ListChanged))]
[JsonSerializable(typeof(SampleItem[]))]
[JsonSerializable(typeof(FromSampleRequest))]
[JsonSerializable(typeof(DatasetPreview))]
[JsonSerializable(typeof(DatasetFacts))]
[JsonSerializable(typeof(IReadOnlyList<DatasetVersionItem>))]
[JsonSerializable(typeof(DatasetVersionCreated))]
[JsonSerializable(typeof(QueryRequest))]
[JsonSerializable(typeof(QueryResult))]
[JsonSerializable(typeof(SplitPreview))]
[JsonSerializable(typeof(TableItem[]))]
[JsonSerializable(typeof(TableColumn[]))]
[JsonSerializable(typeof(TableProfileResult))]
[JsonSerializable(typeof(SessionSummary))]
[JsonSerializable(typeof(SessionDetail))]
[JsonSerializable(typeof(IReadOnlyList<MessageItem>))]
[JsonSerializable(typeof(MessageItem[]))]
[JsonSerializable(typeof(IReadOnlyList<ArtifactItem>))]
[JsonSerializable(typeof(ArtifactItem[]))]
[JsonSerializable(typeof(IReadOnlyList<MetricItem>))]
[JsonSerializable(typeof(MetricItem[]))]
[JsonSerializable(typeof(IAsyncEnumerable<MetricItem>))]
[JsonSerializable(typeof(ProcessedMeta))]
[JsonSerializable(typeof(PostMessageRequest))]
[JsonSerializable(typeof(StartStageRequest))]
[JsonSerializable(typeof(StageStarted))]
[JsonSerializable(typeof(AbortResult))]
[JsonSerializable(typeof(ExecOutput))]
[JsonSerializable(typeof(ExecEnded))]
[JsonSerializable(typeof(FileListing))]
[JsonSerializable(typeof(FileContent))]
[JsonSerializable(typeof(FileNode))]
[JsonSerializable(typeof(CheckReport))]
[JsonSerializable(typeof(ScoreReport))]
[JsonSerializable(typeof(Evaluation))]
[JsonSerializable(typeof(PredictRequest))]
[JsonSerializable(typeof(PredictionResult))]
[JsonSerializable(typeof(PredictionForm))]
[JsonSerializable(typeof(PredictedRow))]
[JsonSerializable(typeof(BundleManifest))]
[JsonSerializable(typeof(BundleVerdict))]
[JsonSerializable(typeof(IReadOnlyList<ModelItem>))]
[JsonSerializable(typeof(ModelItem[]))]
[JsonSerializable(typeof(ModelRetry))]
[JsonSerializable(typeof(ReplayStarted))]
[JsonSerializable(typeof(ReplayResult))]
[JsonSerializable(typeof(Health))]
[JsonSerializable(typeof(Readiness))]
[JsonSerializable(typeof(StreamEvent))]
[JsonSerializable(typeof(StateChanged))]
[JsonSerializable(typeof(AgentMessage))]
[JsonSerializable(typeof(AgentMessageDelta))]
[JsonSerializable(typeof(UserMessage))]
[JsonSerializable(typeof(ToolStarted))]
[JsonSerializable(typeof(ToolEnded))]
[JsonSerializable(typeof(CodeOutput))]
[JsonSerializable(typeof(FileCreated))]
[JsonSerializable(typeof(ReportReady))]
[JsonSerializable(typeof(FilesReady))]
[JsonSerializable(typeof(MetricsBatch))]
[JsonSerializable(typeof(ChartConfig))]
[JsonSerializable(typeof(RichLog))]
[JsonSerializable(typeof(ValidationResult))]
[JsonSerializable(typeof(MetadataReady))]
[JsonSerializable(typeof(AgentFailed))]
[JsonSerializable(typeof(AgentAborted))]
[JsonSerializable(typeof(UsageReport))]
[JsonSerializable(typeof(BudgetWarning))]
[JsonSerializable(typeof(Notice))]
[JsonSerializable(typeof(RunOptions))]
[JsonSerializable(typeof(SessionUsage))]
[JsonSerializable(typeof(UsageItem[]))]
[JsonSerializable(typeof(QuestionItem))]
[JsonSerializable(typeof(AnswerRequest))]
[JsonSerializable(typeof(QuestionAnswered))]
[JsonSerializable(typeof(StagePaused))]
[JsonSerializable(typeof(ChatStarted))]
[JsonSerializable(typeof(ChatEnded))]
[JsonSerializable(typeof(S3Buckets))]
[JsonSerializable(typeof(S3Listing))]
[JsonSerializable(typeof(PresignRequest))]
[JsonSerializable(typeof(PresignedUrl))]
[JsonSerializable(typeof(S3Uploaded))]
[JsonSerializable(typeof(S3SyncComplete))]
[JsonSerializable(typeof(S3SyncWaiting))]
[JsonSerializable(typeof(IReadOnlyList<ProcessedColumn>))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
public sealed partial class ContractJson : JsonSerializerContext;

public sealed record Health(string Status);

/// <summary>
/// Whether the server can work now: <c>ready</c> or <c>unavailable</c>, and of each thing it needs <c>ok</c> or a sentence.
/// </summary>
public sealed record Readiness(string Status, IReadOnlyDictionary<string, string> Checks);

/// <summary>
/// One event of a session's stream. <see cref="Seq"/> and <see cref="CreatedAt"/>, when the log took it in, are null for
/// live-only deltas.
/// </summary>
public sealed record StreamEvent(
    string Type,
    JsonElement Data,
    long? Seq = null,
    Guid? SessionId = null,
    DateTime? CreatedAt = null
);

/// <summary>Writes UTC times with microseconds and an explicit offset, as the reference does.</summary>
public sealed class UtcDateTimeConverter : JsonConverter<DateTime>
{
    /// <summary>How the wire writes a time.</summary>
    public const string Format = "yyyy-MM-ddTHH:mm:ss.ffffff+00:00";

    public override DateTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset().UtcDateTime;

    public override void Write(Utf8JsonWriter writer, DateTime value, JsonSerializerOptions options)
    {
        Span<byte> buffer = stackalloc byte[40];
        value.TryFormat(buffer, out var written, Format, CultureInfo.InvariantCulture);
        writer.WriteStringValue(buffer[..written]);
    }
}
