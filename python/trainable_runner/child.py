"""The forked child, from the fork to the end of the script."""

from __future__ import annotations

import fcntl
import gc
import io
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass
from typing import Dict, NoReturn

from trainable_runner import processes
from trainable_runner.request import RunRequest
from trainable_runner.script import run_script

RECORD_FD = 3
CONTROL_FD = 4
# What sysexits.h calls an internal software error: the script never started.
SETUP_FAILED = 70


@dataclass(frozen=True)
class ChildEnds:
    """The descriptors a child takes over: the writing ends of its output pipes, the reading end of its control pipe."""

    stdout: int
    stderr: int
    record: int
    control: int


def become_step(ends: ChildEnds) -> NoReturn:
    """Turn a process that was just forked into a step; never returns.

    The control pipe brings a request, as a line of JSON, and then the byte that opens the gate. Its end before that
    means that nobody wants the step any more.
    """
    code = SETUP_FAILED
    try:
        record_inode = _prepare(ends)
        control = os.fdopen(CONTROL_FD, "rb", buffering=0)
        line = control.readline()
        if line:
            request = RunRequest.from_json(line)
            _adopt(request, record_inode)
            opened = control.read(1)
            control.close()
            if opened:
                code = run_script(request.script)
    except BaseException:
        # Nothing may unwind into the zygote's own frames below us.
        os.write(2, ("runner: the step could not be set up\n" + traceback.format_exc()).encode("utf-8", "replace"))
    finally:
        os._exit(code)


def _prepare(ends: ChildEnds) -> int:
    """All that can be done before the request is known; returns the record pipe's inode."""
    # A step that kills its runner must not outlive it unseen.
    processes.die_with_parent()
    os.setsid()
    _default_signals()
    inode = _take_descriptors(ends)
    sys.stdin = sys.__stdin__ = io.open(0, encoding="utf-8", errors="backslashreplace", closefd=False)
    sys.stdout = sys.__stdout__ = _text_writer(1, "<stdout>")
    sys.stderr = sys.__stderr__ = _text_writer(2, "<stderr>")
    # The random module reseeds itself after a fork; numpy's global generator does not.
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()
    gc.enable()
    return inode


def _adopt(request: RunRequest, record_inode: int) -> None:
    _limit(request.limits)
    os.environ.pop("TRAINABLE_PID_NAMESPACE", None)
    os.environ.update(request.env)
    os.environ.update(TRAINABLE_RECORD_FD=str(RECORD_FD), TRAINABLE_RECORD_INODE=str(record_inode))
    # Both were settled when the zygote started.
    time.tzset()
    tempfile.tempdir = None
    os.chdir(request.cwd)
    sys.argv = [request.script, *request.args]
    sys.orig_argv = [sys.executable, *sys.argv]
    sys.path.append(request.cwd)
    if "multiprocessing.process" in sys.modules:
        sys.modules["multiprocessing.process"].ORIGINAL_DIR = request.cwd


def _default_signals() -> None:
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # Python ignores it, and each library then tells of a full file in its own way, or not at all.
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def _take_descriptors(ends: ChildEnds) -> int:
    """Put the child's descriptors in their places and close every other one; returns the record pipe's inode."""
    null = os.open(os.devnull, os.O_RDONLY)
    # Lifted out of the way first: one of them may sit where another belongs.
    lifted = [fcntl.fcntl(end, fcntl.F_DUPFD, CONTROL_FD + 1)
              for end in (null, ends.stdout, ends.stderr, ends.record, ends.control)]
    for place, descriptor in enumerate(lifted):
        os.dup2(descriptor, place, inheritable=place != CONTROL_FD)
    os.closerange(CONTROL_FD + 1, _highest_descriptor())
    return os.fstat(RECORD_FD).st_ino


def _highest_descriptor() -> int:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return soft if soft != resource.RLIM_INFINITY else 1 << 20


def _limit(limits: Dict[int, int]) -> None:
    processes.refuse_core_dumps()
    for which, value in limits.items():
        _, hard = resource.getrlimit(which)
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        # The kernel sends SIGXCPU at the soft limit; a second later the hard one ends those who ignore it.
        ceiling = value + 1 if which == resource.RLIMIT_CPU and hard in (resource.RLIM_INFINITY, value + 1) else value
        resource.setrlimit(which, (value, ceiling))


def _text_writer(descriptor: int, name: str) -> io.TextIOWrapper:
    """A line-buffered UTF-8 stream that writes what it cannot encode as an escape instead of failing."""
    raw = io.FileIO(descriptor, "w", closefd=False)
    raw.name = name
    writer = io.TextIOWrapper(io.BufferedWriter(raw, 64 * 1024), "utf-8", "backslashreplace", line_buffering=True)
    writer.mode = "w"
    return writer
