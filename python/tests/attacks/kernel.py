"""System calls that a training script has no use for, by number where libc has no name for them (x86-64)."""

import ctypes
import fcntl
import os
import platform
import time

from attack import call, refused, report, syscall

refused("mounting a tmpfs", "seccomp", lambda: call("mount", b"none", b"/tmp", b"tmpfs", 0, None))
refused("remounting / writable", "seccomp", lambda: call("mount", None, b"/", None, 0x1000 | 0x20, None))
refused("unmounting /tmp", "seccomp", lambda: call("umount2", b"/tmp", 2))
refused("chroot", "seccomp", lambda: os.chroot("/tmp"))
for name, flag in (("user", 0x10000000), ("mount", 0x00020000), ("pid", 0x20000000), ("network", 0x40000000)):
    refused(f"a new {name} namespace", "seccomp", lambda flag=flag: call("unshare", flag))
refused("entering another namespace", "seccomp", lambda: call("setns", os.open("/proc/self/ns/mnt", os.O_RDONLY), 0))
refused("ptrace of the runner", "seccomp", lambda: call("ptrace", 16, os.getppid(), 0, 0))
refused("sched_setscheduler to real time", "no capabilities",
        lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50)))
refused("raising its own priority", "no capabilities", lambda: os.setpriority(os.PRIO_PROCESS, 0, -10))
refused("setting the clock", "seccomp", lambda: time.clock_settime(time.CLOCK_REALTIME, 0))
refused("becoming root", "user namespace", lambda: os.setuid(0))
refused("another group", "user namespace", lambda: os.setgroups([0]))
refused("typing into the terminal (TIOCSTI)", "seccomp", lambda: fcntl.ioctl(0, 0x5412, b"x"))
refused("sethostname", "seccomp", lambda: call("sethostname", b"owned", 5))
if platform.machine() == "x86_64":
    for name, number, arguments in (
        ("pivot_root", 155, (b"/tmp", b"/tmp")), ("clone with a user namespace", 56, (0x10000011, 0, 0, 0, 0)),
        ("clone3", 435, (0, 0)), ("keyctl", 250, (0, 0)), ("add_key", 248, (b"user", b"x", b"y", 1, -3)),
        ("bpf", 321, (0, 0, 0)), ("io_uring", 425, (8, 0)), ("userfaultfd", 323, (0,)),
        ("perf_event_open", 298, (0, 0, 0, 0, 0)), ("open_by_handle_at", 304, (-100, 0, 0)),
        ("kexec", 246, (0, 0, 0, 0)), ("init_module", 175, (0, 0, 0)),
        ("process_vm_writev", 311, (os.getppid(), 0, 0, 0, 0, 0)),
        ("fsopen", 430, (b"tmpfs", 0)), ("move_mount", 429, (0, 0, 0, 0, 0)), ("syslog", 103, (3, 0, 0)),
        ("personality", 135, (0x0040000,)), ("swapon", 167, (b"/tmp", 0)), ("iopl", 172, (3,)),
    ):
        refused(name, "seccomp", lambda number=number, arguments=arguments: syscall(number, *arguments))
before = time.time()
ctypes.CDLL(None).time(None)
report("the clock after all that", abs(time.time() - before) < 60, "seccomp")
