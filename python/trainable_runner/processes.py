"""What the zygote does to processes beyond its own children."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from typing import Dict, Iterator, NamedTuple, Set, Tuple

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_CHILD_SUBREAPER = 36


class ProcessStatus(NamedTuple):
    state: str
    parent: int
    session: int


def refuse_tracing() -> None:
    """Close /proc/PID/mem, /proc/PID/fd and ptrace of this process to others of the same user, its children among
    them. A forked child inherits the refusal, which also keeps steps that run side by side out of each other."""
    _prctl(PR_SET_DUMPABLE, 0)


def refuse_core_dumps() -> None:
    """Keep crashes from the machine's core dump handler, which runs as root outside every sandbox.

    A limit of nothing does not: where core_pattern names a program, the kernel minds no limit but that of one byte.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    most = 1 if hard == resource.RLIM_INFINITY else min(1, hard)
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))


def die_with_parent() -> None:
    """Have the kernel end this process when its parent ends, however that happens."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent has died, as pid 1 is in a pid namespace."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"prctl({option}): {os.strerror(number)}")


def kill_group(pid: int) -> None:
    """SIGKILL a child and its process group."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        # Killed in the instant between its fork and its setsid; we have not waited for it, so the pid is still its.
        os.kill(pid, signal.SIGKILL)


def kill_namespace() -> bool:
    """SIGKILL everything in the pid namespace but pid 1 and the caller; True when something was still alive.

    Only for a process that has a pid namespace of its own: anywhere else this would end the user's session.
    """
    try:
        os.kill(-1, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return False
    # kill() also counts zombies that pid 1 has yet to reap, which hold nothing.
    spared = {1, os.getpid()}
    return any(status.state not in "ZX" for pid, status in _processes() if pid not in spared)


def kill_step_tree(step: int, others: Set[int]) -> bool:
    """SIGKILL what a step has left on a shared machine; True when something was still alive.

    step: the pid of the step's process, which is also its session. others: the pids of steps that still run.
    Descendants that left the session and lost their parent were adopted by the caller; they bear no mark of their
    step, so they are ended only when no other step runs.
    """
    processes = dict(_processes())
    zygote = os.getpid()
    roots = {pid for pid, status in processes.items() if pid == step or status.session == step}
    if not others:
        roots |= {pid for pid, status in processes.items() if status.parent == zygote}
    alive = False
    for pid in _with_descendants(roots, processes) - {zygote, *others}:
        if processes[pid].state in "ZX":
            continue
        try:
            os.kill(pid, signal.SIGKILL)
            alive = True
        except (ProcessLookupError, PermissionError):
            continue  # gone since it was listed, or another user's by now (setuid) and out of our reach
    return alive


def _with_descendants(roots: Set[int], processes: Dict[int, ProcessStatus]) -> Set[int]:
    found, frontier = set(roots), set(roots)
    while frontier:
        frontier = {pid for pid, status in processes.items() if status.parent in frontier} - found
        found |= frontier
    return found


def _processes() -> Iterator[Tuple[int, ProcessStatus]]:
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat", "rb") as file:
                text = file.read()
        except (FileNotFoundError, ProcessLookupError):
            continue  # gone since it was listed
        # The command's name comes in parentheses and may itself hold any character.
        state, parent, _, session = text[text.rindex(b")") + 2:].split()[:4]
        yield int(entry), ProcessStatus(state.decode(), int(parent), int(session))
