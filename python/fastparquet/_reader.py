"""File to DataFrame."""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

import numpy as np
import pandas as pd

from fastparquet._decode import RawColumn, fetch
from libduckdb import Connection, DuckDBError, identifier, literal
from fastparquet._metadata import ColumnMetadata, FrameMetadata, parse
from fastparquet._writer import NO_COLUMNS

# Types whose values are taken in as they are; the others are cast by DuckDB, to a number or to text.
AS_THEY_ARE = frozenset((
    "BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT",
    "FLOAT", "DOUBLE", "VARCHAR", "BLOB", "DATE",
    "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE",
))
NULLABLE_NUMBERS = re.compile(r"U?Int(8|16|32|64)|Float(32|64)")


@dataclass(frozen=True)
class _Stored:
    """A column of the file: what the frame calls it, what DuckDB calls it, and DuckDB's type."""

    name: str
    sql_name: str
    sql_type: str


class ParquetFile:
    """One file, a folder of files, or a file object; what ``pandas.read_parquet`` opens."""

    def __init__(self, fn: Any, **unused: Any) -> None:
        self._source = fn

    def to_pandas(self, columns: Optional[Sequence[str]] = None, filters: Any = None, **unused: Any) -> pd.DataFrame:
        """Read it all, or the columns named; the index is restored in either case.

        Raises FileNotFoundError, KeyError for a column the file lacks, ValueError when it is no Parquet file.
        """
        if filters:
            raise ValueError("filters need pyarrow or fastparquet, and neither is installed; filter the DataFrame")
        with _as_path(self._source) as path, Connection() as connection:
            try:
                return _read(connection, path, columns)
            except DuckDBError as error:
                raise ValueError(f"{path} could not be read as Parquet: {error}") from None


@contextmanager
def _as_path(source: Any) -> Iterator[str]:
    """The source as a path that DuckDB can open; a file object without one is copied to a file first."""
    if not hasattr(source, "read"):
        path = os.fspath(source)
        if not os.path.exists(path):
            raise FileNotFoundError(2, os.strerror(2), path)
        yield path
    elif isinstance(getattr(source, "name", None), str) and os.path.isfile(source.name):
        yield source.name
    else:
        with tempfile.NamedTemporaryFile(suffix=".parquet") as temporary:
            while block := source.read(1 << 20):
                temporary.write(block)
            temporary.flush()
            yield temporary.name


def _read(connection: Connection, path: str, columns: Optional[Sequence[str]]) -> pd.DataFrame:
    # Every character that means something in a file pattern stands for itself.
    pattern = re.sub(r"([*?\[])", r"[\1]", path)
    if os.path.isdir(path):
        pattern = os.path.join(pattern, "**", "*.parquet")
        metadata, scan = FrameMetadata(), f"read_parquet({literal(pattern)}, hive_partitioning = true)"
    else:
        metadata, scan = _metadata(connection, pattern), f"read_parquet({literal(pattern)})"
    stored = _stored_columns(connection, scan, metadata)
    wanted = _wanted(stored, columns, metadata)
    raw = fetch(connection, f"SELECT {', '.join(map(_selection, wanted))} FROM {scan}") if wanted else []
    rows = len(raw[0].values) if raw else _count(connection, scan)
    return _frame(wanted, raw, rows, metadata)


def _metadata(connection: Connection, pattern: str) -> FrameMetadata:
    found = fetch(connection, "SELECT decode(value) FROM parquet_kv_metadata("
                              f"{literal(pattern)}) WHERE decode(key) = 'pandas' LIMIT 1")
    return parse(found[0].values[0] if len(found[0].values) else None)


def _count(connection: Connection, scan: str) -> int:
    return int(fetch(connection, f"SELECT count(*) FROM {scan}")[0].values[0])


def _stored_columns(connection: Connection, scan: str, metadata: FrameMetadata) -> List[_Stored]:
    described = fetch(connection, f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {scan})")
    sql_names, sql_types = (column.values.tolist() for column in described)
    if sql_names == [NO_COLUMNS]:
        return []
    # DuckDB renames a column whose name differs from another's only in case; the order is what stays.
    names = metadata.names if metadata.names and len(metadata.names) == len(sql_names) else sql_names
    return [_Stored(*entry) for entry in zip(names, sql_names, sql_types)]


