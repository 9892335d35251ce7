using System.Net;
using System.Net.Sockets;

namespace Trainable.Tests.Storage;

/// <summary>Stands between a server and its PostgreSQL, and cuts a connection at the one moment that matters: the commit.</summary>
internal sealed class BreakingProxy : IAsyncDisposable
{
    private enum Cut
    {
        None,

        /// <summary>The commit never arrives.</summary>
        Before,

        /// <summary>The commit happens; its answer never arrives.</summary>
        After,
    }

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private readonly int _target;
    private int _next;
    private int _broken;

    public BreakingProxy(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many commits were cut.</summary>
    public int Broken => _broken;

    public void BreakNextCommit(bool afterwards) => _next = (int)(afterwards ? Cut.After : Cut.Before);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
                connections.Add(CarryAsync(await _listener.AcceptSocketAsync(_stop.Token)));
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested) { }
        await Task.WhenAll(connections);
    }

    private async Task CarryAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using (client)
        using (var over = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token))
        {
            await server.ConnectAsync(IPAddress.Loopback, _target);
            var both = new[]
            {
                PumpAsync(client, server, Cut.Before, over.Token),
                PumpAsync(server, client, Cut.After, over.Token),
            };
            await Task.WhenAny(both);
            await over.CancelAsync();
            await Task.WhenAll(both);
        }
    }

    /// <summary>Carries bytes until one end closes, or until the commit that is to be cut.</summary>
    private async Task PumpAsync(Socket from, Socket to, Cut here, CancellationToken over)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, over) is var count and > 0)
            {
                // The client's statement and the server's answer both say it in these letters.
                if (
                    buffer.AsSpan(0, count).IndexOf("COMMIT"u8) >= 0
                    && Interlocked.CompareExchange(ref _next, (int)Cut.None, (int)here) == (int)here
                )
                {
                    Interlocked.Increment(ref _broken);
                    return;
                }
                await to.SendAsync(buffer.AsMemory(0, count), over);
            }
        }
        catch (Exception closed) when (closed is OperationCanceledException or SocketException)
        {
            // One end went away, and the other goes with it.
        }
    }
}
