"""libduckdb's C API, as much of it as Parquet and the explorer need."""

from __future__ import annotations

import ctypes as C
import functools
import os
from pathlib import Path
from types import TracebackType
from typing import Any, List, Optional, Type

from libduckdb.arrow import ArrowArray, ArrowArrayStream

Pointer = C.c_void_p
DEFAULT_THREADS = 2


class DuckDBError(ValueError):
    """DuckDB refused a statement; the text is its own."""


class Result(C.Structure):
    """``duckdb_result``: deprecated fields and a pointer of its own; passed by value to ``duckdb_fetch_chunk``."""

    _fields_ = [
        ("column_count", C.c_uint64),
        ("row_count", C.c_uint64),
        ("rows_changed", C.c_uint64),
        ("columns", Pointer),
        ("error_message", C.c_char_p),
        ("internal", Pointer),
    ]


# name: (result type, argument types)
SIGNATURES = {
    "duckdb_open": (C.c_int, [C.c_char_p, C.POINTER(Pointer)]),
    "duckdb_close": (None, [C.POINTER(Pointer)]),
    "duckdb_connect": (C.c_int, [Pointer, C.POINTER(Pointer)]),
    "duckdb_disconnect": (None, [C.POINTER(Pointer)]),
    "duckdb_query": (C.c_int, [Pointer, C.c_char_p, C.POINTER(Result)]),
    "duckdb_prepare": (C.c_int, [Pointer, C.c_char_p, C.POINTER(Pointer)]),
    "duckdb_prepare_error": (C.c_char_p, [Pointer]),
    "duckdb_destroy_prepare": (None, [C.POINTER(Pointer)]),
    "duckdb_execute_prepared_streaming": (C.c_int, [Pointer, C.POINTER(Result)]),
    "duckdb_destroy_result": (None, [C.POINTER(Result)]),
    "duckdb_result_error": (C.c_char_p, [C.POINTER(Result)]),
    "duckdb_row_count": (C.c_uint64, [C.POINTER(Result)]),
    "duckdb_value_varchar": (Pointer, [C.POINTER(Result), C.c_uint64, C.c_uint64]),
    "duckdb_free": (None, [Pointer]),
    "duckdb_column_count": (C.c_uint64, [C.POINTER(Result)]),
    "duckdb_column_name": (C.c_char_p, [C.POINTER(Result), C.c_uint64]),
    "duckdb_column_type": (C.c_int, [C.POINTER(Result), C.c_uint64]),
    "duckdb_fetch_chunk": (Pointer, [Result]),
    "duckdb_destroy_data_chunk": (None, [C.POINTER(Pointer)]),
    "duckdb_data_chunk_get_size": (C.c_uint64, [Pointer]),
    "duckdb_data_chunk_get_vector": (Pointer, [Pointer, C.c_uint64]),
    "duckdb_vector_get_data": (Pointer, [Pointer]),
    "duckdb_vector_get_validity": (Pointer, [Pointer]),
    "duckdb_result_get_arrow_options": (Pointer, [C.POINTER(Result)]),
    "duckdb_destroy_arrow_options": (None, [C.POINTER(Pointer)]),
    "duckdb_data_chunk_to_arrow": (Pointer, [Pointer, Pointer, C.POINTER(ArrowArray)]),
    "duckdb_error_data_message": (C.c_char_p, [Pointer]),
    "duckdb_destroy_error_data": (None, [C.POINTER(Pointer)]),
    "duckdb_arrow_scan": (C.c_int, [Pointer, C.c_char_p, C.POINTER(ArrowArrayStream)]),
}


def find_library() -> Path:
    """Where libduckdb is. Raises ImportError when nowhere: a missing library is a missing engine."""
    named = os.environ.get("LIBDUCKDB")
    path = Path(named) if named else Path(__file__).with_name("libduckdb.so")
    if not path.is_file():
        raise ImportError(f"libduckdb is not at {path}; set LIBDUCKDB to the library, or install pyarrow")
    return path


