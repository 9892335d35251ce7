using System.Net.Sockets;

namespace Trainable.Cli.Doctor;

/// <summary>Tries whether anything answers at an address, for a moment only.</summary>
internal static class Reach
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Null when a connection could be made, else why not. A host that begins with a slash is a socket's directory.</summary>
    public static async Task<string?> TryAsync(
        string host,
        int port,
        TimeProvider clock,
        CancellationToken cancellation
    )
    {
        using var limit = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            if (host.StartsWith('/'))
            {
                using var local = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                var path = Path.Combine(host, $".s.PGSQL.{port}");
                await local.ConnectAsync(new UnixDomainSocketEndPoint(path), either.Token);
                return null;
            }
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(host, port, either.Token);
            return null;
        }
        catch (SocketException refused)
        {
            return refused.Message;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return $"no answer in {Patience.TotalSeconds:0} s";
        }
    }
}
