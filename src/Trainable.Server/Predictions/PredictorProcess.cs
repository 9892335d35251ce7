using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Trainable.Contracts;
using Trainable.Server.Platform;
using Trainable.Server.Platform.Linux;
using Trainable.Server.Referee.Files;
using Trainable.Server.Sandboxes;

namespace Trainable.Server.Predictions;

/// <summary>
/// <c>python/predictor/serve.py</c> with one model loaded, in a sandbox of its own: it sees copies of the model and the
/// pipeline and the working rows, all read-only, and the rows that it is sent. A request is a file that the host writes and a
/// line on a FIFO that names it; an answer is a line on the script's output. Whatever lies in between is the model's, so an
/// answer that does not come in time, is too long or no JSON ends the process.
/// </summary>
internal sealed class PredictorProcess : IWarm
{
    private const string Script = "/opt/trainable/predictor/serve.py";
    private const string Working = "/predictor/working";
    private const int MostAnswerBytes = 64 << 20;
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    private readonly ISandbox _sandbox;
    private readonly Workbench _bench;
    private readonly FileStream _requests;
    private readonly CancellationTokenSource _ending = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Task _reading;

    private readonly Lock _lock = new();
    private TaskCompletionSource<JsonDocument?> _answer = Waiting();
    private StepEnded? _ended;
    private int _asked;

    private PredictorProcess(
        ISandbox sandbox,
        Workbench bench,
        FileStream requests,
        SandboxScript script,
        StepLimits limits
    )
    {
        _sandbox = sandbox;
        _bench = bench;
        _requests = requests;
        _reading = Task.Run(() => ReadAsync(script, limits));
    }

    /// <summary>What the script said of columns and classes when it was ready.</summary>
    public JsonElement Facts { get; private set; }

    /// <summary>The same, as far as it fits what the host knows.</summary>
    public PredictionForm Form { get; private set; } = null!;

    public long MemoryInUse => _sandbox.MemoryInUse;

    public bool IsUsable
    {
        get
        {
            lock (_lock)
                return _ended is null && !_ending.IsCancellationRequested;
        }
    }

