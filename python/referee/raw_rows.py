"""Raw rows with the dtypes that pandas gives other rows of the same table.

pandas settles a column's dtype by the values it meets, so the held rows, read by themselves, can get other dtypes than
the working rows from which a pipeline learnt: a text column of which they have no value comes back as floats, for one.
"""

from __future__ import annotations

from pathlib import Path
from typing import List

import numpy as np
import pandas as pd
from pandas.api import types

from referee.harness import read_table

# What pandas.read_csv takes for a truth value.
TRUTH = {"True": True, "TRUE": True, "true": True, "False": False, "FALSE": False, "false": False}


def read_like(path: Path, working_path: Path) -> pd.DataFrame:
    """Read rows with the dtypes that ``working_path``, another part of the same table, has when read by itself.

    A value that a column of numbers or truth values cannot hold counts as missing. A column of whole numbers or truth
    values in which one is missing gets what pandas makes of such a column: float64 or object.
    """
    rows = read_table(path)
    working = read_table(working_path)
    shared = [column for column in rows.columns if column in working.columns]
    text = _as_written(path, [column for column in shared if _lost_its_text(rows[column], working[column])])
    return rows.assign(**{column: _like(text.get(column, rows[column]), working[column]) for column in shared})


def _lost_its_text(column: pd.Series, working: pd.Series) -> bool:
    """Whether the working rows are text and reading has turned these into something else."""
    is_text = working.dtype == object and not _is_truth(working)
    return is_text and (column.dtype != object or _is_truth(column))


def _as_written(path: Path, columns: List[str]) -> pd.DataFrame:
    """Columns as the text that stands in a CSV file; a Parquet file has types of its own, and nothing is lost."""
    if path.suffix == ".parquet" or not columns:
        return pd.DataFrame()
    return pd.read_csv(path, usecols=columns, dtype=object)


def _like(column: pd.Series, working: pd.Series) -> pd.Series:
    if _is_truth(working):
        return _truth(column, working.dtype)
    if column.dtype == working.dtype or not types.is_numeric_dtype(working.dtype):
        return _plain(column, working.dtype)
    if types.is_extension_array_dtype(working.dtype):
        return column.astype(working.dtype)
    return _numbers(column, working.dtype)


def _is_truth(column: pd.Series) -> bool:
    """A column of truth values; with missing ones pandas makes it one of objects."""
    return types.is_bool_dtype(column.dtype) or (
        column.dtype == object and types.infer_dtype(column, skipna=True) == "boolean")


def _truth(column: pd.Series, dtype: np.dtype) -> pd.Series:
    values = column.map(lambda value: value if _is_truth_or_missing(value) else TRUTH.get(value, np.nan))
    return values.astype(object if values.isna().any() else dtype)


def _is_truth_or_missing(value: object) -> bool:
    return isinstance(value, (bool, np.bool_)) or value is None or value != value


def _numbers(column: pd.Series, dtype: np.dtype) -> pd.Series:
    if types.is_bool_dtype(column.dtype):
        return pd.Series(np.nan, index=column.index, name=column.name)
    numbers = column if types.is_numeric_dtype(column.dtype) else pd.to_numeric(column.astype(str), errors="coerce")
    if dtype.kind in "iu" and not _fits(numbers, dtype):
        return numbers.astype("float64")
    return numbers.astype(dtype)


def _fits(numbers: pd.Series, dtype: np.dtype) -> bool:
    """Whether every number is a whole one within the dtype's range."""
    values = numbers.to_numpy()
    if not np.isfinite(values).all() or (values.dtype.kind == "f" and (values != np.floor(values)).any()):
        return False
    bounds = np.iinfo(dtype)
    return not len(values) or (bounds.min <= values.min() and values.max() <= bounds.max)


def _plain(column: pd.Series, dtype: np.dtype) -> pd.Series:
    """Text, dates and categories: the same values under the working rows' dtype, if they all have a place in it."""
    if column.dtype == dtype:
        return column
    if isinstance(dtype, pd.CategoricalDtype):
        known = column.dropna().isin(dtype.categories).all()
        return column.astype(dtype) if known else column
    try:
        return column.astype(dtype)
    except (TypeError, ValueError):  # such as time zones that differ: the column stays what it is
        return column
