using System.Text.Json;
using System.Text.Json.Nodes;

namespace Trainable.Server.Sandboxes.Seccomp;

/// <summary>
/// The seccomp profile of a container that this server runs in (<c>deploy/seccomp.json</c>), in the form that Docker and Podman
/// read. It is <see cref="SeccompPolicy"/> less what bubblewrap needs to make a sandbox within, which gets the whole policy.
/// Docker's own default profile refuses new namespaces and mounts, and with them every sandbox.
/// </summary>
internal static class ContainerProfile
{
    private const uint VirtualMachineSocket = 40; // AF_VSOCK reaches the hypervisor in spite of the network namespace.
    private const int FamilyNotSupported = 97;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, IndentSize = 2 };

    /// <summary>What bubblewrap does before its filter is in place; within a user namespace it gives rights over the sandbox alone.</summary>
    private static readonly HashSet<string> Needed = new(StringComparer.Ordinal)
    {
        "mount",
        "umount2",
        "pivot_root",
        "unshare",
        "setns",
        // The shell and the runtime use them of old, or as root does.
        "chroot",
        "personality",
        "sethostname",
        "syslog",
    };

    public static string Json()
    {
        var calls = new JsonArray();
        // A rule with a condition is of the sandbox alone: set-user-id bits, other families of sockets, watches of files.
        foreach (
            var group in SeccompPolicy
                .Rules.Where(rule => rule.When is [] && rule.Error == 1 && !Needed.Contains(rule.Call))
                .GroupBy(rule => rule.Error)
        )
            calls.Add(Refusal(group.Select(rule => rule.Call), group.Key));
        calls.Add(
            Refusal(
                ["socket"],
                FamilyNotSupported,
                new JsonObject
                {
                    ["index"] = 0,
                    ["value"] = VirtualMachineSocket,
                    ["op"] = "SCMP_CMP_EQ",
                }
            )
        );
        var profile = new JsonObject
        {
            ["defaultAction"] = "SCMP_ACT_ALLOW",
            ["architectures"] = new JsonArray("SCMP_ARCH_X86_64"),
            ["syscalls"] = calls,
        };
        return profile.ToJsonString(Indented) + "\n";
    }

    private static JsonObject Refusal(IEnumerable<string> calls, int error, params JsonNode[] arguments) =>
        new()
        {
            ["names"] = new JsonArray([.. calls.Select(call => JsonValue.Create(call))]),
            ["action"] = "SCMP_ACT_ERRNO",
            ["errnoRet"] = error,
            ["args"] = new JsonArray(arguments),
        };
}
