"""What every request needs, made ready before it comes: a runner that has this loaded forks requests that start in
milliseconds.

A process that waits for its request has a database open already. The runner itself has none: DuckDB starts threads with
a database, and those would not survive a fork.
"""

import os

from explorer import errors, guard, profile, rows, tables, waiting
from libduckdb import library

__all__ = ["errors", "guard", "library", "profile", "rows", "tables", "waiting"]

library()
os.register_at_fork(after_in_child=waiting.open_beforehand)
