using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace Trainable.Bench.Rows.Data;

/// <summary>A file of some gigabytes on its way in: how quick, beside a plain copy of it, and what it adds to the server's memory.</summary>
internal static class UploadRow
{
    private const int Rounds = 5;
    private const long Piece = 64L << 20;
    private const double LeastShare = 80;
    private const double MostMemory = 30;

    /// <summary><c>TRAINABLE_BENCH_UPLOAD</c> in GB; 5 shows what the limit of an upload holds.</summary>
    private static readonly long Gigabytes = long.Parse(
        Environment.GetEnvironmentVariable("TRAINABLE_BENCH_UPLOAD") ?? "2",
        CultureInfo.InvariantCulture
    );

    public static async Task<IReadOnlyList<Measurement>> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("trainable-bench-").FullName;
        try
        {
            var source = Path.Combine(folder, "big.bin");
            await WriteAsync(source);
            var (shares, speeds, pieces, forms) = (
                new List<double>(),
                new List<double>(),
                new List<double>(),
                new List<double>()
            );
            for (var round = 0; round < Rounds; round++)
            {
                var copied = await TimeAsync(() => CopyAsync(source, Path.Combine(folder, "copy.bin")));
                File.Delete(Path.Combine(folder, "copy.bin"));
                using var host = await HostProcess.StartAsync();
                await host.Http.GetAsync("/api/health");
                var before = Prepare(host);
                Uri? upload = null;
                var sent = await TimeAsync(async () =>
                {
                    upload = await SendInPiecesAsync(host.Http, source);
                    Flush(Directory.GetFiles(host.Home, "content", SearchOption.AllDirectories).Single());
                });
                pieces.Add(host.ReadMemory("VmHWM") - before);
                await CancelAsync(host.Http, upload!);
                shares.Add(100 * copied / sent);
                speeds.Add(new FileInfo(source).Length / 1e6 / sent);
                before = Prepare(host);
                await SendFormAsync(host.Http, source);
                forms.Add(host.ReadMemory("VmHWM") - before);
            }
            var share = Statistics.Median(shares);
            return
            [
                new Measurement(
                    $"upload of {Gigabytes} GB in pieces, of the speed of a plain copy, both until it is on the disk",
                    $"≥ {LeastShare} %",
                    $"{BenchServer.Format(share, "%")} ({BenchServer.Format(Statistics.Median(speeds), "MB/s")})",
                    share >= LeastShare,
                    Statistics.Spread(shares, "0")
                ),
                Memory("in pieces", pieces),
                Memory("as a form, hashed on the way", forms),
            ];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Measurement Memory(string how, List<double> added)
    {
        var median = Statistics.Median(added);
        return new Measurement(
            $"memory that {Gigabytes} GB {how} add to the server, at its peak",
            $"≤ {MostMemory} MB",
            BenchServer.Format(median, "MB"),
            median <= MostMemory,
            Statistics.Spread(added, "0.0")
        );
    }

    private static double Prepare(HostProcess host)
    {
        host.ResetPeak();
        return host.ReadMemory("VmRSS");
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var since = TimeProvider.System.GetTimestamp();
        await work();
        return TimeProvider.System.GetElapsedTime(since).TotalSeconds;
    }

    private static async Task WriteAsync(string path)
    {
        var block = new byte[1 << 20];
        new Random(1).NextBytes(block);
        await using var file = File.Create(path);
        for (var written = 0L; written < Gigabytes * 1000; written++)
            await file.WriteAsync(block.AsMemory(0, 1_000_000));
    }

    private static async Task CopyAsync(string from, string to)
    {
        await using var source = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 17, true);
        await using var target = new FileStream(to, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 17, true);
        await source.CopyToAsync(target, 1 << 17);
        target.Flush(flushToDisk: true);
    }

    /// <summary>A copy that is not on the disk yet is none; how long the rest takes depends on how much memory there was.</summary>
    private static void Flush(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        RandomAccess.FlushToDisk(file);
    }

    private static async Task<Uri> SendInPiecesAsync(HttpClient http, string path)
    {
        await using var file = File.OpenRead(path);
        using var announce = new HttpRequestMessage(HttpMethod.Post, "/api/uploads");
        announce.Headers.Add("Tus-Resumable", "1.0.0");
        announce.Headers.Add("Upload-Length", $"{file.Length}");
        announce.Headers.Add(
            "Upload-Metadata",
            $"filename {Convert.ToBase64String(Encoding.UTF8.GetBytes("big.bin"))}"
        );
        using var begun = await http.SendAsync(announce);
        begun.EnsureSuccessStatusCode();
        for (var offset = 0L; offset < file.Length; offset += Piece)
        {
            var length = Math.Min(Piece, file.Length - offset);
            using var request = new HttpRequestMessage(HttpMethod.Patch, begun.Headers.Location)
            {
                Content = new PieceContent(file, offset, length),
            };
            request.Headers.Add("Tus-Resumable", "1.0.0");
            request.Headers.Add("Upload-Offset", $"{offset}");
            using var answer = await http.SendAsync(request);
            answer.EnsureSuccessStatusCode();
        }
        return begun.Headers.Location!;
    }

    private static async Task CancelAsync(HttpClient http, Uri upload)
    {
        using var cancel = new HttpRequestMessage(HttpMethod.Delete, upload);
        cancel.Headers.Add("Tus-Resumable", "1.0.0");
        using var gone = await http.SendAsync(cancel);
        gone.EnsureSuccessStatusCode();
    }

    /// <summary>No table: it is received, hashed and put in its place, and nothing is read.</summary>
    private static async Task SendFormAsync(HttpClient http, string path)
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent("big"), "name" },
            { new StringContent("{\"holdout\":\"agent\"}"), "options" },
            { new StreamContent(File.OpenRead(path), 1 << 17), "files", "big.bin" },
        };
        using var answer = await http.PostAsync("/api/experiments", form);
        answer.EnsureSuccessStatusCode();
    }

    private sealed class PieceContent : HttpContent
    {
        private readonly FileStream _file;
        private readonly long _offset;
        private readonly long _length;

        public PieceContent(FileStream file, long offset, long length)
        {
            (_file, _offset, _length) = (file, offset, length);
            Headers.ContentType = new MediaTypeHeaderValue("application/offset+octet-stream");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            var buffer = new byte[1 << 17];
            for (var sent = 0L; sent < _length; )
            {
                var wanted = (int)Math.Min(buffer.Length, _length - sent);
                // Not the client is measured, so it goes no detours.
                var read = RandomAccess.Read(_file.SafeFileHandle, buffer.AsSpan(0, wanted), _offset + sent);
                await stream.WriteAsync(buffer.AsMemory(0, read));
                sent += read;
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _length;
            return true;
        }
    }
}
