using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Trainable.Tests.Agents.OpenAI;

/// <summary>One answer of the chat completions API.</summary>
internal sealed record CompletionReply
{
    public int Status { get; init; } = 200;
    public string ContentType { get; init; } = "text/event-stream";

    /// <summary>Sent as it is, in place of a stream.</summary>
    public string? Body { get; init; }
    public string Text { get; init; } = "";
    public IReadOnlyList<(string Tool, string Arguments)> Calls { get; init; } = [];
    public string? FinishReason { get; init; } = "stop";

    public static CompletionReply Run(string code) =>
        Call("execute_code", new JsonObject { ["code"] = code }.ToJsonString());

    public static CompletionReply Finish() => Call("finish_stage", "{}");

    public static CompletionReply Call(string tool, string arguments) =>
        new()
        {
            Text = "Working.",
            Calls = [(tool, arguments)],
            FinishReason = "tool_calls",
        };

    public static CompletionReply Error(int status, string message, string code = "") =>
        new()
        {
            Status = status,
            ContentType = "application/json",
            Body = new JsonObject
            {
                ["error"] = new JsonObject { ["message"] = message, ["code"] = code },
            }.ToJsonString(),
        };
}

/// <summary>What was asked.</summary>
internal sealed record CompletionRequest(string Path, string Authorization, JsonElement Body);

/// <summary>The chat completions API on a free loopback port: each request gets the next reply, to the real SDK.</summary>
internal sealed class ChatCompletionsServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<CompletionReply> _replies;
    private int _ids;

    private ChatCompletionsServer(WebApplication app, IEnumerable<CompletionReply> replies) =>
        (_app, _replies) = (app, new ConcurrentQueue<CompletionReply>(replies));

    public ConcurrentQueue<CompletionRequest> Requests { get; } = [];

    public Uri Url => new(_app.Urls.First() + "/v1");

    public static async Task<ChatCompletionsServer> StartAsync(params CompletionReply[] replies)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        var server = new ChatCompletionsServer(builder.Build(), replies);
        server._app.MapPost("/{**path}", server.AnswerAsync);
        await server._app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body);
        Requests.Enqueue(
            new CompletionRequest(
                context.Request.Path,
                context.Request.Headers.Authorization.ToString(),
                body.RootElement.Clone()
            )
        );
        var reply = _replies.TryDequeue(out var next) ? next : new CompletionReply { Text = "Over." };
        context.Response.StatusCode = reply.Status;
        context.Response.ContentType = reply.ContentType;
        if (reply.Body is { } whole)
        {
            await context.Response.WriteAsync(whole);
            return;
        }
        await SendAsync(context, new JsonObject { ["role"] = "assistant", ["content"] = reply.Text }, null);
        foreach (var (index, call) in reply.Calls.Index())
        {
            var start = ToolCall(index, $"call_{Interlocked.Increment(ref _ids)}", call.Tool, "");
            await SendAsync(context, start, null);
            foreach (var piece in call.Arguments.Chunk(40))
                await SendAsync(context, ToolCall(index, null, null, new string(piece)), null);
        }
        if (reply.FinishReason is null)
        {
            context.Abort();
            return;
        }
        await SendAsync(context, [], reply.FinishReason);
        await SendAsync(context, null, null);
        await context.Response.WriteAsync("data: [DONE]\n\n");
    }

    private static JsonObject ToolCall(int index, string? id, string? name, string arguments)
    {
        var function = new JsonObject { ["arguments"] = arguments };
        if (name is not null)
            function["name"] = name;
        var call = new JsonObject { ["index"] = index, ["function"] = function };
        if (id is not null)
        {
            call["id"] = id;
            call["type"] = "function";
        }
        return new JsonObject { ["tool_calls"] = new JsonArray(call) };
    }

    /// <summary>A chunk; without a delta the last one, which counts the tokens.</summary>
    private static async Task SendAsync(HttpContext context, JsonObject? delta, string? finish)
    {
        var chunk = new JsonObject
        {
            ["id"] = "chatcmpl-1",
            ["object"] = "chat.completion.chunk",
            ["created"] = 1,
            ["model"] = "gpt-test",
            ["choices"] = delta is null
                ? []
                : new JsonArray(
                    new JsonObject
                    {
                        ["index"] = 0,
                        ["delta"] = delta,
                        ["finish_reason"] = finish,
                    }
                ),
        };
        if (delta is null)
            chunk["usage"] = new JsonObject
            {
                ["prompt_tokens"] = 100,
                ["completion_tokens"] = 10,
                ["total_tokens"] = 110,
                ["prompt_tokens_details"] = new JsonObject { ["cached_tokens"] = 60 },
            };
        await context.Response.WriteAsync($"data: {chunk.ToJsonString()}\n\n");
    }
}
