"""A query's first rows as JSON values, cells cut."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Optional, Tuple

from libduckdb import Connection

FLOATS = ("DOUBLE", "FLOAT")
INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT",
            "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT")
READ_AS_TEXT = frozenset({*INTEGERS, *FLOATS, "BOOLEAN", "VARCHAR", "DATE", "TIME", "TIMESTAMP"})
# What a JavaScript number holds exactly.
SAFE_INTEGER = (1 << 53) - 1
DOUBLE_DIGITS = 15


def describe(connection: Connection, sql: str) -> List[Tuple[str, str]]:
    """Names and DuckDB types of a query's columns."""
    rows = connection.rows(f"SELECT * FROM (DESCRIBE SELECT * FROM (\n{sql}\n) AS t)")
    return [(row[0] or "", row[1] or "") for row in rows]


def first(connection: Connection, sql: str, limit: int, offset: int, cell: int) -> Dict[str, Any]:
    """columns [{name, type}], rows [[value]], and whether there are more rows and whether cells were cut.

    Numbers stay numbers where JavaScript can hold them, otherwise they are text; a NaN or an infinity is null; times
    and everything else are text as DuckDB writes it; lists and structs are JSON where they are short.
    """
    columns = describe(connection, sql)
    kinds = [kind for _, kind in columns]
    what = "*"
    if any(not _is_read(kind) for kind in kinds):
        what = ", ".join(_written(f"c{index}", kind, cell) for index, kind in enumerate(kinds))
    names = ", ".join(f"c{index}" for index in range(len(columns)))
    # An order within the query is kept: nothing here gives rows another. What values are to be is made of them here and
    # not in SQL, where an expression for each of thousands of columns takes DuckDB a time quadratic in them to plan.
    read = connection.rows(f"SELECT {what} FROM (\n{sql}\n) AS t({names}) LIMIT {limit + 1} OFFSET {offset}")
    rows = [[_value(text, kind, cell) for text, kind in zip(row, kinds)] for row in read[:limit]]
    return {
        "columns": [{"name": name, "type": kind} for name, kind in columns],
        "rows": rows,
        "more": len(read) > limit,
        "cut": any(isinstance(value, str) and len(value) > cell for row in rows for value in row),
    }


def _is_nested(kind: str) -> bool:
    return kind == "JSON" or kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION", "VARIANT"))


def _written(column: str, kind: str, longest: int) -> str:
    if kind == "BLOB":
        return f"'<' || octet_length({column}) || ' bytes>'"
    # One character more than is shown tells that there are more.
    if _is_nested(kind):
        return f"left(to_json({column})::VARCHAR, {longest + 1})"
    return column if _is_read(kind) else f"{column}::VARCHAR"


def _is_read(kind: str) -> bool:
    """Whether the C API gives values of the type as text; of others it gives NULL."""
    return kind in READ_AS_TEXT or kind.startswith("DECIMAL(")


def _value(text: Optional[str], kind: str, longest: int) -> Any:
    if text is None:
        return None
    if kind == "BOOLEAN":
        return text == "true"
    if kind in INTEGERS:
        number = int(text)
        return number if -SAFE_INTEGER <= number <= SAFE_INTEGER else text
    if kind in FLOATS or _is_short_decimal(kind):
        real = float(text)
        # A NaN less itself is no zero, nor is an infinity's.
        return real if real - real == 0 else None
    if len(text) > longest:
        return text[:longest] + "…"
    return json.loads(text, parse_constant=lambda _: None) if _is_nested(kind) else text


def _is_short_decimal(kind: str) -> bool:
    """Whether a double holds every value of the type to its last digit."""
    return kind.startswith("DECIMAL(") and int(kind[len("DECIMAL("):].split(",")[0]) <= DOUBLE_DIGITS
