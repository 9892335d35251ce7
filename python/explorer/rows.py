"""A query's first rows as JSON values, cells cut."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Tuple

from libduckdb import Connection

FLOATS = ("DOUBLE", "FLOAT")
PLAIN = ("BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "UINTEGER")
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
    names = ", ".join(f"c{index}" for index in range(len(columns)))
    cells = ", ".join(_cell(f"c{index}", kind, cell) for index, (_, kind) in enumerate(columns))
    # An order within the query is kept: nothing here gives rows another.
    read = connection.rows(
        f"SELECT json_array({cells})::VARCHAR FROM (\n{sql}\n) AS t({names}) LIMIT {limit + 1} OFFSET {offset}"
    )
    rows = [json.loads(row[0] or "[]", parse_constant=lambda _: None) for row in read[:limit]]
    cut = False
    for row in rows:
        for index, value in enumerate(row):
            if isinstance(value, str) and len(value) > cell:
                row[index], cut = value[:cell] + "…", True
    return {
        "columns": [{"name": name, "type": kind} for name, kind in columns],
        "rows": rows,
        "more": len(read) > limit,
        "cut": cut,
    }


def _cell(column: str, kind: str, longest: int) -> str:
    if kind in PLAIN or _is_short_decimal(kind):
        return column
    if kind in FLOATS:
        return f"CASE WHEN isfinite({column}) THEN {column} END"
    if kind in ("BIGINT", "UBIGINT", "HUGEINT", "UHUGEINT"):
        safe = f"{column} BETWEEN -{SAFE_INTEGER} AND {SAFE_INTEGER}"
        return f"CASE WHEN {safe} THEN to_json({column}::BIGINT) ELSE to_json({column}::VARCHAR) END"
    if kind == "BLOB":
        return f"'<' || octet_length({column}) || ' bytes>'"
    if kind == "JSON" or kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION")):
        text = f"to_json({column})::VARCHAR"
        return (f"CASE WHEN length({text}) <= {longest} THEN to_json({column}) "
                f"ELSE to_json(left({text}, {longest + 1})) END")
    # One character more than is shown tells that there are more.
    return f"left({column}::VARCHAR, {longest + 1})"


def _is_short_decimal(kind: str) -> bool:
    """Whether a double holds every value of the type to its last digit."""
    return kind.startswith("DECIMAL(") and int(kind[len("DECIMAL("):].split(",")[0]) <= DOUBLE_DIGITS