@functools.lru_cache(maxsize=1)
def library() -> C.CDLL:
    """The library with its functions' types declared; loaded at first use, so that a preload costs nothing."""
    loaded = C.CDLL(str(find_library()))
    for name, (result, arguments) in SIGNATURES.items():
        function = getattr(loaded, name)
        function.restype = result
        function.argtypes = arguments
    return loaded


class Connection:
    """A connection to a database in memory, opened for one read or write.

    Never kept: DuckDB starts threads, and a process forked after that would inherit their locks without them.
    """

    def __init__(self) -> None:
        self.library = library()
        self._database, self.handle = Pointer(), Pointer()

    def __enter__(self) -> Connection:
        if not self.handle:
            self.open()
        threads = os.environ.get("OMP_NUM_THREADS", "")
        self.execute(f"SET threads = {threads if threads.isdigit() and int(threads) else DEFAULT_THREADS}")
        # There is no network to fetch extensions from, and no wish to.
        self.execute("SET autoinstall_known_extensions = false")
        self.execute("SET autoload_known_extensions = false")
        return self

    def open(self) -> None:
        """Open it ahead of entering it, as a process does that waits for its work. Raises OSError."""
        if self.library.duckdb_open(None, C.byref(self._database)):
            raise OSError("DuckDB could not be opened")
        if self.library.duckdb_connect(self._database, C.byref(self.handle)):
            self.library.duckdb_close(C.byref(self._database))
            raise OSError("DuckDB could not be connected to")

    def __exit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        self.library.duckdb_disconnect(C.byref(self.handle))
        self.library.duckdb_close(C.byref(self._database))

    def execute(self, sql: str) -> None:
        """Run a statement. Raises DuckDBError."""
        result = Result()
        try:
            if self.library.duckdb_query(self.handle, sql.encode("utf-8"), C.byref(result)):
                raise DuckDBError(self._error(result))
        finally:
            self.library.duckdb_destroy_result(C.byref(result))

    def rows(self, sql: str) -> List[List[Optional[str]]]:
        """Run a query whose result is small; every value as DuckDB writes it. Raises DuckDBError."""
        result = Result()
        try:
            if self.library.duckdb_query(self.handle, sql.encode("utf-8"), C.byref(result)):
                raise DuckDBError(self._error(result))
            columns = range(self.library.duckdb_column_count(C.byref(result)))
            rows = range(self.library.duckdb_row_count(C.byref(result)))
            return [[self._text(result, column, row) for column in columns] for row in rows]
        finally:
            self.library.duckdb_destroy_result(C.byref(result))

    def _text(self, result: Result, column: int, row: int) -> Optional[str]:
        value = self.library.duckdb_value_varchar(C.byref(result), column, row)
        if not value:
            return None
        try:
            return C.string_at(value).decode("utf-8", "replace")
        finally:
            self.library.duckdb_free(value)

    def stream(self, sql: str) -> Result:
        """Start a query whose chunks are fetched one by one; the caller destroys the result. Raises DuckDBError."""
        statement, result = Pointer(), Result()
        try:
            if self.library.duckdb_prepare(self.handle, sql.encode("utf-8"), C.byref(statement)):
                raise DuckDBError(_text(self.library.duckdb_prepare_error(statement)))
            if self.library.duckdb_execute_prepared_streaming(statement, C.byref(result)):
                message = self._error(result)
                self.library.duckdb_destroy_result(C.byref(result))
                raise DuckDBError(message)
        finally:
            self.library.duckdb_destroy_prepare(C.byref(statement))
        return result

    def _error(self, result: Result) -> str:
        return _text(self.library.duckdb_result_error(C.byref(result)))


def _text(message: Optional[bytes]) -> str:
    return message.decode("utf-8", "replace") if message else "DuckDB failed without a message"


def literal(value: Any) -> str:
    """A string literal of SQL."""
    return "'" + str(value).replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A quoted identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'