    /// <param name="bench">Has the model and the pipeline; it is the process's from now on.</param>
    /// <param name="terms">What is predicted from what.</param>
    /// <param name="runtime">Opens the sandbox.</param>
    /// <param name="options">Of sandboxes.</param>
    /// <param name="patience">How long the model may take to load.</param>
    /// <exception cref="UserFacingException">The model cannot be loaded, in a sentence (422).</exception>
    public static async Task<PredictorProcess> OpenAsync(
        Workbench bench,
        PredictorTerms terms,
        ISandboxRuntime runtime,
        SandboxOptions options,
        TimeSpan patience
    )
    {
        var fifo = bench.Input("requests");
        if (Libc.MakeFifo(fifo, Libc.ReadableByAll) != 0)
            throw Libc.Failure($"{fifo} could not be made");
        var mounts = new List<SandboxMount>
        {
            new(bench.In, RefereeHarness.In, Writable: false),
            new(bench.Out, RefereeHarness.Out, Writable: true),
            new(terms.WorkingFolder, Working, Writable: false),
        };
        var sandbox = await runtime.OpenAsync(
            new SandboxSpec
            {
                Name = $"predict-{Guid.CreateVersion7():N}",
                Mounts = mounts,
                MemoryBytes = options.MemoryBytes,
                Preload = false,
                // Rows come a few at a time: threads would wait for each other longer than they compute.
                Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["OMP_NUM_THREADS"] = "1" },
            },
            CancellationToken.None
        );
        PredictorProcess? process = null;
        try
        {
            string At(string path) => options.Mode is SandboxMode.Unsafe ? OnHost(mounts, path) : path;
            var script = new SandboxScript
            {
                Path = Script,
                WorkingDirectory = RefereeHarness.Out,
                Arguments =
                [
                    "--requests",
                    At($"{RefereeHarness.In}/requests"),
                    "--working",
                    At($"{Working}/{terms.WorkingFile}"),
                    "--pipeline",
                    At($"{RefereeHarness.In}/prep_pipeline.pkl"),
                    "--model",
                    At($"{RefereeHarness.In}/model.pkl"),
                    "--target",
                    terms.Target,
                    "--problem-type",
                    terms.ProblemType,
                    .. terms.PositiveClass is { } positive ? (string[])["--positive", positive] : [],
                ],
            };
            // Both ends, so that opening waits for nobody and the script sees no end before this is closed.
            var requests = new FileStream(
                fifo,
                FileMode.Open,
                FileAccess.ReadWrite,
                FileShare.ReadWrite,
                bufferSize: 0
            );
            var limits = options.StepLimits with
            {
                WallClock = Longest,
                CpuTime = null,
                DiskBytes = 1L << 30,
                DiskFiles = 10_000,
            };
            process = new PredictorProcess(sandbox, bench, requests, script, limits);
            await process.GetReadyAsync(patience);
            process.Form = PredictionForms.Of(process.Facts, terms);
            return process;
        }
        catch
        {
            if (process is not null)
                await process.DisposeAsync();
            else
                await sandbox.DisposeAsync();
            throw;
        }
    }

    /// <summary>The answer to a request, one at a time; the caller disposes it.</summary>
    /// <param name="request">What serve.py documents.</param>
    /// <param name="patience">How long it may take.</param>
    /// <param name="cancellation">Ends the waiting for a turn; a request that was sent is waited for.</param>
    /// <exception cref="UserFacingException">The model fails, in a sentence (422).</exception>
    public async Task<JsonDocument> AskAsync(JsonObject request, TimeSpan patience, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            var number = ++_asked;
            var name = $"request-{number}.json";
            await WriteAsync(name, request);
            TaskCompletionSource<JsonDocument?> waiting;
            lock (_lock)
                waiting = _ended is null ? _answer = Waiting() : throw Ended();
            // A line is never longer than what a pipe takes at once, and the one before it has been read.
            _requests.Write(Encoding.ASCII.GetBytes($"{{\"id\":{number},\"file\":\"{name}\"}}\n"));
            var answer = await AwaitAsync(waiting, patience);
            File.Delete(_bench.Input(name));
            return Check(answer, number);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _sandbox.DisposeAsync();
        await _reading;
        await _requests.DisposeAsync();
        _bench.Dispose();
    }

    private async Task GetReadyAsync(TimeSpan patience)
    {
        using var facts = await AwaitAsync(_answer, patience);
        if (facts.RootElement.TryGetProperty("ready", out var ready) && ready.ValueKind is JsonValueKind.True)
            Facts = facts.RootElement.Clone();
        else
            throw Refuse($"The model cannot be loaded: {TextOf(facts.RootElement)}");
    }

    private JsonDocument Check(JsonDocument answer, int number)
    {
        var root = answer.RootElement;
        if (
            root.ValueKind is not JsonValueKind.Object
            || !root.TryGetProperty("id", out var id)
            || id.ValueKind is not JsonValueKind.Number
            || !id.TryGetInt32(out var told)
            || told != number
        )
        {
            answer.Dispose();
            End();
            throw Unreadable();
        }
        if (!root.TryGetProperty("error", out _))
            return answer;
        using (answer)
            throw Refuse($"The model fails on these rows: {TextOf(root)}");
    }

    private async Task<JsonDocument> AwaitAsync(TaskCompletionSource<JsonDocument?> waiting, TimeSpan patience)
    {
        try
        {
            return await waiting.Task.WaitAsync(patience) ?? throw Ended();
        }
        catch (TimeoutException)
        {
            End();
            throw Refuse(
                $"The model did not answer within {patience.TotalSeconds:0} s and was stopped. Send fewer rows, or ask for no explanations."
            );
        }
    }

    private async Task WriteAsync(string name, JsonObject request)
    {
        await using var file = new FileStream(
            _bench.Input(name),
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                // The sandbox's user is another; the folder above lets nobody else in.
                UnixCreateMode = (UnixFileMode)Libc.ReadableByAll,
            }
        );
        await using var writer = new Utf8JsonWriter(file);
        request.WriteTo(writer);
    }

    private async Task ReadAsync(SandboxScript script, StepLimits limits)
    {
        var line = new ArrayBufferWriter<byte>();
        try
        {
            await foreach (var told in _sandbox.RunAsync(script, limits, _ending.Token))
            {
                if (told is StepOutput { Stream: SandboxStream.Stdout } output)
                    Take(line, output.Bytes.Span);
                else if (told is StepEnded ended)
                    Finish(ended);
            }
        }
        catch (Exception lost) when (lost is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Closed while it was starting; whoever waits is told so below.
        }
        Finish(null);
    }

    private void Take(ArrayBufferWriter<byte> line, ReadOnlySpan<byte> bytes)
    {
        while (bytes.IndexOf((byte)'\n') is >= 0 and var end)
        {
            line.Write(bytes[..end]);
            Deliver(line.WrittenMemory);
            line.Clear();
            bytes = bytes[(end + 1)..];
        }
        line.Write(bytes);
        if (line.WrittenCount <= MostAnswerBytes)
            return;
        line.Clear();
        End();
    }

    private void Deliver(ReadOnlyMemory<byte> line)
    {
        JsonDocument? answer = null;
        try
        {
            answer = JsonDocument.Parse(line.ToArray());
        }
        catch (JsonException)
        {
            End(); // Whoever waits is told that the answer could not be read.
        }
        lock (_lock)
            if (answer is not null && !_answer.TrySetResult(answer))
                answer.Dispose(); // An answer that nobody asked for.
    }

    private void Finish(StepEnded? ended)
    {
        lock (_lock)
        {
            _ended ??=
                ended
                ?? new StepEnded
                {
                    Outcome = StepOutcome.Lost,
                    Wall = TimeSpan.Zero,
                    Sentence = "it was stopped",
                };
            _answer.TrySetResult(null);
        }
    }

    private void End() => _ending.Cancel();

    private UserFacingException Ended()
    {
        lock (_lock)
            return _ended?.Outcome switch
            {
                StepOutcome.OutOfMemory => Refuse(
                    "The model needs more memory than it may have. Send fewer rows at a time."
                ),
                StepOutcome.Cancelled or StepOutcome.Lost or null => Unreadable(),
                _ => Refuse(
                    "The model ended the program that runs it. Send the rows again; if it does so again, train anew."
                ),
            };
    }

    private static UserFacingException Unreadable() =>
        Refuse("The model's program gave no answer that can be read and was stopped. Send the rows again.");

    private static string TextOf(JsonElement root) =>
        root.ValueKind is JsonValueKind.Object
        && root.TryGetProperty("error", out var error)
        && error.ValueKind is JsonValueKind.String
            ? error.GetString()!
            : "it gave no reason.";

    private static UserFacingException Refuse(string sentence) =>
        new(sentence, StatusCodes.Status422UnprocessableEntity);

    private static string OnHost(List<SandboxMount> mounts, string path)
    {
        var mount = mounts.First(one => path.StartsWith(one.SandboxPath + "/", StringComparison.Ordinal));
        return mount.HostPath + path[mount.SandboxPath.Length..];
    }

    private static TaskCompletionSource<JsonDocument?> Waiting() =>
        new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>What a session's model predicts, and from what.</summary>
internal sealed record PredictorTerms
{
    public required Guid Session { get; init; }
    public required string Target { get; init; }

    /// <summary>One of <see cref="Contracts.ProblemTypes"/>.</summary>
    public required string ProblemType { get; init; }
    public string? PositiveClass { get; init; }

    /// <summary>The folder of the working rows, and their file in it.</summary>
    public required string WorkingFolder { get; init; }
    public required string WorkingFile { get; init; }

    /// <summary>Every raw column, the target among them.</summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>Whether the rows were made of images.</summary>
    public required bool OfImages { get; init; }

    /// <summary>Changes when the model or the pipeline does.</summary>
    public required string Version { get; init; }

    /// <summary>Whether either was written after the run whose model was measured.</summary>
    public required bool IsNotAsMeasured { get; init; }
}
