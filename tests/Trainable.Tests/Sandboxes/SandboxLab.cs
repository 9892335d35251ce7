using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Trainable.Server.Platform;
using Trainable.Server.Platform.Linux;
using Trainable.Server.Sandboxes;
using Trainable.Server.Sandboxes.ControlGroups;

namespace Trainable.Tests.Sandboxes;

/// <summary>A home of its own and the real runtime on it.</summary>
internal sealed class SandboxLab : IDisposable
{
    /// <summary>No step of these tests takes longer, on a busy machine either.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly string _root = Directory.CreateTempSubdirectory("trainable-test-").FullName;

    public SandboxLab(SandboxOptions? options = null, TimeProvider? time = null, Func<ServerGroup>? groups = null)
    {
        RequireBubblewrap();
        Home = new TrainableHome(Path.Combine(_root, "home"));
        Options = options ?? new SandboxOptions();
        var clock = time ?? TimeProvider.System;
        Runtime = new LocalRuntime(
            Options,
            Home,
            clock,
            NullLogger<LocalRuntime>.Instance,
            logger => groups is null ? ServerGroup.Open(ControlGroupLocator.OfThisProcess(), clock, logger) : groups()
        );
    }

    public TrainableHome Home { get; }

    public SandboxOptions Options { get; }

    public LocalRuntime Runtime { get; }

    public async Task<LabSession> OpenAsync(
        bool preload = false,
        long memory = 2L << 30,
        bool gpu = false,
        params IReadOnlyList<SandboxMount> mounts
    )
    {
        var id = Guid.CreateVersion7();
        TrainableHome.Make(Home.Session(id));
        var spec = new SandboxSpec
        {
            Name = $"session-{id}",
            Mounts = [new SandboxMount(Home.Session(id), $"/data/sessions/{id}", Writable: true), .. mounts],
            MemoryBytes = memory,
            Preload = preload,
            Gpu = gpu,
        };
        var sandbox = await Runtime.OpenAsync(spec, TestContext.Current.CancellationToken);
        return new LabSession(sandbox, id, Home.Session(id));
    }

    public async Task RequireControlGroupsAsync()
    {
        var protections = await Runtime.InspectAsync(TestContext.Current.CancellationToken);
        if (!protections.Items.Single(item => item.Name == "control groups").Active)
            Assert.Skip("control groups cannot be written here.");
    }

    private static void RequireBubblewrap()
    {
        if (File.Exists("/usr/bin/bwrap") && File.Exists("/usr/bin/python3"))
            return;
        if (Environment.GetEnvironmentVariable("CI") is "true")
            Assert.Fail("bubblewrap or /usr/bin/python3 is missing, and CI has to test with them.");
        Assert.Skip("bubblewrap or /usr/bin/python3 is not installed.");
    }

    public void Dispose()
    {
        Runtime.Dispose();
        TreeRemoval.Delete(_root);
    }
}

/// <summary>A sandbox with a session's directory, and the scripts that a test runs in it.</summary>
internal sealed class LabSession(ISandbox sandbox, Guid id, string directory) : IAsyncDisposable
{
    private int _scripts;

    public ISandbox Sandbox => sandbox;

    /// <summary>On the host.</summary>
    public string Directory => directory;

    public string SandboxDirectory => $"/data/sessions/{id}";

    public SandboxScript Write(string code)
    {
        var name = $"step_{Interlocked.Increment(ref _scripts):D2}.py";
        File.WriteAllText(Path.Combine(directory, name), code);
        return new SandboxScript { Path = $"{SandboxDirectory}/{name}", WorkingDirectory = SandboxDirectory };
    }

    /// <summary>Starts a step that only <paramref name="cancellation"/> or its limits end early.</summary>
    public IAsyncEnumerable<SandboxEvent> Start(string code, StepLimits? limits, CancellationToken cancellation) =>
        sandbox.RunAsync(Write(code), limits ?? new StepLimits { WallClock = SandboxLab.Limit }, cancellation);

    public Task<StepReport> RunAsync(string code, StepLimits? limits = null) =>
        StepReport.ReadAsync(Start(code, limits, TestContext.Current.CancellationToken));

    public ValueTask DisposeAsync() => sandbox.DisposeAsync();
}

/// <summary>Everything a step wrote, and its end.</summary>
internal sealed record StepReport(StepEnded Ended, string Stdout, string Stderr, string Records)
{
    public StepOutcome Outcome => Ended.Outcome;

    public static async Task<StepReport> ReadAsync(IAsyncEnumerable<SandboxEvent> events)
    {
        var streams = new Dictionary<SandboxStream, MemoryStream>
        {
            [SandboxStream.Stdout] = new(),
            [SandboxStream.Stderr] = new(),
            [SandboxStream.Record] = new(),
        };
        StepEnded? ended = null;
        await foreach (var told in events)
        {
            ended.ShouldBeNull("nothing may follow the end");
            if (told is StepOutput output)
                streams[output.Stream].Write(output.Bytes.Span);
            else
                ended = told.ShouldBeOfType<StepEnded>();
        }
        return new StepReport(
            ended.ShouldNotBeNull("every run has an end"),
            Text(SandboxStream.Stdout),
            Text(SandboxStream.Stderr),
            Text(SandboxStream.Record)
        );

        string Text(SandboxStream stream) => Encoding.UTF8.GetString(streams[stream].ToArray());
    }

    public StepReport ShouldHave(StepOutcome outcome)
    {
        Outcome.ShouldBe(outcome, $"{Ended.Sentence}\n{Stdout}\n{Stderr}");
        return this;
    }
}
