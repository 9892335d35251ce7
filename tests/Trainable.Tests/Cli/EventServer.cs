using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Trainable.Cli.Api;

namespace Trainable.Tests.Cli;

/// <summary>A studio that is nothing but an event stream, and as unreliable as a test wants it.</summary>
internal sealed class EventServer : IServerSource, IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Func<HttpContext, Task>> _answers;
    private ApiClient? _api;

    private EventServer(WebApplication app, IEnumerable<Func<HttpContext, Task>> answers)
    {
        _app = app;
        _answers = new ConcurrentQueue<Func<HttpContext, Task>>(answers);
    }

    public ApiClient Api => _api!;

    /// <summary>What each connection said it had seen: <c>Last-Event-ID</c>, or <c>?after</c>.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    public int Recoveries { get; private set; }

    public static async Task<EventServer> StartAsync(params Func<HttpContext, Task>[] answers)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var server = new EventServer(app, answers);
        app.MapGet("/api/sessions/{id}/stream", server.AnswerAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        var url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        server._api = new ApiClient(new Uri(url), token: null);
        return server;
    }

    /// <summary>Sends events by their sequence numbers and ends the stream in good order.</summary>
    public static Func<HttpContext, Task> Events(params long[] sequence) => context => WriteAsync(context, sequence);

    /// <summary>Sends events and the half of a frame, and drops the connection once the reader has them.</summary>
    public static Func<HttpContext, Task> EventsThenLoss(Task read, params long[] sequence) =>
        async context =>
        {
            await WriteAsync(context, sequence);
            await context.Response.WriteAsync("id: 99\ndata: {\"type\":\"cut", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await read;
            context.Abort();
        };

    public static Func<HttpContext, Task> Refusal(int status, string detail) =>
        context => TypedResults.Problem(detail, statusCode: status).ExecuteAsync(context);

    public Task RecoverAsync(CancellationToken cancellation)
    {
        Recoveries++;
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        await _app.DisposeAsync();
    }

    private Task AnswerAsync(HttpContext context)
    {
        var header = context.Request.Headers["Last-Event-ID"].ToString();
        Asked.Enqueue(header.Length > 0 ? $"id {header}" : $"after {context.Request.Query["after"]}");
        return _answers.TryDequeue(out var answer) ? answer(context) : Refusal(404, "Session not found")(context);
    }

    private static async Task WriteAsync(HttpContext context, long[] sequence)
    {
        context.Response.ContentType = "text/event-stream";
        await context.Response.WriteAsync(": connected\n\n", context.RequestAborted);
        foreach (var seq in sequence)
        {
            await context.Response.WriteAsync(
                $"id: {seq}\ndata: {{\"type\":\"agent_message\",\"data\":{{\"text\":\"{seq}\"}},\"seq\":{seq}}}\n\n",
                context.RequestAborted
            );
        }
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
