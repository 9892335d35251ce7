"""The zygote: forks a child for each script, relays its output and reports how it ended.

One thread, one poll loop. Results come from its own ``wait4``, never from a child, and a child holds no descriptor of
the zygote's: whatever a step does, it cannot forge a message.
"""

from __future__ import annotations

import json
import os
import platform
import select
import signal
import sys
import time
from typing import Any, Dict, NoReturn, Sequence, Set

from trainable_runner import processes
from trainable_runner.options import parse
from trainable_runner.preload import preload
from trainable_runner.protocol import READ_SIZE, HostConnection
from trainable_runner.request import BadRequest, RunRequest, parse_run, step_of
from trainable_runner.step import Step, fork_step

# A script that writes line by line would otherwise wake this process, and the host, for every line: what arrives this
# soon after something was passed on waits for company. The first byte after a pause never waits, nor does a flood.
GATHER_S = 0.002
GATHER_BELOW = 64 * 1024
# How long "kill all" waits for what it killed to be gone. Exiting takes milliseconds, freeing much memory longer.
CLEAR_TIMEOUT_S = 5.0
CLEAR_ROUND_S = 0.001


class Zygote:
    def __init__(self, host: HostConnection, wakeup: int, own_namespace: bool) -> None:
        self._host = host
        self._wakeup = wakeup
        self._own_namespace = own_namespace
        self._steps: Dict[int, Step] = {}
        self._running: Dict[int, Step] = {}
        self._readers: Dict[int, Step] = {}
        self._spare: Step | None = None
        self._announced = False
        self._processors = os.sched_getaffinity(0)
        self._buffer = bytearray(READ_SIZE)
        self._gathering_until = 0.0
        self._poll = select.poll()
        self._poll_but_output = select.poll()
        for poll in (self._poll, self._poll_but_output):
            poll.register(host.source, select.POLLIN)
            poll.register(wakeup, select.POLLIN)

    def serve(self) -> None:
        """Follow the host's messages until it closes the connection; ends every step then."""
        try:
            while True:
                self._keep_spare()
                ready = self._wait()
                # Before any output, so that a step that floods its pipes can still be killed.
                if self._host.source in ready:
                    for line in self._host.read_lines():
                        self._handle(line)
                for descriptor in ready.intersection(self._readers):
                    self._relay(descriptor)
                if self._wakeup in ready:
                    self._reap()
        except (EOFError, BrokenPipeError):
            self._end_everything()

    def _wait(self) -> Set[int]:
        """The descriptors that can be read; output is left to gather a little when some has just been passed on."""
        left = self._gathering_until - time.monotonic()
        if left > 0:
            ready = self._poll_but_output.poll(left * 1000)
            if ready:
                return {descriptor for descriptor, _ in ready}
        return {descriptor for descriptor, _ in self._poll.poll()}

    def _handle(self, line: bytes) -> None:
        step = operation = None
        try:
            message = _decode(line)
            step = step_of(message)
            operation = message.get("op")
            if operation == "run":
                self._run(parse_run(message))
            elif operation == "go":
                self._go(step)
            elif operation == "kill":
                self._kill(step, everything=message.get("all") is True)
            else:
                raise BadRequest(f"unknown op {operation!r}")
        except BadRequest as error:
            self._host.send("failed", step=step, error=str(error))
            if operation == "run":
                self._announced = False

    def _run(self, request: RunRequest) -> None:
        if request.step in self._steps:
            raise BadRequest(f"step {request.step} is still open")
        if not os.path.isdir(request.cwd):
            raise BadRequest(f"cwd is no directory: {request.cwd}")
        try:
            step = self._take_child(request)
        except OSError as error:
            raise BadRequest(f"no process for the step: {error}") from error
        self._steps[step.number] = self._running[step.pid] = step
        for descriptor in step.pipes:
            self._readers[descriptor] = step
            self._poll.register(descriptor, select.POLLIN)
        self._host.send("forked", step=step.number, pid=step.pid)

    def _take_child(self, request: RunRequest) -> Step:
        spare, self._spare = self._spare, None
        if spare is not None:
            try:
                spare.assign(request)
                return spare
            except BrokenPipeError:
                spare.discard()  # something killed it; its exit is reaped as that of no step
        step = self._fork()
        step.assign(request)
        return step

    def _keep_spare(self) -> None:
        """Fork the next step's process while there is nothing else to do: forking, and the page faults that follow it,
        are most of a short step's time. Never beside a step, whose code could interfere with a process of its user.

        The host hears of it exactly once between two steps, so that it can wait for that; a spare that dies and is
        replaced is found out when the next step's process turns out to be another.
        """
        if self._steps:
            return
        if self._spare is None:
            try:
                self._spare = self._fork()
            except OSError as error:
                print(f"runner: no spare process: {error}", file=sys.stderr)
        if not self._announced:
            self._announced = True
            self._host.send("spare", step=None, pid=None if self._spare is None else self._spare.pid)

    def _fork(self) -> Step:
        # A step may pin its parent to one processor (thread libraries pin by thread id, so seccomp has to let it), and
        # every later step would inherit that.
        os.sched_setaffinity(0, self._processors)
        return fork_step()

    def _go(self, number: int) -> None:
        step = self._steps.get(number)
        if step is not None:
            step.open_gate()

    def _kill(self, number: int, everything: bool) -> None:
        step = self._steps.get(number)
        if step is not None and step.pid in self._running:
            processes.kill_group(step.pid)
        if everything:
            self._clear(step)

    def _clear(self, step: Step | None) -> None:
        """Kill all that is left until nothing is: of the pid namespace, or of the step where it is not ours."""
        deadline = time.monotonic() + CLEAR_TIMEOUT_S
        while self._kill_what_is_left(step):
            if time.monotonic() > deadline:
                print("runner: some processes outlived SIGKILL", file=sys.stderr)
                return
            # A child of ours that dies ends the wait at once; the rest are orphans, which nobody tells us about.
            select.select([self._wakeup], [], [], CLEAR_ROUND_S)
            self._reap()

    def _kill_what_is_left(self, step: Step | None) -> bool:
        if self._own_namespace:
            return processes.kill_namespace()
        if step is None:
            return False
        return processes.kill_step_tree(step.pid, others=set(self._running) - {step.pid})

    def _relay(self, descriptor: int) -> bool:
        """Pass on what a pipe holds; False when that was nothing."""
        step = self._readers[descriptor]
        try:
            count = os.readv(descriptor, [self._buffer])
        except BlockingIOError:
            return False
        if count == 0:
            self._poll.unregister(descriptor)
            del self._readers[descriptor]
            step.close_pipe(descriptor)
            self._close_if_done(step)
            return False
        self._host.send_output(step.pipes[descriptor], memoryview(self._buffer)[:count])
        if count < GATHER_BELOW:
            self._gathering_until = time.monotonic() + GATHER_S
        return True

    def _reap(self) -> None:
        while select.select([self._wakeup], [], [], 0)[0]:
            os.read(self._wakeup, 4096)
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            step = self._running.pop(pid, None)
            if step is not None:
                self._report_exit(step, status, usage)
            elif self._spare is not None and pid == self._spare.pid:
                self._spare.discard()
                self._spare = None
            # Any other is an orphan we adopted.

    def _report_exit(self, step: Step, status: int, usage: Any) -> None:
        # What the process wrote comes before its end. One read empties a pipe, the next one sees it closed; more is not
        # asked for, because a process left behind may write for ever.
        for descriptor in list(step.pipes):
            if self._relay(descriptor):
                self._relay(descriptor)
        self._host.send("exited", step=step.number, **step.result(status, usage))
        self._close_if_done(step)

    def _close_if_done(self, step: Step) -> None:
        if step.ended and not step.pipes:
            del self._steps[step.number]
            self._announced = False
            self._host.send("closed", step=step.number)

    def _end_everything(self) -> NoReturn:
        for pid in list(self._running):
            processes.kill_group(pid)
        if self._own_namespace:
            processes.kill_namespace()
        os._exit(0)


