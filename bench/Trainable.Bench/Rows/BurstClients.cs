using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Trainable.Bench.Rows;

/// <summary>The followers of a burst, a socket each. They count, and check that no number is missing or twice.</summary>
internal static class BurstClients
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var port = int.Parse(arguments[0], CultureInfo.InvariantCulture);
        var (token, session) = (arguments[1], arguments[2]);
        var clients = int.Parse(arguments[3], CultureInfo.InvariantCulture);
        var events = int.Parse(arguments[4], CultureInfo.InvariantCulture);
        var connected = new List<Socket>();
        for (var client = 0; client < clients; client++)
            connected.Add(await ConnectAsync(port, token, session));
        await Console.Out.WriteLineAsync("connected");
        var counts = await Task.WhenAll(connected.Select(socket => ReadAsync(socket, events)));
        await Console.Out.WriteLineAsync($"{counts.Sum()}");
        return 0;
    }

    private static async Task<Socket> ConnectAsync(int port, string token, string session)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port);
        // HTTP/1.0: the stream comes as it is, without chunk sizes between its lines.
        var request =
            $"GET /api/sessions/{session}/stream?after=0 HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n"
            + $"Authorization: Bearer {token}\r\nAccept: text/event-stream\r\n\r\n";
        await socket.SendAsync(Encoding.ASCII.GetBytes(request));
        return socket;
    }

    /// <summary>Reads until the last event; returns how many came.</summary>
    private static async Task<int> ReadAsync(Socket socket, int events)
    {
        using var _ = socket;
        var buffer = new byte[64 * 1024];
        var filled = 0;
        var last = 0;
        while (last < events)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(filled));
            if (read == 0)
                throw new InvalidOperationException($"The stream ended after event {last}.");
            filled += read;
            var used = Count(buffer.AsSpan(0, filled), ref last);
            buffer.AsSpan(used, filled - used).CopyTo(buffer);
            filled -= used;
        }
        return last;
    }

    /// <summary>Takes whole lines; each <c>id: N</c> must be the next number.</summary>
    private static int Count(ReadOnlySpan<byte> bytes, ref int last)
    {
        var used = 0;
        while (bytes[used..].IndexOf((byte)'\n') is var end and >= 0)
        {
            var line = bytes.Slice(used, end);
            used += end + 1;
            if (!line.StartsWith("id: "u8))
                continue;
            var id = int.Parse(line[4..], NumberStyles.None, CultureInfo.InvariantCulture);
            if (id != last + 1)
                throw new InvalidOperationException($"Event {id} came after {last}.");
            last = id;
        }
        return used;
    }
}
