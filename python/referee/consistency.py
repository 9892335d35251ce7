"""Does ``transform`` treat each row by itself? One row, and all rows shuffled, must give what the whole table gave."""

from __future__ import annotations

from typing import Any, Callable, Iterator, List, Optional, Sequence, Tuple

import numpy as np
import pandas as pd

from referee.harness import Failure, Problem, names
from referee.tables import as_table

SEED = 20240229
MAX_ROWS = 20
MAX_PROBED_ROWS = 200
RELATIVE = 1e-9
# Values this close to zero come from cancellation, where a relative comparison means nothing.
ABSOLUTE = 1e-12

Transform = Callable[[pd.DataFrame], Any]


def row_problems(transform: Transform, features: pd.DataFrame, whole: pd.DataFrame,
                 expected: Optional[Sequence[str]]) -> List[Problem]:
    """Transform up to 20 seeded rows one at a time; empty when each equals its row of the whole."""
    chosen = np.random.default_rng(SEED).permutation(len(features))[:MAX_ROWS]
    singles = []
    for position in chosen:
        single, problem = _attempt(transform, features.iloc[[position]], whole, expected, "one row")
        if problem is not None:
            return [problem]
        singles.append(single)
    if not singles:
        return []
    differing = differing_columns(pd.concat(singles, ignore_index=True), whole.iloc[chosen])
    if not differing:
        return []
    return [Problem("row_inconsistent", f"{len(differing)} columns differ when transform() gets a row alone (of "
                                        f"{len(chosen)} rows tried): {names(differing)}. Fit statistics on train and "
                                        "look them up; do not compute them in transform().")]


def shuffle_problems(transform: Transform, features: pd.DataFrame, whole: pd.DataFrame,
                     expected: Optional[Sequence[str]]) -> List[Problem]:
    """Transform all rows in a seeded random order; empty when the same rows come back in that order."""
    order = np.random.default_rng(SEED + 1).permutation(len(features))
    shuffled, problem = _attempt(transform, features.iloc[order], whole, expected, "shuffled rows")
    if problem is not None:
        return [problem]
    differing = differing_columns(shuffled, whole.iloc[order])
    if not differing:
        return []
    return [Problem("shuffle_inconsistent", f"{len(differing)} columns depend on the order of the rows: "
                                            f"{names(differing)}.")]


def _attempt(transform: Transform, rows: pd.DataFrame, whole: pd.DataFrame, expected: Optional[Sequence[str]],
             what: str) -> Tuple[pd.DataFrame, Optional[Problem]]:
    code = "row_inconsistent" if what == "one row" else "shuffle_inconsistent"
    try:
        table = as_table(transform(rows.copy()), expected)
    except Failure as failure:
        return whole, Problem(code, f"With {what}: {failure}.")
    except Exception as error:  # the type alone: the text of an error may quote a value of the row
        return whole, Problem(code, f"transform() fails with {what}: {type(error).__name__}.")
    if len(table) != len(rows):
        return whole, Problem(code, f"transform() returned {len(table)} rows for {len(rows)} ({what}).")
    if list(table.columns) != list(whole.columns):
        return whole, Problem(code, f"transform() returned other columns with {what} ({table.shape[1]}) than with the "
                                    f"whole table ({whole.shape[1]}); fix them when the pipeline is fitted.")
    return table, None


def used_columns(transform: Transform, features: pd.DataFrame, columns: Sequence[str],
                 expected: Optional[Sequence[str]]) -> List[str]:
    """Those of ``columns`` on which the output depends: it changes when their values move to other rows, or go missing.

    A transform that fails without a column's values needs them, so it counts as depending on them.
    """
    chosen = np.random.default_rng(SEED + 2).permutation(len(features))[:MAX_PROBED_ROWS]
    rows = features.iloc[np.sort(chosen)].reset_index(drop=True)
    present = [column for column in columns if column in rows.columns]
    if not present:
        return []
    whole = as_table(transform(rows.copy()), expected)
    return [column for column in present if any(
        _changes(transform, changed, whole, expected) for changed in _without(rows, column))]


def _without(rows: pd.DataFrame, column: str) -> Iterator[pd.DataFrame]:
    """The rows with a column's values moved by half the table, and with none."""
    moved = np.roll(np.arange(len(rows)), len(rows) // 2)
    yield rows.assign(**{column: rows[column].iloc[moved].reset_index(drop=True)})
    yield rows.assign(**{column: rows[column].where(np.zeros(len(rows), dtype=bool))})


def _changes(transform: Transform, rows: pd.DataFrame, whole: pd.DataFrame,
             expected: Optional[Sequence[str]]) -> bool:
    try:
        table = as_table(transform(rows), expected)
    except Exception:  # whatever it is, the output is not what it was
        return True
    return table.shape != whole.shape or bool(differing_columns(table, whole))


def differing_columns(left: pd.DataFrame, right: pd.DataFrame) -> List[str]:
    """The names of columns that are not equal, row by row; floats to 1e-9 relative, missing equals missing."""
    return [column for column in left.columns if not _equal(left[column], right[column])]


def _equal(left: pd.Series, right: pd.Series) -> bool:
    if _is_number(left) and _is_number(right):
        first, second = (column.to_numpy(dtype=float, na_value=np.nan) for column in (left, right))
        return bool(np.isclose(first, second, rtol=RELATIVE, atol=ABSOLUTE, equal_nan=True).all())
    first, second = (column.astype(object).reset_index(drop=True) for column in (left, right))
    return bool(((first == second) | (first.isna() & second.isna())).all())


def _is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_complex_dtype(column.dtype)
