"""A ``run`` message, checked."""

from __future__ import annotations

import dataclasses
import json
import resource
from dataclasses import dataclass
from typing import Any, Dict, Mapping, Tuple

LIMITS = {
    "address_space": resource.RLIMIT_AS,
    "file_size": resource.RLIMIT_FSIZE,
    "open_files": resource.RLIMIT_NOFILE,
    "processes": resource.RLIMIT_NPROC,
    "cpu_s": resource.RLIMIT_CPU,
}


class BadRequest(ValueError):
    """A message from the host that cannot be followed; the text says what is wrong with it."""


@dataclass(frozen=True)
class RunRequest:
    """limits: value by RLIMIT_ constant."""

    step: int
    script: str
    cwd: str
    args: Tuple[str, ...]
    env: Mapping[str, str]
    limits: Mapping[int, int]

    def to_json(self) -> bytes:
        """One line, for the child."""
        limits = list(self.limits.items())
        return json.dumps({**dataclasses.asdict(self), "limits": limits}).encode("ascii") + b"\n"

    @staticmethod
    def from_json(line: bytes) -> RunRequest:
        fields = json.loads(line)
        return RunRequest(**{**fields, "args": tuple(fields["args"]), "limits": dict(fields["limits"])})


def parse_run(message: Mapping[str, Any]) -> RunRequest:
    """Check a run message. Raises BadRequest."""
    args = message.get("args") or []
    if not isinstance(args, list) or not all(isinstance(arg, str) for arg in args):
        raise BadRequest("args must be a list of strings")
    return RunRequest(
        step=step_of(message),
        script=_text(message, "script"),
        cwd=_text(message, "cwd"),
        args=tuple(args),
        env=_environment(message.get("env") or {}),
        limits=_limits(message.get("limits") or {}),
    )


def step_of(message: Mapping[str, Any]) -> int:
    step = message.get("step")
    if not isinstance(step, int) or isinstance(step, bool):
        raise BadRequest("step must be an integer")
    return step


def _text(message: Mapping[str, Any], key: str) -> str:
    value = message.get(key)
    if not isinstance(value, str) or not value or "\0" in value:
        raise BadRequest(f"{key} must be a path")
    return value


def _environment(env: Any) -> Dict[str, str]:
    if not isinstance(env, dict):
        raise BadRequest("env must be an object of strings")
    for name, value in env.items():
        if not isinstance(value, str) or not name or "=" in name or "\0" in name + value:
            raise BadRequest(f"env has a name or value that no environment can hold: {name!r}")
    return env


def _limits(limits: Any) -> Dict[int, int]:
    if not isinstance(limits, dict):
        raise BadRequest("limits must be an object")
    checked: Dict[int, int] = {}
    for name, value in limits.items():
        if name not in LIMITS:
            raise BadRequest(f"unknown limit {name!r}; known are {', '.join(LIMITS)}")
        if value is None:
            continue
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise BadRequest(f"limit {name} must be a whole number, zero or more")
        checked[LIMITS[name]] = value
    return checked
