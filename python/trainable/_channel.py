"""The record channel: how a script's records reach the host.

The runner gives a step a pipe (``TRAINABLE_RECORD_FD``) and names it by inode (``TRAINABLE_RECORD_INODE``). A process
that inherits the environment but not the descriptor, such as a worker started by multiprocessing's *spawn*, may have
something else under that number: the inode tells, and such a process prints its records instead.

Writing to the pipe costs a system call and wakes the reader, which a tight training loop would notice. So a line is
written at once when the last write is a little while ago, and otherwise joins a batch that goes out with a later line
or, about ``FLUSH_INTERVAL_S`` later, from a small thread. A process killed without notice loses no more than what it
logged in that time.
"""

from __future__ import annotations

import atexit
import os
import stat
import sys
import threading
from collections import deque
from time import monotonic
from typing import Deque, List, Optional

# A write of at most this size is atomic (pipe(7)), so processes that share the pipe never tear each other's lines.
PIPE_BUF = 4096
# Lines closer together than this are batched: 200 writes a second are not felt, 40,000 are.
BATCH_WINDOW_S = 0.005
# How long a last line of a burst may wait. The thread then needs the interpreter's lock, up to 5 ms more.
FLUSH_INTERVAL_S = 0.01
# The thread ends after this many rounds with nothing to do and is started again when needed.
IDLE_ROUNDS = 50
# More lines than this wait only when the reader has stopped; then the script has to wait as well.
MAX_PENDING_LINES = 100_000


class RecordChannel:
    """Writes record lines to the host's pipe, or to stdout where there is none. Safe with threads and forks."""

    def __init__(self) -> None:
        self._reset()

    def _reset(self) -> None:
        self._descriptor: Optional[int] = None
        self._opened = False
        self._buffered = False
        self._shared = False
        self._pending: Deque[str] = deque()
        self._write_lock = threading.Lock()
        self._next_write = 0.0
        self._flusher: Optional[threading.Thread] = None
        self._flusher_stop = threading.Event()

    def write(self, line: str) -> None:
        """Send one line of JSON, which must end with a newline."""
        self._pending.append(line)
        if monotonic() >= self._next_write:
            self._write_pending(wait=False)
        elif self._flusher is None:
            self._start_flusher()

    def flush(self) -> None:
        """Write every line that is waiting; blocks while the pipe is full."""
        self._write_pending(wait=True)

    def _write_pending(self, wait: bool) -> None:
        # Whoever finds the lock taken may leave the line to the flusher: a signal handler that logs while its own
        # thread is writing would otherwise wait for itself.
        wait = wait or len(self._pending) > MAX_PENDING_LINES
        if not self._write_lock.acquire(blocking=wait):
            if self._flusher is None:
                self._start_flusher()
            return
        try:
            if not self._opened:
                self._open()
            while self._pending:
                self._send(self._take())
            if self._buffered:
                self._next_write = monotonic() + BATCH_WINDOW_S
        finally:
            self._write_lock.release()

    def _take(self) -> List[str]:
        pending = self._pending
        return [pending.popleft() for _ in range(len(pending))]

    def _open(self) -> None:
        self._descriptor = _inherited_descriptor()
        # A forked worker leaves through os._exit and would lose what it buffered: only the step's own process, which
        # leads its session and runs exit handlers, buffers.
        leader = os.getsid(0) == os.getpid()
        self._buffered = self._descriptor is not None and leader
        self._shared = self._shared or not leader
        self._opened = True

    def _send(self, lines: List[str]) -> None:
        if self._descriptor is None:
            sys.stdout.write("".join(lines))
            sys.stdout.flush()
            return
        # Alone on the pipe, one write for all: after each of many, the flusher would wait for the interpreter's lock.
        chunks = _chunks(lines) if self._shared else ["".join(lines).encode("ascii")]
        for position, chunk in enumerate(chunks):
            try:
                _write_all(self._descriptor, chunk)
            except OSError as error:
                print(f"trainable: the record channel is gone ({error}); printing records instead", file=sys.stderr)
                self._descriptor, self._buffered = None, False
                sys.stdout.write(b"".join(chunks[position:]).decode("ascii"))
                sys.stdout.flush()
                return

    def _start_flusher(self) -> None:
        self._flusher_stop = threading.Event()
        flusher = threading.Thread(
            target=self._flush_regularly, args=(self._flusher_stop,), name="trainable-records", daemon=True
        )
        self._flusher = flusher
        flusher.start()

    def _flush_regularly(self, stop: threading.Event) -> None:
        idle = 0
        while idle < IDLE_ROUNDS:
            if stop.wait(FLUSH_INTERVAL_S):
                return
            idle = 0 if self._pending else idle + 1
            # While lines keep coming, those who write them take the earlier ones along.
            if self._pending and monotonic() >= self._next_write:
                self.flush()
        self._flusher = None
        # A line that arrived just before the thread was seen to be gone would wait for the next one.
        self.flush()

    def before_fork(self) -> None:
        """Leave no thread, no held lock and no waiting line for the child to inherit."""
        flusher = self._flusher
        if flusher is not None:
            self._flusher_stop.set()
            flusher.join()
            self._flusher = None
        if self._pending:
            self.flush()
        self._shared = True
        self._write_lock.acquire()

    def after_fork_in_parent(self) -> None:
        self._write_lock.release()

    def after_fork_in_child(self) -> None:
        self._reset()


def _inherited_descriptor() -> Optional[int]:
    """The record pipe's descriptor, or None when this process has none."""
    number, inode = os.environ.get("TRAINABLE_RECORD_FD"), os.environ.get("TRAINABLE_RECORD_INODE")
    if not number:
        return None
    try:
        status = os.fstat(int(number))
    except (OSError, ValueError):
        return None
    if inode and (not stat.S_ISFIFO(status.st_mode) or str(status.st_ino) != inode):
        return None
    return int(number)


def _chunks(lines: List[str]) -> List[bytes]:
    """Join lines into chunks of at most PIPE_BUF bytes; a line longer than that makes a chunk of its own."""
    joined = "".join(lines).encode("ascii")
    if len(joined) <= PIPE_BUF:
        return [joined]
    chunks: List[bytes] = []
    start = 0
    while len(joined) - start > PIPE_BUF:
        end = joined.rfind(b"\n", start, start + PIPE_BUF) + 1
        if end == 0:
            end = joined.index(b"\n", start) + 1
        chunks.append(joined[start:end])
        start = end
    chunks.append(joined[start:])
    return [chunk for chunk in chunks if chunk]


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view):]


channel = RecordChannel()
atexit.register(channel.flush)
os.register_at_fork(
    before=channel.before_fork,
    after_in_parent=channel.after_fork_in_parent,
    after_in_child=channel.after_fork_in_child,
)
