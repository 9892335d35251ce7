using System.Text.Json;
using System.Text.Json.Serialization;
using Trainable.Server.Platform;
using Trainable.Server.Sandboxes.ControlGroups;
using Trainable.Server.Sandboxes.Launch;

namespace Trainable.Server.Sandboxes;

/// <summary>What <c>python/sandbox_probe</c> found from inside a sandbox.</summary>
internal sealed record ProbeFacts
{
    public bool Seccomp { get; init; }
    public ulong Capabilities { get; init; }
    public bool NoNewPrivileges { get; init; }
    public bool Vsock { get; init; }
    public bool Netlink { get; init; }
    public IReadOnlyList<string> Interfaces { get; init; } = [];
    public IReadOnlyList<string> HostPaths { get; init; } = [];
    public IReadOnlyList<string> Writable { get; init; } = [];
    public int Processes { get; init; }
    public bool Namespaces { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ProbeFacts))]
internal sealed partial class ProbeJson : JsonSerializerContext;

/// <param name="Program">What isolates.</param>
/// <param name="Sentence">What it does here.</param>
/// <param name="OwnUser">Whether each sandbox gets a user id of its own.</param>
internal sealed record Isolation(string Program, string Sentence, bool OwnUser)
{
    /// <summary>Paths that look like the host's and are the sandbox's own.</summary>
    public IReadOnlyList<string> OwnPaths { get; init; } = [];
}

/// <summary>Turns what a trial sandbox could reach into sentences for <c>trainable doctor</c> and the settings page.</summary>
internal static class ProtectionReport
{
    public const string Script = "sandbox_probe/probe.py";
    private const int LongestAnswer = 64 * 1024;

    // The probe itself, bubblewrap's pid 1 and nothing of the host's.
    private const int MostProcesses = 3;

    /// <summary>Runs the probe to its end.</summary>
    /// <exception cref="UserFacingException">It did not answer; the message carries what it said on stderr.</exception>
    public static async Task<ProbeFacts> ProbeAsync(LaunchedSandbox sandbox, CancellationToken cancellation)
    {
        var errors = new Runner.ErrorTail(sandbox.Process.StandardError.BaseStream);
        var answer = new byte[LongestAnswer];
        var output = sandbox.Process.StandardOutput.BaseStream;
        var length = await output.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, cancellation);
        try
        {
            return JsonSerializer.Deserialize(answer.AsSpan(0, length), ProbeJson.Default.ProbeFacts)!;
        }
        catch (JsonException broken)
        {
            await errors.Drained.WaitAsync(cancellation);
            throw new UserFacingException(
                $"A trial sandbox did not start: {errors}. Run './trainable setup'.",
                StatusCodes.Status503ServiceUnavailable,
                broken
            );
        }
    }

    public static SandboxProtections Failed(string program, string reason) =>
        new([new(program, Active: false, Required: true, reason)]);

    public static SandboxProtections Unsafe() =>
        new([
            new(
                "isolation",
                Active: false,
                Required: true,
                "TRAINABLE_SANDBOX=unsafe: scripts run with the server's own rights, files and network."
            ),
        ]);

    public static SandboxProtections Describe(ProbeFacts facts, Isolation isolation, ControlGroupSupport groups) =>
        new([
            new(isolation.Program, Active: true, Required: true, isolation.Sentence),
            Files(facts with { HostPaths = [.. facts.HostPaths.Except(isolation.OwnPaths)] }),
            new(
                "processes",
                facts.Processes <= MostProcesses,
                Required: true,
                $"A sandbox sees {facts.Processes} processes, its own, and no process of the host."
            ),
            new(
                "network",
                facts.Interfaces is ["lo"] or [],
                Required: true,
                $"The network interfaces of a sandbox: {Join(facts.Interfaces)}."
            ),
            new(
                "privileges",
                facts is { Capabilities: 0, NoNewPrivileges: true, Namespaces: false },
                Required: true,
                "A sandbox has no capabilities, cannot gain any, and cannot make user namespaces."
            ),
            new(
                "seccomp",
                facts is { Seccomp: true, Vsock: false, Netlink: false },
                Required: true,
                "System calls that scripts have no use for are refused, vsock and netlink sockets among them."
            ),
            Groups(groups),
            Users(isolation.OwnUser),
        ]);

    private static SandboxProtection Files(ProbeFacts facts) =>
        new(
            "files",
            facts is { HostPaths: [], Writable: [] },
            Required: true,
            $"Of the host's directories a sandbox sees: {Join(facts.HostPaths)}; it can write outside its own: "
                + $"{Join(facts.Writable)}."
        );

    private static SandboxProtection Groups(ControlGroupSupport groups) =>
        new(
            "control groups",
            groups is not ControlGroupSupport.None,
            Required: false,
            groups switch
            {
                ControlGroupSupport.V1 => "Memory and processes are limited by control groups (version 1).",
                ControlGroupSupport.V2 => "Memory and processes are limited by control groups (version 2).",
                _ =>
                    "Control groups are not writable here: memory and processes are limited for each process by rlimits. "
                        + "Start the server with 'systemd-run --user --scope -p Delegate=yes' to have them.",
            }
        );

    private static SandboxProtection Users(bool own) =>
        new(
            "user",
            own || !Environment.IsPrivilegedProcess,
            Required: false,
            own ? "Each sandbox runs as a user id of its own."
                : Environment.IsPrivilegedProcess
                    ? "Sandboxes run as root inside a user namespace: the user cannot be changed here."
                : "Sandboxes run as your own user id, inside a user namespace."
        );

    private static string Join(IReadOnlyList<string> values) => values is [] ? "none" : string.Join(", ", values);
}
