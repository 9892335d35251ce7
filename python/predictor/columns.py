"""What the raw columns hold, learnt from the working rows, and new values read as those were.

pandas settles a column's dtype by the values it meets; one row of a form, or ten of a file, would get other dtypes than
the rows a pipeline was fitted on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Sequence

import numpy as np
import pandas as pd
from pandas.api import types

# What pandas.read_csv takes for a missing value; the host has the same list (MissingValues.cs).
MISSING = frozenset(("", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>",
                     "N/A", "NA", "NULL", "NaN", "n/a", "nan", "null"))
TRUTH = {"True": True, "TRUE": True, "true": True, "False": False, "FALSE": False, "false": False}
EXPECTED = {"number": "a number", "whole": "a number", "truth": "True or False", "date": "a date",
            "text": "text"}
MOST_PROBLEMS = 20
MOST_LEVELS = 200
MOST_SHOWN = 60


@dataclass
class Column:
    """A raw column: its name, its dtype among the working rows, and what is typical of it."""

    name: str
    dtype: Any
    kind: str
    levels: Optional[List[str]] = None
    low: Optional[float] = None
    high: Optional[float] = None
    typical: Any = None
    has_missing: bool = False

    def facts(self) -> Dict[str, Any]:
        """What a form for this column needs to know."""
        return {"name": self.name, "kind": self.kind, "dtype": str(self.dtype), "levels": self.levels, "low": self.low,
                "high": self.high, "typical": self.typical, "has_missing": self.has_missing}


@dataclass
class Problem:
    """Something about the rows that whoever sent them should mend."""

    code: str
    message: str
    column: Optional[str] = None
    row: Optional[int] = None
    expected: Optional[str] = None

    def facts(self) -> Dict[str, Any]:
        return {"code": self.code, "message": self.message, "column": self.column, "row": self.row,
                "expected": self.expected}


@dataclass
class Read:
    """Rows as a pipeline takes them, or why there are none."""

    table: pd.DataFrame
    problems: List[Problem] = field(default_factory=list)
    more_problems: int = 0


def learn(working: pd.DataFrame) -> List[Column]:
    """The columns of the working rows, without the target."""
    return [_learn(working[name]) for name in working.columns]


def _learn(values: pd.Series) -> Column:
    column = Column(str(values.name), values.dtype, _kind(values), has_missing=bool(values.isna().any()))
    present = values.dropna()
    if not len(present):
        return column
    if column.kind in ("number", "whole"):
        numbers = present.to_numpy(dtype=float)
        numbers = numbers[np.isfinite(numbers)]
        if len(numbers):
            median = float(np.median(numbers))
            column.low, column.high = float(numbers.min()), float(numbers.max())
            column.typical = float(round(median)) if column.kind == "whole" else median
    elif column.kind == "date":
        column.typical = str(present.sort_values().iloc[len(present) // 2])
    else:
        counts = present.map(str).value_counts()
        column.typical = str(counts.index[0])
        if column.kind == "text" and len(counts) <= MOST_LEVELS and len(counts) * 2 <= len(present):
            column.levels = [str(level) for level in counts.index]
    return column


def _kind(values: pd.Series) -> str:
    if types.is_bool_dtype(values.dtype) or (
            values.dtype == object and types.infer_dtype(values, skipna=True) == "boolean"):
        return "truth"
    if types.is_numeric_dtype(values.dtype):
        if types.is_integer_dtype(values.dtype):
            return "whole"
        # Whole numbers of which some are missing are floats to pandas; people still write them as whole ones.
        numbers = values.dropna().to_numpy(dtype=float)
        return "whole" if len(numbers) and bool((numbers == np.floor(numbers)).all()) else "number"
    return "date" if types.is_datetime64_any_dtype(values.dtype) else "text"


def read(columns: Sequence[Column], names: Sequence[str], rows: Sequence[Sequence[Any]], first: int,
         fill: Sequence[str] = ()) -> Read:
    """The rows as a table with the working rows' columns and dtypes.

    names: what the values of each row are called; names of no column are passed over.
    first: the number of the first row, as people count them.
    fill: columns that are not among the names and count as missing in every row.
    """
    places = {name: place for place, name in enumerate(names)}
    table: Dict[str, Any] = {}
    problems: List[Problem] = []
    for column in columns:
        if column.name in places:
            place = places[column.name]
            cells = [row[place] for row in rows]
        elif column.name in fill:
            cells = [None] * len(rows)
        else:
            problems.append(Problem("column_missing", f"The column {column.name!r} is missing; "
                                    f"{EXPECTED[column.kind]} is expected in it.", column.name,
                                    expected=EXPECTED[column.kind]))
            continue
        table[column.name] = _values(column, cells, first, problems)
    more = max(0, len(problems) - MOST_PROBLEMS)
    if problems:
        return Read(pd.DataFrame(), problems[:MOST_PROBLEMS], more)
    return Read(pd.DataFrame(table, columns=[column.name for column in columns], index=pd.RangeIndex(len(rows))))


def _values(column: Column, cells: List[Any], first: int, problems: List[Problem]) -> Any:
    if column.kind in ("number", "whole"):
        return _numbers(column, cells, first, problems)
    if column.kind == "truth":
        return _truths(column, cells, first, problems)
    if column.kind == "date":
        return _dates(column, cells, first, problems)
    texts = np.empty(len(cells), dtype=object)
    texts[:] = [_text(cell) for cell in cells]
    if column.dtype == object:
        return texts
    values = pd.Series(texts)
    if isinstance(column.dtype, pd.CategoricalDtype):
        # A value that is no category stays what it is, as text: the pipeline is to see that it is new.
        return values.astype(column.dtype) if values.dropna().isin(column.dtype.categories).all() else values
    return values.astype(column.dtype)


def _is_missing(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and cell.strip() in MISSING)


def _text(cell: Any) -> Any:
    if _is_missing(cell):
        return np.nan
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell if isinstance(cell, str) else str(cell)


def _numbers(column: Column, cells: List[Any], first: int, problems: List[Problem]) -> Any:
    values: List[Any] = []
    whole = types.is_integer_dtype(column.dtype)
    for position, cell in enumerate(cells):
        number = None if _is_missing(cell) else _number(cell)
        if number is None and not _is_missing(cell):
            problems.append(_mistyped(column, cell, first + position))
        whole = whole and isinstance(number, int)
        values.append(math.nan if number is None else number)
    if types.is_extension_array_dtype(column.dtype):
        return pd.array([pd.NA if value != value else value for value in values], dtype="Float64" if not whole
                        else column.dtype)
    if whole and all(_fits(value, column.dtype) for value in values):
        return np.array(values, dtype=column.dtype)
    return np.array(values, dtype=column.dtype if types.is_float_dtype(column.dtype) else "float64")


def _number(cell: Any) -> Any:
    """A cell as an int where it is a whole number, else as a float; None when it is no finite number."""
    if isinstance(cell, bool) or not isinstance(cell, (int, float, str)):
        return None
    if isinstance(cell, str):
        text = cell.strip()
        if "_" in text:  # Python reads 1_000 as a number; a table does not.
            return None
        try:
            return int(text)
        except ValueError:
            pass
        try:
            cell = float(text)
        except ValueError:
            return None
    if isinstance(cell, float):
        if not math.isfinite(cell):
            return None
        return int(cell) if cell.is_integer() and abs(cell) < 2 ** 53 else cell
    return cell if abs(cell) < 2 ** 63 else float(cell)


def _fits(value: Any, dtype: Any) -> bool:
    bounds = np.iinfo(dtype)
    return isinstance(value, int) and bounds.min <= value <= bounds.max


def _truths(column: Column, cells: List[Any], first: int, problems: List[Problem]) -> Any:
    values: List[Any] = []
    for position, cell in enumerate(cells):
        if _is_missing(cell):
            values.append(np.nan)
            continue
        value = cell if isinstance(cell, bool) else TRUTH.get(cell.strip()) if isinstance(cell, str) else None
        if value is None:
            problems.append(_mistyped(column, cell, first + position))
        values.append(value)
    gaps = any(not isinstance(value, bool) for value in values)
    return pd.Series(values, dtype=object if gaps or column.dtype == object else column.dtype)


def _dates(column: Column, cells: List[Any], first: int, problems: List[Problem]) -> Any:
    plain = [None if _is_missing(cell) else cell for cell in cells]
    zoned = getattr(column.dtype, "tz", None) is not None
    values = pd.to_datetime(pd.Series(plain, dtype=object), errors="coerce", utc=zoned)
    for position, (cell, value) in enumerate(zip(plain, values)):
        if cell is not None and pd.isna(value):
            problems.append(_mistyped(column, cell, first + position))
    return values if values.dtype == column.dtype else values.astype(column.dtype)


def _mistyped(column: Column, cell: Any, row: int) -> Problem:
    shown = str(cell)
    shown = shown if len(shown) <= MOST_SHOWN else shown[:MOST_SHOWN - 1] + "…"
    expected = EXPECTED[column.kind]
    return Problem("mistyped", f"Row {row}: {column.name!r} is {shown!r}, where {expected} is expected.", column.name,
                   row, expected)
