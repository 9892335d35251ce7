"""What every attack script reports with: one JSON object a line, which the suite of attacks in C# reads."""

from __future__ import annotations

import ctypes
import json
import os
from typing import Any, Callable

_libc = ctypes.CDLL(None, use_errno=True)


def report(tried: str, held: bool, by: str, detail: object = "") -> None:
    """tried: what the attack was. by: the protection that is to stop it. detail: for the one who reads a failure."""
    print(json.dumps({"tried": tried, "held": bool(held), "by": by, "detail": str(detail)[:500]}), flush=True)


def refused(tried: str, by: str, action: Callable[[], Any]) -> None:
    """The attack is held when the action raises OSError."""
    try:
        answer = action()
    except OSError as error:
        report(tried, True, by, error)
    else:
        report(tried, False, by, f"it worked: {answer!r}")


def call(name: str, *arguments: Any) -> int:
    """A function of libc, by name; raises OSError as Python's own wrappers do."""
    result = getattr(_libc, name)(*arguments)
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def syscall(number: int, *arguments: Any) -> int:
    return call("syscall", ctypes.c_long(number), *arguments)
