"""Reaches for the zygote that forked this step, and with it for every later step."""

import os
import resource
import signal

from attack import refused, report, syscall

runner = os.getppid()
refused("writing the runner's memory", "non-dumpable runner", lambda: open(f"/proc/{runner}/mem", "r+b"))
refused("reading the runner's memory", "non-dumpable runner", lambda: open(f"/proc/{runner}/mem", "rb"))
refused("reading the runner's map", "non-dumpable runner", lambda: open(f"/proc/{runner}/maps").read(1))
refused("listing the runner's descriptors", "non-dumpable runner", lambda: os.listdir(f"/proc/{runner}/fd"))
refused("opening the runner's stdout", "non-dumpable runner", lambda: open(f"/proc/{runner}/fd/1", "wb"))
refused("the runner's working directory", "non-dumpable runner", lambda: os.readlink(f"/proc/{runner}/cwd"))
refused("taking the runner's descriptor", "seccomp", lambda: syscall(438, os.pidfd_open(runner), 1, 0))
refused("process_vm_readv", "seccomp", lambda: syscall(310, runner, 0, 0, 0, 0, 0))
for name in ("RLIMIT_NOFILE", "RLIMIT_CPU", "RLIMIT_AS", "RLIMIT_FSIZE"):
    refused(f"lowering the runner's {name}, which later steps inherit", "seccomp",
            lambda name=name: resource.prlimit(runner, getattr(resource, name), (1, 1)))
refused("lowering the runner's priority", "seccomp", lambda: os.setpriority(os.PRIO_PROCESS, runner, 19))
refused("scheduling the runner when nothing else runs", "seccomp",
        lambda: os.sched_setscheduler(runner, os.SCHED_IDLE, os.sched_param(0)))
os.sched_setaffinity(runner, {min(os.sched_getaffinity(0))})
for number in (signal.SIGINT, signal.SIGCHLD, signal.SIGWINCH, signal.SIGURG):
    os.kill(runner, number)
os.kill(1, signal.SIGTERM)
report("signals that the runner does not die of", True, "runner ignores them; the next step runs")
