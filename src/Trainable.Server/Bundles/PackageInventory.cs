using System.Buffers;
using System.Text.Json;
using Trainable.Server.Platform;
using Trainable.Server.Sandboxes;

namespace Trainable.Server.Bundles;

/// <param name="Python">The interpreter's version.</param>
/// <param name="Versions">What is installed for it, by name.</param>
internal sealed record InstalledPackages(string Python, IReadOnlyDictionary<string, string> Versions);

/// <summary>Asks a sandbox what is installed for its interpreter: what scripts and models get, not what somebody noted down.</summary>
internal sealed class PackageInventory(ISandboxRuntime runtime, SandboxOptions options)
{
    public async Task<InstalledPackages> ReadAsync(CancellationToken cancellation)
    {
        await using var sandbox = await runtime.OpenAsync(
            new SandboxSpec
            {
                Name = $"packages-{Guid.CreateVersion7():N}",
                Mounts = [],
                MemoryBytes = options.MemoryBytes,
                Preload = false,
            },
            cancellation
        );
        using var about = await RunAsync(sandbox, "packages.py", cancellation);
        using var all = await RunAsync(sandbox, "distributions.py", cancellation);
        return new InstalledPackages(
            about.RootElement.GetProperty("version").GetString()!,
            all.RootElement.EnumerateArray()
                .DistinctBy(one => one.GetProperty("name").GetString()!.ToLowerInvariant())
                .ToDictionary(
                    one => one.GetProperty("name").GetString()!,
                    one => one.GetProperty("version").GetString() ?? "",
                    StringComparer.OrdinalIgnoreCase
                )
        );
    }

    private async Task<JsonDocument> RunAsync(ISandbox sandbox, string script, CancellationToken cancellation)
    {
        var output = new ArrayBufferWriter<byte>();
        StepEnded? ended = null;
        await foreach (
            var told in sandbox.RunAsync(
                new SandboxScript { Path = $"/opt/trainable/inventory/{script}", WorkingDirectory = "/tmp" },
                options.StepLimits,
                cancellation
            )
        )
        {
            if (told is StepOutput { Stream: SandboxStream.Stdout } bytes)
                output.Write(bytes.Bytes.Span);
            ended = told as StepEnded ?? ended;
        }
        cancellation.ThrowIfCancellationRequested();
        return ended!.Outcome is StepOutcome.Ok
            ? JsonDocument.Parse(output.WrittenMemory)
            : throw new UserFacingException($"The sandbox's packages could not be listed: {ended.Sentence}");
    }
}
