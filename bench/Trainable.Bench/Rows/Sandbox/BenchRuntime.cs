using Microsoft.Extensions.Logging.Abstractions;
using Trainable.Server.Platform;
using Trainable.Server.Platform.Linux;
using Trainable.Server.Sandboxes;

namespace Trainable.Bench.Rows.Sandbox;

/// <summary>The real runtime over a home of its own, and a session directory to run scripts in.</summary>
internal sealed class BenchRuntime : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("trainable-bench-").FullName;
    private readonly LocalRuntime _runtime;
    private readonly SandboxOptions _options = new();
    private readonly Guid _session = Guid.CreateVersion7();

    public BenchRuntime()
    {
        var home = new TrainableHome(Path.Combine(_root, "home"));
        Folder = TrainableHome.Make(home.Session(_session));
        _runtime = new LocalRuntime(_options, home, TimeProvider.System, NullLogger<LocalRuntime>.Instance);
    }

    /// <summary>The session's directory, on the host.</summary>
    public string Folder { get; }

    private string Inside => $"/data/sessions/{_session}";

    public ValueTask<ISandbox> OpenAsync() =>
        _runtime.OpenAsync(
            new SandboxSpec
            {
                Name = $"bench-{_session}",
                Mounts = [new SandboxMount(Folder, Inside, Writable: true)],
                MemoryBytes = _options.MemoryBytes,
            },
            CancellationToken.None
        );

    public SandboxScript Write(string name, string code)
    {
        File.WriteAllText(Path.Combine(Folder, name), code);
        return new SandboxScript { Path = $"{Inside}/{name}", WorkingDirectory = Inside };
    }

    public IAsyncEnumerable<SandboxEvent> Run(ISandbox sandbox, SandboxScript script, CancellationToken cancellation) =>
        sandbox.RunAsync(script, _options.StepLimits, cancellation);

    public void Dispose()
    {
        _runtime.Dispose();
        TreeRemoval.Delete(_root);
    }
}
