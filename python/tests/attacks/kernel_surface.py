"""Corners of the kernel that a list of refusals forgets: what loads modules, outlives a step, is counted by user."""

import ctypes
import os
import platform
import resource
import signal
import socket
import subprocess
import sys

from attack import call, refused, report, syscall

for name, protocol in (("SCTP", 132), ("DCCP", 33), ("MPTCP", 262), ("UDP-Lite", 136), ("L2TP", 115), ("ICMP", 1)):
    kind = socket.SOCK_STREAM if protocol in (132, 262) else 6 if protocol == 33 else socket.SOCK_DGRAM
    refused(f"loading the kernel's {name} by asking for a socket", "seccomp",
            lambda kind=kind, protocol=protocol: socket.socket(socket.AF_INET, kind, protocol))
with socket.socket() as plain:
    refused("TCP's upper layers (TCP_ULP)", "seccomp", lambda: plain.setsockopt(6, 31, b"tls"))
    refused("a packet filter of its own (SO_ATTACH_FILTER)", "seccomp", lambda: plain.setsockopt(1, 26, b"\0" * 16))
    refused("another filter (SO_ATTACH_BPF)", "seccomp", lambda: plain.setsockopt(1, 50, b"\0" * 4))
refused("System V shared memory, which would outlive the step", "seccomp", lambda: call("shmget", 0x1234, 4096, 0o1666))
refused("System V messages", "seccomp", lambda: call("msgget", 0x1234, 0o1666))
refused("System V semaphores", "seccomp", lambda: call("semget", 0x1234, 1, 0o1666))
refused("POSIX message queues", "seccomp", lambda: call("mq_open", b"/x", os.O_CREAT | os.O_RDWR, 0o666, None))
refused("inotify, whose watches are counted by user", "seccomp", lambda: call("inotify_init1", 0))
refused("pseudo-terminals, which are counted over the machine", "no /dev/ptmx", os.openpty)
program = os.open("/usr/bin/env", os.O_RDONLY)
refused("a lease on a file of the system's", "user namespace", lambda: call("fcntl", program, 1024, 1))
core = resource.getrlimit(resource.RLIMIT_CORE)
report("crashing into the machine's core dump handler", core in ((0, 0), (1, 1)),
       "RLIMIT_CORE of one byte, which a handler's pipe minds too", core)
crash = subprocess.run([sys.executable, "-c", "import os; os.abort()"], check=False)
report("a crash's core file", crash.returncode == -signal.SIGABRT and not os.path.exists("core"), "RLIMIT_CORE")
for name in ("NOFILE", "FSIZE", "CORE"):
    which = getattr(resource, f"RLIMIT_{name}")
    hard = resource.getrlimit(which)[1]
    if hard == resource.RLIM_INFINITY:
        continue
    try:
        resource.setrlimit(which, (hard + 1, hard + 1))
        report(f"raising RLIMIT_{name}", False, "hard limit", resource.getrlimit(which))
    except (OSError, ValueError) as error:
        report(f"raising RLIMIT_{name}", True, "hard limit", error)
libc = ctypes.CDLL(None, use_errno=True)
PR_SET_MM, PR_SET_SECUREBITS, PR_CAPBSET_READ, PR_CAP_AMBIENT = 35, 28, 23, 47
report("prctl: moving its own memory map", libc.prctl(PR_SET_MM, 1, 0x400000, 0, 0) < 0, "no capabilities")
report("prctl: securebits", libc.prctl(PR_SET_SECUREBITS, 1, 0, 0, 0) < 0, "no capabilities")
report("prctl: an ambient capability", libc.prctl(PR_CAP_AMBIENT, 2, 21, 0, 0) < 0, "no capabilities")
bounding = [number for number in range(41) if libc.prctl(PR_CAPBSET_READ, number, 0, 0, 0) == 1]
report("capabilities left in the bounding set", not bounding, "dropped", bounding)
# Terminates a runner that reads names of processes carelessly: the next step tells.
libc.prctl(15, b") R 1 1 1\nNSpi", 0, 0, 0)
report("a process name that looks like the end of one", True, "parsed from the last parenthesis")
if platform.machine() == "x86_64":
    descriptor = syscall(319, b"program", 0)  # memfd_create
    with open("/usr/bin/true", "rb") as program:
        os.write(descriptor, program.read())
    child = subprocess.run([f"/proc/self/fd/{descriptor}"], pass_fds=[descriptor], check=False)
    with open("/proc/self/status") as status:
        seccomp = [line.split()[1] for line in status if line.startswith("Seccomp:")]
    report("a program run from memory alone", child.returncode == 0 and seccomp == ["2"],
           "allowed; the filter is inherited", child)
    for name, number, arguments in (
        ("process_vm_readv", 310, (os.getppid(), 0, 0, 0, 0, 0)), ("process_madvise", 440, (0, 0, 0, 0, 0)),
        ("fanotify_init", 300, (0, 0)), ("request_key", 249, (b"user", b"x", 0, 0)), ("kcmp", 312, (1, 2, 0, 0, 0)),
        ("quotactl", 179, (0, 0, 0, 0)), ("acct", 163, (b"/tmp/acct",)), ("vmsplice", 278, (1, 0, 0, 0)),
        ("mount_setattr", 442, (-100, b"/", 0, 0, 0)), ("open_tree", 428, (-100, b"/", 1)),
        ("name_to_handle_at", 303, (-100, b"/", 0, 0, 0)), ("move_pages", 279, (0, 0, 0, 0, 0, 0)),
        ("clone with a time namespace", 56, (0x00000091, 0, 0, 0, 0)),
    ):
        refused(name, "seccomp", lambda number=number, arguments=arguments: syscall(number, *arguments))
    refused("a call of the x32 convention", "seccomp", lambda: syscall(0x40000000 | 39))
