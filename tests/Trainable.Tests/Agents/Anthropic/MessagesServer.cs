using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Trainable.Tests.Agents.Anthropic;

/// <summary>What the Messages API was asked.</summary>
internal sealed record MessagesRequest(string Path, string Authorization, string Text)
{
    public JsonElement Body { get; } = JsonDocument.Parse(Text).RootElement;

    public JsonElement[] Messages => [.. Body.GetProperty("messages").EnumerateArray()];

    public JsonElement[] ContentsOf(Index message) => [.. Messages[message].GetProperty("content").EnumerateArray()];
}

/// <summary>
/// The Messages API on a free loopback port: answers each request with the next reply of a transcript, as server-sent events,
/// to the real SDK.
/// </summary>
internal sealed class MessagesServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Func<MessagesRequest, MessagesReply>> _replies = new();

    private MessagesServer(WebApplication app) => _app = app;

    public List<MessagesRequest> Requests { get; } = [];

    public Uri Url => new(_app.Urls.First());

    public static Task<MessagesServer> StartAsync(params MessagesReply[] replies) =>
        StartAsync([.. replies.Select(reply => (Func<MessagesRequest, MessagesReply>)(_ => reply))]);

    /// <summary>Replies that depend on what was asked.</summary>
    public static async Task<MessagesServer> StartAsync(IReadOnlyList<Func<MessagesRequest, MessagesReply>> replies)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, AsHttp1));
        var server = new MessagesServer(builder.Build());
        foreach (var reply in replies)
            server._replies.Enqueue(reply);
        server._app.MapPost("/{**path}", server.AnswerAsync);
        await server._app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public MessagesServer Then(params MessagesReply[] replies)
    {
        foreach (var reply in replies)
            _replies.Enqueue(_ => reply);
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private static void AsHttp1(ListenOptions listen) => listen.Protocols = HttpProtocols.Http1;

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var request = new MessagesRequest(
            context.Request.Path,
            context.Request.Headers.Authorization.ToString(),
            await reader.ReadToEndAsync(context.RequestAborted)
        );
        lock (Requests)
            Requests.Add(request);
        var reply = _replies.TryDequeue(out var next) ? next(request) : MessagesReply.Say("The transcript is over.");
        await reply.WriteAsync(context);
    }
}