def _wanted(stored: List[_Stored], columns: Optional[Sequence[str]], metadata: FrameMetadata) -> List[_Stored]:
    if columns is None:
        return stored
    by_name: Dict[str, _Stored] = {column.name: column for column in stored}
    missing = [name for name in columns if name not in by_name]
    if missing:
        raise KeyError(f"columns are not in the file: {', '.join(map(repr, missing[:10]))}")
    index = [name for name, _ in metadata.index if name in by_name and name not in columns]
    return [by_name[name] for name in [*columns, *index]]


def _selection(column: _Stored) -> str:
    name = identifier(column.sql_name)
    if column.sql_type in AS_THEY_ARE:
        return name
    number = column.sql_type.startswith("DECIMAL") or column.sql_type in ("HUGEINT", "UHUGEINT")
    return f"CAST({name} AS {'DOUBLE' if number else 'VARCHAR'})"


def _frame(wanted: List[_Stored], raw: List[RawColumn], rows: int, metadata: FrameMetadata) -> pd.DataFrame:
    data = {position: _series(column.name, values, metadata.columns.get(column.name))
            for position, (column, values) in enumerate(zip(wanted, raw))}
    frame = pd.DataFrame(data, index=pd.RangeIndex(rows), copy=False)
    frame.columns = pd.Index([column.name for column in wanted], dtype=object)
    index: List[Tuple[str, Optional[str]]] = [entry for entry in metadata.index if entry[0] in frame.columns]
    if index:
        frame = frame.set_index([name for name, _ in index])
        frame.index.names = [own for _, own in index]
    elif metadata.range is not None and len(metadata.range) == rows:
        frame.index = metadata.range
    return frame


def _series(name: str, raw: RawColumn, metadata: Optional[ColumnMetadata]) -> Any:
    """The column as what it was before it was written; as its nearest pandas type where the file does not say."""
    dtype = metadata.dtype if metadata else ""
    values, null = raw.values, raw.null
    if values.dtype.kind in "iufb" and (NULLABLE_NUMBERS.fullmatch(dtype) or dtype == "boolean"):
        return pd.array(values, dtype=dtype) if null is None else _masked(values, null, dtype)
    if values.dtype.kind == "i" and dtype.startswith("timedelta64"):
        return _with_nat(values.astype("i8").view("m8[ns]"), null)
    plain = _times(name, raw, metadata) if values.dtype.kind == "M" else _plain(values, null)
    if metadata and dtype == "category":
        return _category(plain, metadata)
    if dtype.startswith("string"):
        return pd.array(plain, dtype="string")
    if values.dtype.kind == "f" and dtype == "float16":  # stored as float32
        return plain.astype(dtype)
    return plain


def _masked(values: np.ndarray, null: np.ndarray, dtype: str) -> Any:
    if dtype == "boolean":
        return pd.arrays.BooleanArray(values.astype(bool), null)
    if dtype.startswith("Float"):
        return pd.arrays.FloatingArray(values.astype(dtype.lower()), null)
    return pd.arrays.IntegerArray(values.astype(dtype.lower()), null)


def _plain(values: np.ndarray, null: Optional[np.ndarray]) -> np.ndarray:
    """What numpy has for a column with nulls: NaN among numbers, None among booleans."""
    if null is None:
        return values
    if values.dtype.kind == "b":
        objects = values.astype(object)
        objects[null] = None
        return objects
    floats = values.astype("f8") if values.dtype.kind in "iu" else values.copy()
    floats[null] = np.nan
    return floats


def _with_nat(values: np.ndarray, null: Optional[np.ndarray]) -> np.ndarray:
    values = values.copy()
    if null is not None:
        values[null] = np.array("NaT", values.dtype)
    return values


def _times(name: str, raw: RawColumn, metadata: Optional[ColumnMetadata]) -> Any:
    values = _with_nat(raw.values, raw.null)
    nanoseconds = values.astype("M8[ns]")
    # numpy wraps around silently where pandas' nanoseconds do not reach.
    if not np.array_equal(nanoseconds.astype(values.dtype), values, equal_nan=True):
        raise pd.errors.OutOfBoundsDatetime(f"column {name!r} has dates before 1677 or after 2262")
    if not raw.in_utc:
        return nanoseconds
    zone = (metadata.timezone if metadata else None) or "UTC"
    return pd.Series(nanoseconds).dt.tz_localize("UTC").dt.tz_convert(zone)


def _category(plain: Any, metadata: ColumnMetadata) -> pd.Categorical:
    if metadata.categories is None:
        return pd.Categorical(plain, ordered=metadata.ordered)
    return pd.Categorical(plain, categories=metadata.categories or None, ordered=metadata.ordered)
