"""A database that is open before its request comes. To import this opens nothing: a process that wants one says so."""

from __future__ import annotations

from typing import Optional

from libduckdb import Connection

_waiting: Optional[Connection] = None


def open_beforehand() -> None:
    """Open the database of this process's request. One that cannot be opened is left to the request, which says why."""
    global _waiting
    opened = Connection()
    try:
        opened.open()
    except OSError:
        return
    _waiting = opened


def take() -> Connection:
    """A connection to an empty database, to be entered by one request."""
    global _waiting
    taken, _waiting = _waiting, None
    return taken or Connection()
