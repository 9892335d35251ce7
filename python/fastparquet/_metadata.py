"""What a Parquet file must remember of a DataFrame.

Kept under the key ``pandas``, in the form that pyarrow and the real fastparquet read, with what only this reader needs
under ``trainable``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Sequence, Tuple, Union

import pandas as pd

Column = Tuple[str, pd.Series]


@dataclass(frozen=True)
class ColumnMetadata:
    """dtype: as pandas prints it. categories: None where they are to be taken from the values."""

    dtype: str
    categories: Optional[List[Any]] = None
    ordered: bool = False
    timezone: Optional[str] = None


@dataclass(frozen=True)
class FrameMetadata:
    """names: of the stored columns, before DuckDB changed any. index: the stored columns that make the index, with
    their own names. range: the index where it was a range, which is not stored as a column."""

    names: Optional[List[str]] = None
    columns: Dict[str, ColumnMetadata] = field(default_factory=dict)
    index: Sequence[Tuple[str, Optional[str]]] = ()
    range: Optional[pd.RangeIndex] = None


def describe(columns: Sequence[Column], index_columns: Sequence[Tuple[str, Any]],
             range_index: Optional[pd.RangeIndex]) -> str:
    """The JSON to store. columns: all that are stored, the index's among them."""
    own_names = dict(index_columns)
    index: List[Union[str, Dict[str, Any]]] = [stored for stored, _ in index_columns]
    if range_index is not None:
        index = [{"kind": "range", "name": range_index.name, "start": range_index.start, "stop": range_index.stop,
                  "step": range_index.step}]
    return json.dumps({
        "index_columns": index,
        "column_indexes": [{"name": None, "field_name": None, "pandas_type": "unicode", "numpy_type": "object",
                            "metadata": {"encoding": "UTF-8"}}],
        "columns": [_describe_column(stored, own_names.get(stored, stored), column) for stored, column in columns],
        "creator": {"library": "trainable", "version": "1"},
        "pandas_version": pd.__version__,
        "trainable": {"names": [stored for stored, _ in columns], "categories": _categories(columns)},
    })


def _describe_column(stored: str, name: Any, column: pd.Series) -> Dict[str, Any]:
    dtype = column.dtype
    extra = None
    if isinstance(dtype, pd.CategoricalDtype):
        kind, numpy_type = "categorical", "int32"
        extra = {"num_categories": len(dtype.categories), "ordered": bool(dtype.ordered)}
    elif isinstance(dtype, pd.DatetimeTZDtype):
        kind, numpy_type, extra = "datetimetz", "datetime64[ns]", {"timezone": str(dtype.tz)}
    else:
        kind, numpy_type = "unicode" if dtype == object else str(dtype).lower(), str(dtype)
    return {"name": None if name is None else str(name), "field_name": stored, "pandas_type": kind,
            "numpy_type": numpy_type, "metadata": extra}


def _categories(columns: Sequence[Column]) -> Dict[str, List[Any]]:
    """Category values that JSON can hold as they are; others are found again among the column's values."""
    kept = {}
    for stored, column in columns:
        if isinstance(column.dtype, pd.CategoricalDtype):
            values = column.cat.categories.tolist()
            if len({type(value) for value in values}) <= 1 and all(isinstance(v, (str, bool, int)) for v in values):
                kept[stored] = values
    return kept


def parse(text: Optional[str]) -> FrameMetadata:
    """Read stored JSON; a file without it, or with something else there, has no metadata."""
    try:
        stored = json.loads(text) if text else None
    except ValueError:
        return FrameMetadata()
    if not isinstance(stored, dict):
        return FrameMetadata()
    own = stored.get("trainable") or {}
    categories = own.get("categories") or {}
    columns, names = {}, {}
    for column in stored.get("columns", ()):
        field_name = column.get("field_name") or column.get("name")
        columns[field_name] = _parse_column(column, categories.get(field_name))
        names[field_name] = column.get("name")
    index = stored.get("index_columns") or []
    if len(index) == 1 and isinstance(index[0], dict):
        row_range = pd.RangeIndex(index[0]["start"], index[0]["stop"], index[0]["step"], name=index[0]["name"])
        return FrameMetadata(own.get("names"), columns, (), row_range)
    return FrameMetadata(own.get("names"), columns, [(entry, names.get(entry)) for entry in index])


def _parse_column(column: Dict[str, Any], categories: Optional[List[Any]]) -> ColumnMetadata:
    extra = column.get("metadata") or {}
    if column.get("pandas_type") == "categorical":
        return ColumnMetadata("category", categories, bool(extra.get("ordered")))
    return ColumnMetadata(str(column.get("numpy_type")), timezone=extra.get("timezone"))
