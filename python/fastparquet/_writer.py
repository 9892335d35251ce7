"""DataFrame to file."""

from __future__ import annotations

import ctypes as C
import os
import tempfile
from typing import Any, BinaryIO, List, Optional, Tuple, Union

import pandas as pd

from libduckdb import Connection, DuckDBError, identifier, literal
from fastparquet._metadata import Column, describe
from fastparquet._stream import FrameStream

COMPRESSIONS = ("snappy", "gzip", "zstd", "brotli", "lz4", "uncompressed")
ROW_GROUP_ROWS = 122_880
# DuckDB writes no table without columns; this one stands for the rows.
NO_COLUMNS = "__rows__"


def write(filename: Union[str, "os.PathLike[str]", BinaryIO], data: pd.DataFrame, compression: Optional[str] = "snappy",
          write_index: Optional[bool] = None, partition_on: Any = None, row_group_offsets: int = ROW_GROUP_ROWS,
          **unused: Any) -> None:
    """Write a frame as one Parquet file; what ``DataFrame.to_parquet`` calls.

    filename: a path, or a file object opened for writing bytes. write_index: None keeps a range as a note in the file
    and any other index as columns. row_group_offsets: rows in a row group. Other options of fastparquet have no effect.

    Raises TypeError for a column that Parquet has no type for, ValueError for names used twice and unknown compression,
    OSError when the file cannot be written.
    """
    if partition_on:
        raise ValueError("partitioned Parquet needs pyarrow or fastparquet, and neither is installed")
    kind = (compression or "uncompressed").lower()
    if kind not in COMPRESSIONS:
        raise ValueError(f"unknown compression {compression!r}; use one of {', '.join(COMPRESSIONS)}")
    columns, metadata = _stored_columns(data, write_index)
    if hasattr(filename, "write"):
        _write_to_file_object(filename, columns, len(data), metadata, kind, row_group_offsets)
    else:
        _copy(os.fspath(filename), columns, len(data), metadata, kind, row_group_offsets)


def _stored_columns(data: pd.DataFrame, write_index: Optional[bool]) -> Tuple[List[Column], str]:
    columns: List[Column] = [(str(name), data.iloc[:, position]) for position, name in enumerate(data.columns)]
    names = [name for name, _ in columns]
    repeated = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    if repeated:
        raise ValueError(f"column names are used more than once: {', '.join(map(repr, repeated[:10]))}")
    index_columns: List[Tuple[str, Any]] = []
    row_range = None
    if write_index or (write_index is None and not isinstance(data.index, pd.RangeIndex)):
        for level, name in enumerate(data.index.names):
            stored = f"__index_level_{level}__" if name is None or str(name) in names else str(name)
            index_columns.append((stored, name))
            columns.append((stored, pd.Series(data.index.get_level_values(level), name=stored)))
    elif write_index is None:
        row_range = data.index
    metadata = describe(columns, index_columns, row_range)
    if not columns:
        columns = [(NO_COLUMNS, pd.Series(False, index=range(len(data)), name=NO_COLUMNS))]
    return columns, metadata


def _write_to_file_object(file: BinaryIO, columns: List[Column], rows: int, metadata: str, compression: str,
                          row_group_rows: int) -> None:
    with tempfile.NamedTemporaryFile(suffix=".parquet") as temporary:
        _copy(temporary.name, columns, rows, metadata, compression, row_group_rows)
        with open(temporary.name, "rb") as written:
            while block := written.read(1 << 20):
                file.write(block)


def _copy(path: str, columns: List[Column], rows: int, metadata: str, compression: str, row_group_rows: int) -> None:
    folder = os.path.dirname(os.path.abspath(path))
    if not os.path.isdir(folder):
        raise FileNotFoundError(f"Cannot save file into a non-existent directory: '{folder}'")
    stream = FrameStream(columns, rows, row_group_rows)
    options = (f"FORMAT parquet, COMPRESSION {compression}, ROW_GROUP_SIZE {int(row_group_rows)}, "
               f"KV_METADATA {{pandas: {literal(metadata)}}}")
    with Connection() as connection:
        if connection.library.duckdb_arrow_scan(connection.handle, b"frame", C.byref(stream.struct)):
            raise stream.error or OSError("DuckDB could not scan the frame")
        try:
            connection.execute(f"COPY (SELECT * FROM {identifier('frame')}) TO {literal(path)} ({options})")
        except DuckDBError as error:
            if stream.error is not None:
                raise stream.error from None
            raise OSError(f"{path} could not be written: {error}") from None
