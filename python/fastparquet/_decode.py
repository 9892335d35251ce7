"""Chunks of a DuckDB result as numpy arrays."""

from __future__ import annotations

import ctypes as C
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Tuple

import numpy as np

from libduckdb.arrow import ArrowArray, ReleaseArray
from libduckdb import Connection, DuckDBError, Pointer, Result

# duckdb_type: the numpy dtype of a vector's values.
FIXED_WIDTH = {
    1: "?", 2: "i1", 3: "i2", 4: "i4", 5: "i8", 6: "u1", 7: "u2", 8: "u4", 9: "u8", 10: "f4", 11: "f8",
    12: "M8[us]", 13: "M8[D]", 20: "M8[s]", 21: "M8[ms]", 22: "M8[ns]", 31: "M8[us]",
}
VARCHAR, BLOB, TIMESTAMP_TZ = 17, 18, 31
VALIDITY_WORD_BITS = 64


@dataclass(frozen=True)
class RawColumn:
    """values: for fixed-width types an array with anything where null; for text and bytes objects with None there.
    null: True where the value is null, or None when there is none."""

    name: str
    values: np.ndarray
    null: Optional[np.ndarray]
    in_utc: bool


def fetch(connection: Connection, sql: str) -> List[RawColumn]:
    """Run a query and take in all its columns. Raises DuckDBError; TypeError for a type the SQL should have cast."""
    library = connection.library
    result = connection.stream(sql)
    try:
        columns = _builders(connection, result)
        options = Pointer(library.duckdb_result_get_arrow_options(C.byref(result)))
        try:
            _read_chunks(connection, result, options, columns)
        finally:
            library.duckdb_destroy_arrow_options(C.byref(options))
        return [column.finish() for column in columns]
    finally:
        library.duckdb_destroy_result(C.byref(result))


def _builders(connection: Connection, result: Result) -> List[Any]:
    library = connection.library
    builders: List[Any] = []
    for index in range(library.duckdb_column_count(C.byref(result))):
        name = library.duckdb_column_name(C.byref(result), index).decode("utf-8")
        kind = library.duckdb_column_type(C.byref(result), index)
        if kind in FIXED_WIDTH:
            builders.append(_FixedWidthColumn(connection, name, kind))
        elif kind in (VARCHAR, BLOB):
            builders.append(_VariableWidthColumn(name, kind))
        else:
            raise TypeError(f"column {name!r} has DuckDB type {kind}, which was not cast")
    return builders


def _read_chunks(connection: Connection, result: Result, options: Pointer, columns: List[Any]) -> None:
    library = connection.library
    variable = any(isinstance(column, _VariableWidthColumn) for column in columns)
    while True:
        chunk = Pointer(library.duckdb_fetch_chunk(result))
        if not chunk:
            # A null chunk is the end or an error.
            message = library.duckdb_result_error(C.byref(result))
            if message:
                raise DuckDBError(message.decode("utf-8", "replace"))
            return
        try:
            rows = library.duckdb_data_chunk_get_size(chunk)
            if rows == 0:
                return
            for index, column in enumerate(columns):
                if isinstance(column, _FixedWidthColumn):
                    column.take(library.duckdb_data_chunk_get_vector(chunk, index), rows)
            if variable:
                _take_variable(connection, options, chunk, columns)
        finally:
            library.duckdb_destroy_data_chunk(C.byref(chunk))


def _take_variable(connection: Connection, options: Pointer, chunk: Pointer, columns: List[Any]) -> None:
    library = connection.library
    array = ArrowArray()
    failure = Pointer(library.duckdb_data_chunk_to_arrow(options, chunk, C.byref(array)))
    if failure:
        message = library.duckdb_error_data_message(failure)
        library.duckdb_destroy_error_data(C.byref(failure))
        raise DuckDBError(message.decode("utf-8", "replace") if message else "a chunk could not be converted")
    try:
        for index, column in enumerate(columns):
            if isinstance(column, _VariableWidthColumn):
                column.take(array.children[index].contents)
    finally:
        C.cast(array.release, ReleaseArray)(C.byref(array))


class _FixedWidthColumn:
    def __init__(self, connection: Connection, name: str, kind: int) -> None:
        self._library = connection.library
        self._name = name
        self._kind = kind
        self._dtype = np.dtype(FIXED_WIDTH[kind])
        self._values: List[np.ndarray] = []
        self._nulls: List[Tuple[int, np.ndarray]] = []
        self._rows = 0

    def take(self, vector: int, rows: int) -> None:
        data = C.string_at(self._library.duckdb_vector_get_data(vector), rows * self._dtype.itemsize)
        self._values.append(np.frombuffer(data, self._dtype))
        validity = self._library.duckdb_vector_get_validity(vector)
        if validity:
            words = -(-rows // VALIDITY_WORD_BITS)
            null = _null_bits(C.string_at(validity, words * 8), rows)
            if null.any():
                self._nulls.append((self._rows, null))
        self._rows += rows

    def finish(self) -> RawColumn:
        values = np.concatenate(self._values) if self._values else np.empty(0, self._dtype)
        null = None
        if self._nulls:
            null = np.zeros(self._rows, bool)
            for start, part in self._nulls:
                null[start:start + len(part)] = part
        return RawColumn(self._name, values, null, self._kind == TIMESTAMP_TZ)


class _VariableWidthColumn:
    def __init__(self, name: str, kind: int) -> None:
        self._name = name
        self._text = kind == VARCHAR
        self._values: List[Any] = []

    def take(self, array: ArrowArray) -> None:
        rows = array.length
        offsets = np.frombuffer(C.string_at(array.buffers[1], 4 * (rows + 1)), np.int32).tolist()
        data = C.string_at(array.buffers[2], offsets[-1]) if offsets[-1] else b""
        values: List[Any] = self._cut(data, offsets)
        if array.null_count and array.buffers[0]:
            null = _null_bits(C.string_at(array.buffers[0], -(-rows // 8)), rows)
            for position in np.flatnonzero(null).tolist():
                values[position] = None
        self._values += values

    def _cut(self, data: bytes, offsets: List[int]) -> List[Any]:
        pairs = zip(offsets, offsets[1:])
        if not self._text:
            return [data[start:stop] for start, stop in pairs]
        text = data.decode("utf-8")
        if len(text) == len(data):  # ASCII alone: byte offsets are character offsets
            return [text[start:stop] for start, stop in pairs]
        return [data[start:stop].decode("utf-8") for start, stop in pairs]

    def finish(self) -> RawColumn:
        # Equal strings share one object: less memory, and faster grouping.
        shared: Dict[Any, Any] = {}
        values = np.empty(len(self._values), object)
        values[:] = [shared.setdefault(value, value) for value in self._values]
        return RawColumn(self._name, values, None, False)


def _null_bits(bitmap: bytes, rows: int) -> np.ndarray:
    return np.unpackbits(np.frombuffer(bitmap, np.uint8), count=rows, bitorder="little") == 0
