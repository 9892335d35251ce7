namespace Trainable.Server.Sandboxes.Seccomp;

/// <summary>
/// The seccomp profile of a container that this server runs in (<c>deploy/seccomp.json</c>). It is <see cref="SeccompPolicy"/>
/// less what bubblewrap needs to make a sandbox within, which gets the whole policy. Docker's own default profile refuses new
/// namespaces and mounts, and with them every sandbox.
/// </summary>
internal static class ContainerProfile
{
    private const int NotPermitted = 1; // EPERM
    private const int FamilyNotSupported = 97; // EAFNOSUPPORT
    private const uint VirtualMachineSocket = 40; // AF_VSOCK reaches the hypervisor in spite of the network namespace.

    /// <summary>What bubblewrap does before its filter is in place; within a user namespace it gives rights over the sandbox alone.</summary>
    private static readonly HashSet<string> Needed = new(StringComparer.Ordinal)
    {
        "mount",
        "umount2",
        "pivot_root",
        "unshare",
        "setns",
        // The shell and the runtime use them of old.
        "chroot",
        "personality",
        "sethostname",
        "syslog",
    };

    public static string Json() =>
        SeccompProfile.Encode([
            // A rule with a condition is of the sandbox alone: set-user-id bits, other families of sockets, other processes.
            .. SeccompPolicy.Rules.Where(rule =>
                rule.When is [] && rule.Error == NotPermitted && !Needed.Contains(rule.Call)
            ),
            new SeccompRule(
                "socket",
                FamilyNotSupported,
                new SeccompCondition(0, SeccompTest.OneOf, VirtualMachineSocket)
            ),
        ]);
}
