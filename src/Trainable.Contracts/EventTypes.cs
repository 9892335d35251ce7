namespace Trainable.Contracts;

/// <summary>Values of <c>type</c> in a session's event stream.</summary>
public static class EventTypes
{
    public const string StateChange = "state_change";
    public const string AgentMessage = "agent_message";
    public const string ToolStart = "tool_start";
    public const string ToolEnd = "tool_end";
    public const string CodeOutput = "code_output";
    public const string FileCreated = "file_created";
    public const string ReportReady = "report_ready";
    public const string FilesReady = "files_ready";
    public const string MetricsBatch = "metrics_batch";
    public const string ChartConfig = "chart_config";
    public const string RichLog = "rich_log";
    public const string ValidationResult = "validation_result";
    public const string S3SyncComplete = "s3_sync_complete";
    public const string S3SyncWaiting = "s3_sync_waiting";

    public const string UserMessage = "user_message";
    public const string AgentMessageDelta = "agent_message_delta";
    public const string AgentError = "agent_error";
    public const string AgentAborted = "agent_aborted";
    public const string MetadataReady = "metadata_ready";
    public const string ModelRetry = "model_retry";
    public const string Usage = "usage";
    public const string BudgetWarning = "budget_warning";
    public const string Question = "question";
    public const string QuestionAnswered = "question_answered";
    public const string Paused = "paused";
    public const string ChatStarted = "chat_started";
    public const string ChatEnded = "chat_ended";

    /// <summary>Something a person should know of the session that the agent did not say.</summary>
    public const string Notice = "notice";

    /// <summary>A recording has run again: what of it is the same.</summary>
    public const string Replay = "replay";

    public static readonly IReadOnlyList<string> All =
    [
        StateChange,
        AgentMessage,
        ToolStart,
        ToolEnd,
        CodeOutput,
        FileCreated,
        ReportReady,
        FilesReady,
        MetricsBatch,
        ChartConfig,
        RichLog,
        ValidationResult,
        S3SyncComplete,
        S3SyncWaiting,
        UserMessage,
        AgentMessageDelta,
        ModelRetry,
        AgentError,
        AgentAborted,
        MetadataReady,
        Usage,
        BudgetWarning,
        Question,
        Notice,
        Replay,
        QuestionAnswered,
        Paused,
        ChatStarted,
        ChatEnded,
    ];
}
