"""Parquet for pandas through libduckdb, where neither pyarrow nor fastparquet is installed.

pandas takes a module of this name for its engine, so ``df.to_parquet(path)`` and ``pd.read_parquet(path)`` work
unchanged. ``LIBDUCKDB`` names the library; without one the import fails, and pandas says that it has no engine.

Limits: files and folders on disk and file objects; no filters and no partitioned writing; times with a zone keep
microseconds; ``datetime.date`` objects come back as datetimes.
"""

from libduckdb import find_library
from fastparquet._reader import ParquetFile
from fastparquet._writer import write

__all__ = ["ParquetFile", "write"]
# pandas asks for a recent fastparquet by this number.
__version__ = "2025.12.0"

find_library()
