"""What every request needs, made ready before it comes: a runner that has this loaded forks requests that start in
milliseconds.

A process that waits for its request has a database open already. The runner itself has none: DuckDB starts threads with
a database, and those would not survive a fork.
"""

from __future__ import annotations

import os
from typing import Optional

from explorer import errors, guard, profile, rows, tables
from libduckdb import Connection, library

__all__ = ["errors", "guard", "library", "profile", "rows", "tables", "connection"]

_waiting: Optional[Connection] = None


def connection() -> Connection:
    """A connection to an empty database, for one request."""
    global _waiting
    taken, _waiting = _waiting, None
    return taken or Connection()


def _open_beforehand() -> None:
    global _waiting
    opened = Connection()
    try:
        opened.__enter__()
    except (OSError, ValueError):
        return  # The request tries again, and can say what is wrong.
    _waiting = opened


library()
os.register_at_fork(after_in_child=_open_beforehand)
