"""What every request needs, imported once: a runner that has this loaded forks requests that start in milliseconds.

libduckdb is mapped, and no database opened: DuckDB starts its threads with a database, and those would not survive a
fork.
"""

from explorer import errors, guard, profile, rows, tables
from libduckdb import library

__all__ = ["errors", "guard", "library", "profile", "rows", "tables"]

library()
