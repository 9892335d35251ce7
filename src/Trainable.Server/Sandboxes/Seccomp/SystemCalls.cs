using System.Runtime.InteropServices;

namespace Trainable.Server.Sandboxes.Seccomp;

/// <summary>System call numbers by name, from the kernel's <c>unistd_64.h</c> and <c>asm-generic/unistd.h</c>.</summary>
internal sealed class SystemCalls
{
    // Name, number on x86-64, number on 64-bit ARM (−1: the call does not exist there).
    private static readonly (string Name, int X64, int Arm64)[] Table =
    [
        ("acct", 163, 89),
        ("add_key", 248, 217),
        ("adjtimex", 159, 171),
        ("bpf", 321, 280),
        ("chmod", 90, -1),
        ("chroot", 161, 51),
        ("clock_adjtime", 305, 266),
        ("clock_settime", 227, 112),
        ("clone", 56, 220),
        ("clone3", 435, 435),
        ("creat", 85, -1),
        ("create_module", 174, -1),
        ("delete_module", 176, 106),
        ("fanotify_init", 300, 262),
        ("fchmod", 91, 52),
        ("fchmodat", 268, 53),
        ("fchmodat2", 452, 452),
        ("finit_module", 313, 273),
        ("fsconfig", 431, 431),
        ("fsmount", 432, 432),
        ("fsopen", 430, 430),
        ("fspick", 433, 433),
        ("init_module", 175, 105),
        ("inotify_init", 253, -1),
        ("inotify_init1", 294, 26),
        ("io_uring_enter", 426, 426),
        ("io_uring_register", 427, 427),
        ("io_uring_setup", 425, 425),
        ("ioctl", 16, 29),
        ("ioperm", 173, -1),
        ("iopl", 172, -1),
        ("ioprio_set", 251, 30),
        ("kcmp", 312, 272),
        ("kexec_file_load", 320, 294),
        ("kexec_load", 246, 104),
        ("keyctl", 250, 219),
        ("lookup_dcookie", 212, 18),
        ("mbind", 237, 235),
        ("migrate_pages", 256, 238),
        ("mknod", 133, -1),
        ("mknodat", 259, 33),
        ("modify_ldt", 154, -1),
        ("mount", 165, 40),
        ("mount_setattr", 442, 442),
        ("move_mount", 429, 429),
        ("move_pages", 279, 239),
        ("mq_open", 240, 180),
        ("msgget", 68, 186),
        ("name_to_handle_at", 303, 264),
        ("nfsservctl", 180, 42),
        ("open", 2, -1),
        ("open_by_handle_at", 304, 265),
        ("open_tree", 428, 428),
        ("open_tree_attr", 467, 467),
        ("openat", 257, 56),
        ("openat2", 437, 437),
        ("perf_event_open", 298, 241),
        ("personality", 135, 92),
        ("pidfd_getfd", 438, 438),
        ("pivot_root", 155, 41),
        ("prlimit64", 302, 261),
        ("process_madvise", 440, 440),
        ("process_vm_readv", 310, 270),
        ("process_vm_writev", 311, 271),
        ("ptrace", 101, 117),
        ("quotactl", 179, 60),
        ("quotactl_fd", 443, 443),
        ("reboot", 169, 142),
        ("request_key", 249, 218),
        ("sched_setattr", 314, 274),
        ("sched_setparam", 142, 118),
        ("sched_setscheduler", 144, 119),
        ("semget", 64, 190),
        ("setdomainname", 171, 162),
        ("sethostname", 170, 161),
        ("setns", 308, 268),
        ("setpriority", 141, 140),
        ("setsockopt", 54, 208),
        ("settimeofday", 164, 170),
        ("shmget", 29, 194),
        ("socket", 41, 198),
        ("socketpair", 53, 199),
        ("swapoff", 168, 225),
        ("swapon", 167, 224),
        ("syslog", 103, 116),
        ("umount2", 166, 39),
        ("unshare", 272, 97),
        ("uselib", 134, -1),
        ("userfaultfd", 323, 282),
        ("vhangup", 153, 58),
        ("vmsplice", 278, 75),
    ];

    private const uint AuditArchX64 = 0xC000_003E;
    private const uint AuditArchArm64 = 0xC000_00B7;

    private readonly Dictionary<string, int> _numbers;

    private SystemCalls(uint auditArchitecture, Func<(string Name, int X64, int Arm64), int> number)
    {
        AuditArchitecture = auditArchitecture;
        _numbers = Table.ToDictionary(row => row.Name, number, StringComparer.Ordinal);
    }

    /// <summary>How seccomp names the calling convention; other conventions have other numbers and get no further.</summary>
    public uint AuditArchitecture { get; }

    /// <summary>Null on an architecture this table does not know.</summary>
    public static SystemCalls? Of(Architecture architecture) =>
        architecture switch
        {
            Architecture.X64 => new SystemCalls(AuditArchX64, row => row.X64),
            Architecture.Arm64 => new SystemCalls(AuditArchArm64, row => row.Arm64),
            _ => null,
        };

    /// <summary>Null when the architecture does not have this call.</summary>
    /// <exception cref="KeyNotFoundException">The table lacks the name: a mistake in the policy.</exception>
    public int? Number(string name) => _numbers[name] is var number && number >= 0 ? number : null;
}
