using System.Text.Json;
using Trainable.Server.Platform;
using Trainable.Server.Platform.Linux;
using Trainable.Server.Sandboxes;

namespace Trainable.Server.Referee.Files;

/// <summary>What a harness script answered. <see cref="Error"/> is set when the object could not be loaded or run.</summary>
internal sealed record HarnessResult(JsonElement? Result, string? Error)
{
    /// <summary>What the script found wrong with the object's output, for the agent: no values of rows.</summary>
    /// <remarks>The object judged runs beside the script and may have written the file itself.</remarks>
    public IEnumerable<(string Code, string Message)> Problems =>
        Result is { } result
        && result.TryGetProperty("problems", out var problems)
        && problems.ValueKind == JsonValueKind.Array
            ? problems.EnumerateArray().Select(problem => (Text(problem, "code"), Text(problem, "message")))
            : [];

    /// <summary>A classifier's labels in the order of its probabilities; null when it said none.</summary>
    public IReadOnlyList<string>? Classes =>
        Result is { } result
        && result.TryGetProperty("classes", out var classes)
        && classes.ValueKind == JsonValueKind.Array
            ? [.. classes.EnumerateArray().Select(item => item.ToString())]
            : null;

    public bool HasProbabilities =>
        Result is { } result && result.TryGetProperty("has_proba", out var has) && has.ValueKind == JsonValueKind.True;

    private static string Text(JsonElement problem, string name) =>
        problem.ValueKind == JsonValueKind.Object
        && problem.TryGetProperty(name, out var text)
        && text.ValueKind == JsonValueKind.String
            ? text.GetString()!
            : "unreadable";
}

/// <summary>
/// Runs <c>python/referee/*.py</c> on an agent's object: in the room of its session, which waits a little for the next check,
/// or in a sandbox that lives for the one script.
/// </summary>
internal sealed class RefereeHarness(
    ISandboxRuntime runtime,
    SandboxOptions options,
    TrainableHome home,
    TimeProvider time,
    ILogger<RefereeHarness> logger
) : IAsyncDisposable
{
    public const string In = "/referee/in";
    public const string Out = "/referee/out";

    private const int MaxResultBytes = 8 << 20;

    /// <summary>From a check that passed to what is measured after it, and from one that failed to the next, as scripts mend it.</summary>
    private static readonly WarmLimits Limits = new(Idle: TimeSpan.FromSeconds(20), Most: 8);

    private readonly WarmPool<HarnessRoom> _rooms = new(Limits, time, logger);

    /// <summary>A bench in the session's room; one of its own where the room is taken, or has seen what this must not.</summary>
    /// <param name="session">Whose objects are judged.</param>
    /// <param name="forHeldRows">Whether its scripts see held rows. No word of theirs may reach an agent then.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public async Task<Workbench> BenchAsync(Guid session, bool forHeldRows, CancellationToken cancellation)
    {
        var lease = await _rooms.BorrowAsync(
            session,
            session,
            () => Task.FromResult(new HarnessRoom(runtime, options, home)),
            cancellation
        );
        if (lease.Warm.TryTake(forHeldRows, lease.Dispose) is { } bench)
            return bench;
        lease.Dispose();
        return new Workbench(home);
    }

    /// <summary>Ends the session's room: what was measured is measured.</summary>
    public Task CloseAsync(Guid session) => _rooms.CloseAsync(session);

    public ValueTask DisposeAsync() => _rooms.DisposeAsync();

    public async Task<HarnessResult> RunAsync(
        string script,
        IReadOnlyList<string> arguments,
        Workbench bench,
        CancellationToken cancellation
    )
    {
        if (bench.Room is not { } room)
        {
            await using var single = await runtime.OpenAsync(Spec(bench, options), cancellation);
            return await RunAsync(single, script, arguments, bench, cancellation);
        }
        return await RunAsync(await room.SandboxAsync(cancellation), script, arguments, bench, cancellation);
    }

    /// <summary>A sandbox that sees the bench.</summary>
    public static SandboxSpec Spec(Workbench bench, SandboxOptions options) =>
        new()
        {
            Name = $"referee-{Guid.CreateVersion7():N}",
            Mounts =
            [
                new SandboxMount(bench.In, In, Writable: false),
                new SandboxMount(bench.Out, Out, Writable: true),
            ],
            MemoryBytes = options.MemoryBytes,
            Preload = false,
        };

    private async Task<HarnessResult> RunAsync(
        ISandbox sandbox,
        string script,
        IReadOnlyList<string> arguments,
        Workbench bench,
        CancellationToken cancellation
    )
    {
        var step = new SandboxScript
        {
            Path = $"/opt/trainable/referee/{script}",
            WorkingDirectory = Out,
            Arguments = [.. arguments, "--out", Out],
        };
        StepEnded? ended = null;
        await foreach (var item in sandbox.RunAsync(step, options.StepLimits, cancellation))
            ended = item as StepEnded ?? ended;
        cancellation.ThrowIfCancellationRequested();
        return Read(bench, ended!);
    }

    private static HarnessResult Read(Workbench bench, StepEnded ended)
    {
        if (ReadResult(bench) is not { } result)
            return new HarnessResult(null, ended.Sentence);
        if (result.TryGetProperty("error", out var error))
            return new HarnessResult(
                null,
                error.ValueKind == JsonValueKind.String ? error.GetString() : ended.Sentence
            );
        return ended.Outcome == StepOutcome.Ok
            ? new HarnessResult(result, null)
            : new HarnessResult(null, ended.Sentence);
    }

    /// <summary>The result file, which hostile code may have written: an object of bounded size, or nothing.</summary>
    private static JsonElement? ReadResult(Workbench bench)
    {
        using var root = BeneathRoot.Open(bench.Out);
        var opened = root.OpenFile("result.json");
        if (opened.Handle is null)
            return null;
        using var file = new FileStream(opened.Handle, FileAccess.Read);
        if (file.Length > MaxResultBytes)
            return null;
        try
        {
            using var document = JsonDocument.Parse(file);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null; // Whoever called says what the step itself ended with.
        }
    }
}