def _decode(line: bytes) -> Dict[str, Any]:
    try:
        message = json.loads(line)
    except ValueError as error:
        raise BadRequest(f"not JSON: {error}") from error
    if not isinstance(message, dict):
        raise BadRequest("a message must be an object")
    return message


def main(arguments: Sequence[str]) -> NoReturn:
    """Preload, say ``ready`` and serve. The process ends when the host closes its stdin."""
    options = parse(arguments)
    processes.refuse_tracing()
    processes.refuse_core_dumps()
    own_namespace = os.environ.get("TRAINABLE_PID_NAMESPACE") == "1"
    if not own_namespace:
        processes.adopt_orphans()
    host = _take_standard_streams()
    sys.path.extend(options.path)
    loaded = preload(options.preload)
    zygote = Zygote(host, _wake_on_child_exit(), own_namespace)
    host.send("ready", python=platform.python_version(), preload_s=round(loaded.seconds, 3), packages=loaded.packages,
              missing=loaded.missing)
    zygote.serve()
    os._exit(0)


def _take_standard_streams() -> HostConnection:
    """Keep stdin and stdout for the protocol alone: whatever else writes to stdout, such as a package that greets when
    it is imported, reaches stderr, where the host's log is."""
    source, sink = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    return HostConnection(source, sink)


def _wake_on_child_exit() -> int:
    """A descriptor that becomes readable when a child has exited."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    # Without a handler the default disposition discards the signal before it reaches the wake-up descriptor.
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.siginterrupt(signal.SIGCHLD, False)
    # Ctrl+C in a terminal is for the host, which will close the connection when it means us too.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return reader
