using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;

namespace Trainable.Bench.Rows.Data;

/// <summary>The server in a process of its own, so that its memory is its own too.</summary>
internal sealed class HostProcess : IDisposable
{
    private readonly Process _process;

    private HostProcess(Process process, string home, HttpClient http)
    {
        _process = process;
        Home = home;
        Http = http;
    }

    public string Home { get; }
    public HttpClient Http { get; }

    public static async Task<HostProcess> StartAsync()
    {
        var home = Directory.CreateTempSubdirectory("trainable-bench-").FullName;
        var process = Process.Start(
            new ProcessStartInfo(Environment.ProcessPath!, ["host", home])
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
        var told = (await process.StandardOutput.ReadLineAsync())!.Split(' ');
        var http = new HttpClient { BaseAddress = new Uri(told[0]), Timeout = TimeSpan.FromMinutes(10) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", told[1]);
        return new HostProcess(process, home, http);
    }

    /// <summary>What the process started by <see cref="StartAsync"/> does.</summary>
    public static async Task<int> RunAsync(string home)
    {
        var server = await BenchServer.StartAsync(home: home);
        await Console.Out.WriteLineAsync($"{server.Url} {server.Token}");
        await Task.Delay(Timeout.Infinite);
        return 0;
    }

    /// <summary><c>VmRSS</c> or <c>VmHWM</c> in MB.</summary>
    public double ReadMemory(string field)
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status")
            .First(line => line.StartsWith(field, StringComparison.Ordinal));
        var kilobytes = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[1];
        return double.Parse(kilobytes.Split('\t')[^1], CultureInfo.InvariantCulture) * 1024 / 1e6;
    }

    /// <summary>Lets the peak begin anew.</summary>
    public void ResetPeak() => File.WriteAllText($"/proc/{_process.Id}/clear_refs", "5");

    public void Dispose()
    {
        Http.Dispose();
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(Home, recursive: true);
    }
}
