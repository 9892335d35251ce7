using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Trainable.Server.S3;

namespace Trainable.Bench.Rows;

/// <summary>How soon a server says that it is well while S3 takes every question and answers none.</summary>
internal static class S3Row
{
    private const int Requests = 200;
    private const int Hanging = 64;

    public static async Task<IReadOnlyList<Measurement>> RunAsync()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start(backlog: 4 * Hanging);
        var options = new S3Options
        {
            Endpoint = new Uri($"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}"),
            Keys = new S3Keys("nobody", "nothing", session: null),
            Buckets = ["datasets"],
            SyncBucket = "datasets",
            Patience = TimeSpan.FromMinutes(5),
        };
        await using var server = await BenchServer.StartAsync(configure: services => services.AddSingleton(options));
        using var leave = new CancellationTokenSource();
        var hanging = Enumerable
            .Range(0, Hanging)
            .Select(_ => server.Http.GetAsync("/api/s3/list?bucket=datasets", leave.Token))
            .ToList();
        for (var warm = 0; warm < 50; warm++)
            await server.TimeGetAsync("/api/health");
        var times = new List<double>();
        for (var request = 0; request < Requests; request++)
            times.Add(await server.TimeGetAsync("/api/health"));
        if (hanging.Exists(one => one.IsCompleted))
            throw new InvalidOperationException("S3 did not hang.");
        await leave.CancelAsync();
        return
        [
            Measurement.OfTimes(
                $"GET /api/health while S3 hangs under {Hanging} questions, p50",
                20,
                times,
                "requests"
            ),
        ];
    }
}
