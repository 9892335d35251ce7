using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Trainable.Tests.S3;

/// <summary>Stands before an S3 server: lets everything through, nothing, or takes what is asked and never answers.</summary>
internal sealed class TcpGate : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Socket, byte> _clients = new();
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly Task _accepting;
    private readonly int _target;
    private volatile TaskCompletionSource? _asked;
    private volatile State _state;
    private int _putsLeft = int.MaxValue;

    public TcpGate(Uri target)
    {
        _target = target.Port;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    private enum State
    {
        Open,
        Shut,
        Silent,
    }

    public Uri Endpoint => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>The request lines that came to it, whatever became of them.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    public int Puts => _requests.Count(line => line.StartsWith("PUT ", StringComparison.Ordinal));

    public void Open()
    {
        Volatile.Write(ref _putsLeft, int.MaxValue);
        Set(State.Open);
    }

    /// <summary>Every connection is broken, and new ones too.</summary>
    public void Shut() => Set(State.Shut);

    /// <summary>What is asked is taken and never answered. The task completes when something was asked.</summary>
    public Task FallSilent()
    {
        _asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Set(State.Silent);
        return _asked.Task;
    }

    /// <summary>Shuts when one more object than these has come.</summary>
    public void ShutAfterPuts(int count) => Volatile.Write(ref _putsLeft, count);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Set(State.Shut);
        await _accepting;
        _listener.Dispose();
        _stop.Dispose();
    }

    private void Set(State state)
    {
        _state = state;
        foreach (var client in _clients.Keys)
            client.Dispose();
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
        {
            _clients.TryAdd(client, 0);
            if (_state is State.Shut)
            {
                client.Close(0);
                return;
            }
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _target);
                await Task.WhenAny(AskAsync(client, server), AnswerAsync(server, client));
            }
            finally
            {
                _clients.TryRemove(client, out _);
            }
        }
    }

    private async Task AskAsync(Socket client, Socket server)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await client.ReceiveAsync(buffer, _stop.Token) is var count and > 0)
            {
                if (!Note(buffer.AsSpan(0, count)))
                {
                    Shut();
                    return;
                }
                _asked?.TrySetResult();
                if (_state is State.Open)
                    await server.SendAsync(buffer.AsMemory(0, count), _stop.Token);
            }
        }
        catch (Exception closed)
            when (closed is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One end went away, and the other goes with it.
        }
    }

    private async Task AnswerAsync(Socket server, Socket client)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await server.ReceiveAsync(buffer, _stop.Token) is var count and > 0)
                await client.SendAsync(buffer.AsMemory(0, count), _stop.Token);
        }
        catch (Exception closed)
            when (closed is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // As above.
        }
    }

    /// <summary>Keeps the request line of what begins a request; false for an object that is one too many.</summary>
    private bool Note(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf("\r\n"u8);
        if (end < 0 || !bytes[..end].EndsWith(" HTTP/1.1"u8))
            return true;
        _requests.Enqueue(Encoding.ASCII.GetString(bytes[..end]));
        return !bytes.StartsWith("PUT "u8) || Interlocked.Decrement(ref _putsLeft) >= 0;
    }
}
