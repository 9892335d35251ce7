using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Trainable.Tests.Agents.Anthropic;

/// <summary>One answer of the Messages API: the blocks of a message and how it ends, or a fault.</summary>
internal sealed record MessagesReply
{
    private static int _ids;

    private IReadOnlyList<Block> Blocks { get; init; } = [];

    /// <summary>Null for a reply that does not end properly.</summary>
    private string? StopReason { get; init; }
    private Func<HttpContext, Task>? Fault { get; init; }
    private long CacheRead { get; init; }
    private long CacheWrite { get; init; }

    private sealed record Block(JsonObject Start, IReadOnlyList<JsonObject> Deltas);

    public static MessagesReply Say(string text) => new() { Blocks = [Text(text)], StopReason = "end_turn" };

    /// <summary>A message without content.</summary>
    public static MessagesReply Nothing() => new() { StopReason = "end_turn" };

    public static MessagesReply Run(string code, string text = "Running.") =>
        Call("execute_code", new JsonObject { ["code"] = code }.ToJsonString(), text);

    public static MessagesReply Finish() => Call("finish_stage", "", "Done.");

    /// <param name="tool">The tool's name.</param>
    /// <param name="json">Its arguments as the model writes them, be they JSON or not.</param>
    /// <param name="text">What is said before.</param>
    public static MessagesReply Call(string tool, string json, string text) =>
        new() { Blocks = [Text(text), ToolUse(tool, json)], StopReason = "tool_use" };

    public MessagesReply AndCall(string tool, string json) => this with { Blocks = [.. Blocks, ToolUse(tool, json)] };

    public MessagesReply Thinking(string text, string signature) =>
        this with
        {
            Blocks =
            [
                new Block(
                    new JsonObject
                    {
                        ["type"] = "thinking",
                        ["thinking"] = "",
                        ["signature"] = "",
                    },
                    [
                        new JsonObject { ["type"] = "thinking_delta", ["thinking"] = text },
                        new JsonObject { ["type"] = "signature_delta", ["signature"] = signature },
                    ]
                ),
                .. Blocks,
            ],
        };

    public MessagesReply StoppedBy(string reason) => this with { StopReason = reason };

    public MessagesReply Cached(long read, long written) => this with { CacheRead = read, CacheWrite = written };

    /// <summary>Puts off what follows the blocks.</summary>
    public MessagesReply Then(Task before) =>
        this with
        {
            Fault = async context =>
            {
                await before;
                if (Fault is not null)
                    await Fault(context);
            },
        };

    /// <summary>Breaks the connection after the blocks.</summary>
    public MessagesReply Broken() =>
        this with
        {
            StopReason = null,
            Fault = context =>
            {
                context.Abort();
                return Task.CompletedTask;
            },
        };

    /// <summary>Ends the response after the blocks as if nothing was missing.</summary>
    public MessagesReply EndedEarly() => this with { StopReason = null };

    /// <summary>Sends nothing more after the blocks, and stays.</summary>
    public MessagesReply Hanging() =>
        this with
        {
            StopReason = null,
            Fault = context =>
            {
                var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                context.RequestAborted.Register(gone.SetResult);
                return gone.Task;
            },
        };

    /// <summary>Sends an error event after the blocks.</summary>
    public MessagesReply Failing(string type, string message) =>
        this with
        {
            StopReason = null,
            Fault = context => SendAsync(context, "error", Error(type, message)),
        };

    /// <summary>An error instead of a message.</summary>
    public static MessagesReply Status(int status, string type, string message, int? retryAfter = null) =>
        new()
        {
            Fault = context =>
            {
                context.Response.StatusCode = status;
                if (retryAfter is { } seconds)
                    context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
                return context.Response.WriteAsJsonAsync(Error(type, message));
            },
        };

    public async Task WriteAsync(HttpContext context)
    {
        if (Fault is not null && Blocks.Count == 0)
        {
            await Fault(context);
            return;
        }
        context.Response.ContentType = "text/event-stream";
        var usage = new JsonObject
        {
            ["input_tokens"] = 20,
            ["cache_creation_input_tokens"] = CacheWrite,
            ["cache_read_input_tokens"] = CacheRead,
            ["output_tokens"] = 1,
        };
        var message = new JsonObject
        {
            ["id"] = $"msg_{Interlocked.Increment(ref _ids)}",
            ["type"] = "message",
            ["role"] = "assistant",
            ["model"] = "claude-opus-4-6",
            ["content"] = new JsonArray(),
            ["stop_reason"] = null,
            ["stop_sequence"] = null,
            ["usage"] = usage,
        };
        await SendAsync(context, "message_start", new JsonObject { ["message"] = message });
        await SendAsync(context, "ping", []);
        foreach (var (index, block) in Blocks.Index())
            await SendAsync(context, index, block);
        if (StopReason is not null)
        {
            var delta = new JsonObject { ["stop_reason"] = StopReason, ["stop_sequence"] = null };
            var final = new JsonObject { ["output_tokens"] = 7 };
            await SendAsync(context, "message_delta", new JsonObject { ["delta"] = delta, ["usage"] = final });
            await SendAsync(context, "message_stop", []);
        }
        if (Fault is not null)
            await Fault(context);
    }

    private static Block Text(string text) =>
        new(
            new JsonObject { ["type"] = "text", ["text"] = "" },
            [
                .. text.Chunk(12)
                    .Select(piece => new JsonObject { ["type"] = "text_delta", ["text"] = new string(piece) }),
            ]
        );

    private static Block ToolUse(string tool, string json) =>
        new(
            new JsonObject
            {
                ["type"] = "tool_use",
                ["id"] = $"toolu_{Interlocked.Increment(ref _ids)}",
                ["name"] = tool,
                ["input"] = new JsonObject(),
            },
            [
                .. json.Chunk(900)
                    .Select(piece => new JsonObject
                    {
                        ["type"] = "input_json_delta",
                        ["partial_json"] = new string(piece),
                    }),
            ]
        );

    private static JsonObject Error(string type, string message) =>
        new()
        {
            ["type"] = "error",
            ["error"] = new JsonObject { ["type"] = type, ["message"] = message },
        };

    private static async Task SendAsync(HttpContext context, int index, Block block)
    {
        var start = new JsonObject { ["index"] = index, ["content_block"] = block.Start.DeepClone() };
        await SendAsync(context, "content_block_start", start);
        foreach (var delta in block.Deltas)
        {
            var data = new JsonObject { ["index"] = index, ["delta"] = delta.DeepClone() };
            await SendAsync(context, "content_block_delta", data);
        }
        await SendAsync(context, "content_block_stop", new JsonObject { ["index"] = index });
    }

    private static async Task SendAsync(HttpContext context, string type, JsonObject data)
    {
        data["type"] = type;
        await context.Response.WriteAsync(
            $"event: {type}\ndata: {JsonSerializer.Serialize(data)}\n\n",
            context.RequestAborted
        );
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
