"""From whatever ``transform`` returned to a plain table that Parquet can hold."""

from __future__ import annotations

from typing import Any, List, Optional, Sequence

import numpy as np
import pandas as pd

from referee.harness import Failure, Problem, counts, names

# What pandas calls the kinds of object column that Parquet has one type for.
STORABLE_OBJECTS = ("string", "boolean", "integer", "floating", "mixed-integer-float", "empty")


def as_table(returned: Any, expected: Optional[Sequence[str]]) -> pd.DataFrame:
    """A DataFrame of unique text column names and a plain index.

    expected: the names that the columns of an array are taken to have, when there are as many.
    Raises Failure for what is no table.
    """
    if isinstance(returned, pd.DataFrame):
        table = pd.DataFrame(returned).reset_index(drop=True)
    else:
        array = returned.toarray() if _is_sparse(returned) else returned
        if not isinstance(array, np.ndarray) or array.ndim != 2:
            shape = f" of shape {array.shape}" if isinstance(array, np.ndarray) else ""
            raise Failure(f"transform() returned a {type(returned).__name__}{shape}; a DataFrame is needed, one row "
                          "per input row")
        table = pd.DataFrame(array)
        if expected is not None and len(expected) == array.shape[1]:
            table.columns = list(expected)
    table.columns = _unique([str(column) for column in table.columns])
    return table.apply(_dense) if any(isinstance(dtype, pd.SparseDtype) for dtype in table.dtypes) else table


def _is_sparse(value: Any) -> bool:
    return hasattr(value, "toarray") and hasattr(value, "nnz")


def _dense(column: pd.Series) -> pd.Series:
    return column.sparse.to_dense() if isinstance(column.dtype, pd.SparseDtype) else column


def _unique(columns: List[str]) -> List[str]:
    seen: dict = {}
    unique = []
    for column in columns:
        seen[column] = seen.get(column, -1) + 1
        unique.append(f"{column}.{seen[column]}" if seen[column] else column)
    return unique


def shape_problems(returned: Any, table: pd.DataFrame, rows: int) -> List[Problem]:
    """Problems of the table itself, with no reference."""
    problems = []
    if not isinstance(returned, pd.DataFrame):
        problems.append(Problem("not_a_dataframe", f"transform() returned a {type(returned).__name__}; return a "
                                                   "DataFrame, so that the columns have names."))
    elif returned.columns.has_duplicates:
        repeated = returned.columns[returned.columns.duplicated()].unique()
        problems.append(Problem("duplicate_columns", f"Column names are used more than once: {names(repeated)}."))
    if len(table) != rows:
        problems.append(Problem("row_count", f"transform() returned {len(table)} rows for {rows} input rows; it must "
                                             "return one row per input row, in order."))
    return problems


def column_problems(table: pd.DataFrame, reference: pd.DataFrame, target: Optional[str]) -> List[Problem]:
    """Problems of the table's columns beside those of train."""
    expected = [str(column) for column in reference.columns if str(column) != target]
    actual = list(table.columns)
    missing = [column for column in expected if column not in set(actual)]
    unexpected = [column for column in actual if column not in set(expected)]
    problems = []
    if target in unexpected:
        unexpected.remove(target)
        problems.append(Problem("target_in_output", f"The output has the target column {target!r}; it must hold "
                                                    "features only."))
    if missing:
        problems.append(Problem("columns_missing", f"{len(missing)} of train's feature columns are missing: "
                                                   f"{names(missing)}."))
    if unexpected:
        problems.append(Problem("columns_unexpected", f"{len(unexpected)} columns are not in train: "
                                                      f"{names(unexpected)}."))
    if not missing and not unexpected and [column for column in actual if column != target] != expected:
        problems.append(Problem("column_order", "The columns are those of train but in another order."))
    shared = [column for column in expected if column in set(actual)]
    changed = [column for column in shared if _kind(table[column]) != _kind(reference[column])]
    if changed:
        kinds = ", ".join(f"{column!r} ({_kind(table[column])}, in train {_kind(reference[column])})"
                          for column in changed[:5])
        problems.append(Problem("dtype_changed", f"{len(changed)} columns have another type than in train: {kinds}."))
    return problems


def _kind(column: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(column.dtype) or pd.api.types.is_numeric_dtype(column.dtype):
        return "number"
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return "date"
    return "text"


def value_problems(table: pd.DataFrame) -> List[Problem]:
    """Missing and infinite values."""
    problems = []
    nulls = {column: int(count) for column, count in table.isna().sum().items() if count}
    if nulls:
        problems.append(Problem("nulls", f"{len(nulls)} columns have missing values: {counts(nulls)}."))
    floats = table.select_dtypes(include="floating")
    infinite = {column: int(count) for column, count in np.isinf(floats).sum().items() if count}
    if infinite:
        problems.append(Problem("infinite", f"{len(infinite)} columns have infinite values: {counts(infinite)}."))
    return problems


def storable(table: pd.DataFrame) -> tuple[pd.DataFrame, List[Problem]]:
    """The table with what Parquet cannot hold turned into text, and a problem naming those columns."""
    mixed = [column for column in table.columns if _is_mixed(table[column])]
    if not mixed:
        return table, []
    text = {column: table[column].map(str, na_action="ignore") for column in mixed}
    return table.assign(**text), [Problem("mixed_types", f"Columns hold values of several types: {names(mixed)}.")]


def _is_mixed(column: pd.Series) -> bool:
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.cat.categories.to_series()
    if column.dtype != object:
        return column.dtype.kind == "c" or isinstance(column.dtype, (pd.PeriodDtype, pd.IntervalDtype))
    return pd.api.types.infer_dtype(column, skipna=True) not in STORABLE_OBJECTS
