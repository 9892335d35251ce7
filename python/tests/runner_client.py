"""A small client of the runner's protocol, as the host is one."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Sequence

PYTHON_FOLDER = Path(__file__).resolve().parent.parent
TIMEOUT_S = 30.0


class RunnerEnded(EOFError):
    """The runner closed its stdout."""


@dataclass
class StepResult:
    """Everything one step sent; events in order of arrival, without the payloads."""

    events: List[Dict[str, Any]] = field(default_factory=list)
    streams: Dict[str, bytearray] = field(
        default_factory=lambda: {"stdout": bytearray(), "stderr": bytearray(), "record": bytearray()}
    )

    @property
    def stdout(self) -> str:
        return self.streams["stdout"].decode("utf-8")

    @property
    def stderr(self) -> str:
        return self.streams["stderr"].decode("utf-8")

    @property
    def records(self) -> List[Dict[str, Any]]:
        return [json.loads(line) for line in self.streams["record"].splitlines()]

    def event(self, name: str) -> Optional[Dict[str, Any]]:
        return next((event for event in self.events if event["event"] == name), None)

    @property
    def exited(self) -> Dict[str, Any]:
        event = self.event("exited")
        assert event is not None, f"the step did not exit: {self.events}"
        return event


class RunnerClient:
    """Starts a runner and speaks with it over its stdin and stdout."""

    def __init__(self, scripts: Path, preload: str = "", prefix: Sequence[str] = (), python: Optional[str] = None,
                 env: Optional[Dict[str, str]] = None, paths: Sequence[Path] = (PYTHON_FOLDER,)) -> None:
        self.scripts = scripts
        self.steps: Dict[Optional[int], StepResult] = {}
        self.patience_s = TIMEOUT_S
        self.spares: List[Optional[int]] = []
        self._number = 0
        command = [*prefix, python or sys.executable, "-I", "-u", str(PYTHON_FOLDER / "trainable_runner"),
                   f"--preload={preload}"]
        for path in paths:
            command += ["--path", str(path)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
            env={"PATH": "/usr/bin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8", **(env or {})},
        )
        self._buffer = bytearray()
        self.ready = self._read_event()
        assert self.ready["event"] == "ready"

    def send(self, **message: Any) -> None:
        self.send_raw(json.dumps(message).encode() + b"\n")

    def send_raw(self, data: bytes) -> None:
        self.process.stdin.write(data)

    def write_script(self, source: str | bytes, name: str = "") -> Path:
        path = self.scripts / (name or f"step_{self._number:02}.py")
        path.write_bytes(source if isinstance(source, bytes) else source.encode("utf-8"))
        path.chmod(0o644)
        return path

    def start(self, source: str | bytes, go: bool = True, script: Optional[str] = None, **fields: Any) -> int:
        """Send ``run`` (and ``go``) for a script with this source; returns the step's number."""
        self._number += 1
        number = self._number
        self.steps[number] = StepResult()
        path = script or str(self.write_script(source))
        self.send(op="run", step=number, script=path, **{"cwd": str(self.scripts), **fields})
        if go:
            self.send(op="go", step=number)
        return number

    def run(self, source: str | bytes, **fields: Any) -> StepResult:
        """Run a script to its ``closed`` (or ``failed``)."""
        return self.finish(self.start(source, **fields))

    def finish(self, number: int) -> StepResult:
        step = self.steps[number]
        self.pump(lambda: step.event("closed") or step.event("failed"))
        return step

    def until(self, number: int, text: str, stream: str = "stdout") -> StepResult:
        """Read until the step has written this text."""
        step = self.steps[number]
        self.pump(lambda: text.encode() in step.streams[stream])
        return step

    def until_event(self, number: Optional[int], name: str) -> Dict[str, Any]:
        step = self.steps.setdefault(number, StepResult())
        self.pump(lambda: step.event(name))
        return step.event(name)

    def next_spare(self) -> Optional[int]:
        """Wait for the next announcement of a spare process and take it."""
        self.pump(lambda: self.spares)
        return self.spares.pop(0)

    def pump(self, done: Callable[[], Any]) -> None:
        while not done():
            self.pump_one()

    def pump_one(self) -> None:
        event = self._read_event()
        if event["event"] == "spare":
            self.spares.append(event["pid"])
            return
        payload = event.pop("payload", None)
        step = self.steps.setdefault(event["step"], StepResult())
        if payload is not None:
            step.streams[event["stream"]] += payload
        step.events.append(event)

    def _read_event(self) -> Dict[str, Any]:
        while b"\n" not in self._buffer:
            self._fill()
        line, _, rest = self._buffer.partition(b"\n")
        event = json.loads(line)
        self._buffer = rest
        if event["event"] == "output":
            while len(self._buffer) < event["bytes"]:
                self._fill()
            event["payload"] = bytes(self._buffer[:event["bytes"]])
            del self._buffer[:event["bytes"]]
        return event

    def _fill(self) -> None:
        ready, _, _ = select.select([self.process.stdout], [], [], self.patience_s)
        if not ready:
            raise TimeoutError(f"the runner said nothing for {self.patience_s} s; so far {self.steps}")
        data = os.read(self.process.stdout.fileno(), 1 << 20)
        if not data:
            raise RunnerEnded
        self._buffer += data

    def open_steps(self) -> List[int]:
        """The steps that were forked and have not closed yet."""
        return [number for number, step in self.steps.items() if step.event("forked") and not step.event("closed")]

    def close(self) -> int:
        """Close the runner's stdin and wait for its end; returns its exit code."""
        self.process.stdin.close()
        code = self.process.wait(TIMEOUT_S)
        self.process.stdout.close()
        return code


def process_is_alive(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[0] not in (b"Z", b"X")
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until_gone(pid: int) -> None:
    """Wait for a process's end through a pidfd; returns at once when it is gone already."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        ready, _, _ = select.select([descriptor], [], [], TIMEOUT_S)
        assert ready, f"process {pid} still runs"
    finally:
        os.close(descriptor)
