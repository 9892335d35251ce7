namespace Trainable.Server.Sandboxes.Seccomp;

internal enum SeccompTest
{
    /// <summary>A bit of the mask is set.</summary>
    AnyBit,
    OneOf,
    NoneOf,
}

/// <summary>A test of the low 32 bits of one argument, which is all that the kernel reads of those tested here.</summary>
internal sealed record SeccompCondition(int Argument, SeccompTest Test, params uint[] Values);

/// <summary>Refuses a call with an error number when every condition holds.</summary>
internal sealed record SeccompRule(string Call, int Error, params SeccompCondition[] When);

/// <summary>
/// What a script may not ask of the kernel. A list of refusals, not of permissions: numeric libraries use many calls,
/// and namespaces, no capabilities and no-new-privileges hold the rest. These are the calls by which kernels were
/// broken into, by which one process reaches into another, and those that reach past the namespaces.
/// </summary>
internal static class SeccompPolicy
{
    private const int NotPermitted = 1; // EPERM
    private const int NotImplemented = 38; // ENOSYS
    private const int ProtocolNotSupported = 93; // EPROTONOSUPPORT
    private const int FamilyNotSupported = 97; // EAFNOSUPPORT

    // CLONE_NEWTIME, NS, CGROUP, UTS, IPC, USER, PID, NET.
    private const uint NewNamespaces = 0x7E02_0080;
    private const uint Self = 0; // in place of a pid: the caller
    private const uint UnixSocket = 1;
    private const uint InternetSocket = 2;
    private const uint Internet6Socket = 10;
    private const uint AnyProtocol = 0;
    private const uint Tcp = 6;
    private const uint Udp = 17;
    private const uint TcpUpperLayer = 31; // TCP_ULP
    private const uint SocketLevel = 1; // SOL_SOCKET
    private const uint PushTerminalInput = 0x5412; // TIOCSTI
    private const uint LinuxTerminal = 0x541C; // TIOCLINUX
    private const uint SetIdBits = 0xC00; // S_ISUID | S_ISGID
    private const uint CreateFlags = 0x40_0040; // O_CREAT | __O_TMPFILE

    public static IReadOnlyList<SeccompRule> Rules { get; } =
    [
        .. Refuse(
            // Other file systems, other roots.
            ["mount", "umount2", "pivot_root", "chroot", "fsopen", "fsconfig", "fsmount", "fspick", "open_tree"],
            ["open_tree_attr", "move_mount", "mount_setattr", "quotactl", "quotactl_fd", "swapon", "swapoff"],
            ["open_by_handle_at", "name_to_handle_at", "fanotify_init"],
            // Other namespaces.
            ["unshare", "setns"],
            // Other processes.
            ["ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp", "pidfd_getfd"],
            // The kernel itself, and the parts of it with the longest history of holes.
            ["bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register"],
            ["keyctl", "add_key", "request_key", "init_module", "finit_module", "delete_module", "create_module"],
            ["kexec_load", "kexec_file_load", "reboot", "syslog", "acct", "uselib", "nfsservctl", "lookup_dcookie"],
            ["personality", "modify_ldt", "iopl", "ioperm", "vmsplice", "mbind", "move_pages", "migrate_pages"],
            ["settimeofday", "clock_settime", "clock_adjtime", "adjtimex", "vhangup", "sethostname", "setdomainname"]
        ),
        // System V IPC and message queues would outlive the step and hold its memory; watches are counted by user, and where
        // the server is not root that user is its own. Programs that find them missing do without.
        .. Lack("shmget", "semget", "msgget", "mq_open", "inotify_init", "inotify_init1"),
        new("clone", NotPermitted, AnyBit(0, NewNamespaces)),
        // Its flags lie in memory, where a filter cannot look; glibc falls back to clone.
        new("clone3", NotImplemented),
        // The runner is a process of the same user: what a step set for it every later step would inherit.
        new("prlimit64", NotPermitted, NoneOf(0, Self)),
        new("setpriority", NotPermitted, NoneOf(1, Self)),
        new("ioprio_set", NotPermitted, NoneOf(1, Self)),
        new("sched_setscheduler", NotPermitted, NoneOf(0, Self)),
        new("sched_setparam", NotPermitted, NoneOf(0, Self)),
        new("sched_setattr", NotPermitted, NoneOf(0, Self)),
        // No netlink, packet, vsock (it reaches the hypervisor in spite of the network namespace) or rarer families.
        new("socket", FamilyNotSupported, NoneOf(0, UnixSocket, InternetSocket, Internet6Socket)),
        new("socketpair", FamilyNotSupported, NoneOf(0, UnixSocket)),
        // Asking for a rarer protocol (SCTP, DCCP, MPTCP, L2TP…) makes the kernel load its module.
        new("socket", ProtocolNotSupported, NoneOf(2, AnyProtocol, Tcp, Udp)),
        // The same for what TCP can be layered with, and programs for the kernel's packet filter.
        new("setsockopt", NotPermitted, OneOf(1, Tcp), OneOf(2, TcpUpperLayer)),
        new("setsockopt", NotPermitted, OneOf(1, SocketLevel), OneOf(2, 26, 50, 51, 52)), // SO_ATTACH_…
        new("ioctl", NotPermitted, OneOf(1, PushTerminalInput, LinuxTerminal)),
        // A set-user-id file in the workspace would run as the sandbox's user for anyone on the host who reaches it.
        new("chmod", NotPermitted, AnyBit(1, SetIdBits)),
        new("fchmod", NotPermitted, AnyBit(1, SetIdBits)),
        new("fchmodat", NotPermitted, AnyBit(2, SetIdBits)),
        new("fchmodat2", NotPermitted, AnyBit(2, SetIdBits)),
        new("mknod", NotPermitted, AnyBit(1, SetIdBits)),
        new("mknodat", NotPermitted, AnyBit(2, SetIdBits)),
        new("creat", NotPermitted, AnyBit(1, SetIdBits)),
        // The mode is left-over register content unless the flags create a file.
        new("open", NotPermitted, AnyBit(1, CreateFlags), AnyBit(2, SetIdBits)),
        new("openat", NotPermitted, AnyBit(2, CreateFlags), AnyBit(3, SetIdBits)),
        new("openat2", NotImplemented),
    ];

    private static IEnumerable<SeccompRule> Refuse(params string[][] calls) =>
        calls.SelectMany(names => names).Select(name => new SeccompRule(name, NotPermitted));

    private static IEnumerable<SeccompRule> Lack(params string[] calls) =>
        calls.Select(name => new SeccompRule(name, NotImplemented));

    private static SeccompCondition AnyBit(int argument, uint mask) => new(argument, SeccompTest.AnyBit, mask);

    private static SeccompCondition OneOf(int argument, params uint[] values) =>
        new(argument, SeccompTest.OneOf, values);

    private static SeccompCondition NoneOf(int argument, params uint[] values) =>
        new(argument, SeccompTest.NoneOf, values);
}
