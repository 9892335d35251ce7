"""What the columns of a table hold: counts, extremes, histograms, frequent values."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional

from explorer.rows import INTEGERS, describe
from explorer.tables import Table
from libduckdb import Connection, identifier

ROWS_READ = 1_000_000
BINS = 20
TOP_VALUES = 10
LONGEST_VALUE = 120


def profile(connection: Connection, table: Table, offset: int, limit: int) -> Dict[str, Any]:
    """columns: of the page, by position. rows: how many were looked at. complete: whether those are all."""
    kinds = describe(connection, f"SELECT * FROM {identifier(table.name)}")
    page = kinds[offset:offset + limit]
    taken = ", ".join(f"{identifier(name)} AS c{index}" for index, (name, _) in enumerate(page)) or "NULL AS c0"
    # Read once: a CSV file would be read again for each column.
    connection.execute(f"CREATE TEMP TABLE page AS SELECT {taken} FROM {identifier(table.name)} LIMIT {ROWS_READ + 1}")
    rows = int(connection.rows("SELECT count(*) FROM page")[0][0] or 0)
    complete = rows <= ROWS_READ
    columns = [_column(connection, f"c{index}", name, kind, rows) for index, (name, kind) in enumerate(page)]
    return {"columns": columns, "total": len(kinds), "rows": min(rows, ROWS_READ), "complete": complete}


def _column(connection: Connection, column: str, name: str, kind: str, rows: int) -> Dict[str, Any]:
    numeric = kind in INTEGERS or kind in ("DOUBLE", "FLOAT") or kind.startswith("DECIMAL")
    known = f"CASE WHEN isfinite({column}::DOUBLE) THEN {column}::DOUBLE END" if numeric else column
    text = f"{column}::VARCHAR"
    values = connection.rows(f"SELECT count({known}), approx_count_distinct({text}) FROM page")[0]
    present = int(values[0] or 0)
    distinct = min(int(values[1] or 0), present)
    described: Dict[str, Any] = {"name": name, "type": kind, "missing": rows - present, "distinct": distinct}
    if numeric:
        described.update(_numbers(connection, known))
    elif kind == "DATE" or kind.startswith("TIMESTAMP"):
        described.update(_times(connection, column))
    if not described.get("histogram") or distinct <= TOP_VALUES:
        described["top"] = _top(connection, text)
    return described


def _numbers(connection: Connection, number: str) -> Mapping[str, Any]:
    row = connection.rows(
        f"SELECT min(n), max(n), avg(n), stddev_samp(n), median(n) FROM (SELECT {number} AS n FROM page)"
    )[0]
    low, high, mean, deviation, median = (_number(value) for value in row)
    counted = {"min": low, "max": high, "mean": mean, "standard_deviation": deviation, "median": median}
    if low is None or high is None or low == high:
        return counted
    return {**counted, "histogram": {"low": low, "high": high, "counts": _bins(connection, number, low, high)}}


def _times(connection: Connection, column: str) -> Mapping[str, Any]:
    row = connection.rows(
        f"SELECT min(c)::VARCHAR, max(c)::VARCHAR, epoch(min(c)::TIMESTAMP), epoch(max(c)::TIMESTAMP) "
        f"FROM (SELECT {column} AS c FROM page WHERE isfinite({column}))"
    )[0]
    low, high = _number(row[2]), _number(row[3])
    counted = {"min": row[0], "max": row[1]}
    if low is None or high is None or low == high:
        return counted
    seconds = f"CASE WHEN isfinite({column}) THEN epoch({column}::TIMESTAMP) END"
    return {**counted, "histogram": {"low": row[0], "high": row[1], "counts": _bins(connection, seconds, low, high)}}


def _bins(connection: Connection, number: str, low: float, high: float) -> List[int]:
    # Divided before the difference is taken, which may be more than a double holds.
    width = high / BINS - low / BINS
    counts = [0] * BINS
    for row in connection.rows(
        f"SELECT least(greatest(floor((n - {low!r}::DOUBLE) / {width!r}::DOUBLE), 0), {BINS - 1})::INTEGER AS bin, "
        f"count(*) FROM (SELECT {number} AS n FROM page) WHERE n IS NOT NULL GROUP BY bin"
    ):
        if row[0] is not None:
            counts[int(row[0])] = int(row[1] or 0)
    return counts


def _top(connection: Connection, text: str) -> List[Dict[str, Any]]:
    rows = connection.rows(
        f"SELECT left(v, {LONGEST_VALUE + 1}), count(*) AS n FROM (SELECT {text} AS v FROM page) WHERE v IS NOT NULL "
        f"GROUP BY v ORDER BY n DESC, v LIMIT {TOP_VALUES}"
    )
    return [{"value": _short(row[0] or ""), "count": int(row[1] or 0)} for row in rows]


def _short(value: str) -> str:
    return value if len(value) <= LONGEST_VALUE else value[:LONGEST_VALUE] + "…"


def _number(text: Optional[str]) -> Optional[float]:
    """None for NULL and for what JSON cannot hold."""
    value = float(text) if text is not None else float("nan")
    return value if value - value == 0 else None
