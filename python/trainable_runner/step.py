"""One forked process, seen from the zygote."""

from __future__ import annotations

import os
import signal
import time
from typing import Any, Dict, List, Optional, Tuple

from trainable_runner.child import ChildEnds, become_step
from trainable_runner.protocol import output_header, widen_pipe
from trainable_runner.request import RunRequest

STREAMS = ("stdout", "stderr", "record")


class Step:
    """A child that waits for a request, then at its gate, then runs a script.

    number: the host's name for the step, -1 until a request is assigned. pipes: the reading end of each output pipe
    that is still open, with the head of the messages that relay it.
    """

    def __init__(self, pid: int, control: int, readers: List[int]) -> None:
        self.pid = pid
        self.number = -1
        self.pipes: Dict[int, bytes] = dict.fromkeys(readers, b"")
        self.ended = False
        self._control: Optional[int] = control
        self._started = 0.0

    def assign(self, request: RunRequest) -> None:
        """Hand over a request. Raises BrokenPipeError when the child has died in the meantime."""
        assert self._control is not None
        # What the step before has left behind may have stopped this process in its last moments.
        os.kill(self.pid, signal.SIGCONT)
        line = memoryview(request.to_json())
        while line:
            line = line[os.write(self._control, line):]
        self.number = request.step
        self.pipes = {reader: output_header(request.step, stream) for reader, stream in zip(self.pipes, STREAMS)}
        self._started = time.monotonic()

    def open_gate(self) -> None:
        if self._control is None:
            return
        self._started = time.monotonic()
        try:
            os.write(self._control, b"\n")
        except BrokenPipeError:
            pass  # killed while it waited; wait4 will say so
        self._close_control()

    def close_pipe(self, descriptor: int) -> None:
        os.close(descriptor)
        del self.pipes[descriptor]

    def result(self, status: int, usage: Any) -> Dict[str, Any]:
        """The fields of ``exited`` from what wait4 returned: a signal shows in ``code`` as a shell shows it."""
        self.ended = True
        self._close_control()
        code = os.waitstatus_to_exitcode(status)
        return {
            "code": code if code >= 0 else 128 - code,
            "signal": max(-code, 0),
            "wall_s": round(time.monotonic() - self._started, 6),
            "user_s": round(usage.ru_utime, 6),
            "system_s": round(usage.ru_stime, 6),
            "max_rss": usage.ru_maxrss * 1024,
        }

    def discard(self) -> None:
        """Close every descriptor; a child that still waits ends itself when its control pipe does."""
        self._close_control()
        for descriptor in list(self.pipes):
            self.close_pipe(descriptor)

    def _close_control(self) -> None:
        if self._control is not None:
            os.close(self._control)
            self._control = None


def fork_step() -> Step:
    """Fork a child that waits for a request. Raises OSError when descriptors or processes have run out."""
    pipes: List[Tuple[int, int]] = []
    try:
        for _ in range(len(STREAMS) + 1):
            pipes.append(os.pipe())
        *outputs, (control_reader, control_writer) = pipes
        for reader, _ in outputs:
            os.set_blocking(reader, False)
            widen_pipe(reader)
        pid = os.fork()
    except OSError:
        for pair in pipes:
            for descriptor in pair:
                os.close(descriptor)
        raise
    if pid == 0:
        stdout, stderr, record = (writer for _, writer in outputs)
        become_step(ChildEnds(stdout, stderr, record, control_reader))
    for descriptor in (*(writer for _, writer in outputs), control_reader):
        os.close(descriptor)
    return Step(pid, control_writer, [reader for reader, _ in outputs])
