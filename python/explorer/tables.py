"""Files as tables of a locked DuckDB."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Dict, Iterable, List, Mapping

from explorer.errors import Refused, explain
from libduckdb import Connection, DuckDBError, identifier, literal

# A CSV file up to this size is read whole to tell its columns' types; of a larger one its beginning.
WHOLE_SAMPLE_BYTES = 32 << 20
SAMPLE_ROWS = 200_000
WIDEST_WITH_CODES = 300
CSV_TYPES = ("NULL", "BIGINT", "DOUBLE", "TIME", "DATE", "TIMESTAMP", "VARCHAR")
MAX_SPILL = "4GiB"


@dataclass(frozen=True)
class Table:
    """files: one, or several with the same columns. format: csv or parquet. union: named parts instead of files, put
    together with a column ``split`` that says which one a row is of."""

    name: str
    format: str
    files: List[str]
    union: List[str]

    @staticmethod
    def read(given: Mapping[str, Any]) -> Table:
        return Table(given["name"], given.get("format", ""), list(given.get("files", [])), list(given.get("union", [])))


def lock(connection: Connection, tables: Iterable[Table], memory: int, scratch: str) -> None:
    """Let the connection read the tables' files and nothing else, for good."""
    paths = sorted({path for table in tables for path in table.files})
    connection.execute(f"SET memory_limit = '{memory // 1024}KiB'")
    # Set before access is taken away, or a folder beside the working directory would be let in.
    connection.execute(f"SET temp_directory = {literal(scratch)}")
    connection.execute(f"SET max_temp_directory_size = '{MAX_SPILL}'")
    connection.execute(f"SET allowed_paths = [{', '.join(literal(path) for path in paths)}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def attach(connection: Connection, tables: Mapping[str, Table], names: Iterable[str]) -> None:
    """Make the named tables known, and those they are made of. Raises Refused for a file that cannot be read."""
    known: Dict[str, bool] = {}
    for name in names:
        _attach(connection, tables, name, known)


def source(connection: Connection, table: Table) -> str:
    """SQL that reads a table's files. In CSV a 'yes' stays a 'yes', and '007' stays '007'."""
    files = f"[{', '.join(literal(path) for path in table.files)}]"
    if table.format == "parquet":
        return f"read_parquet({files}, union_by_name = true)"
    size = sum(os.path.getsize(path) for path in table.files)
    sample = -1 if size <= WHOLE_SAMPLE_BYTES else SAMPLE_ROWS
    kinds = ", ".join(literal(kind) for kind in CSV_TYPES)
    how = f"{files}, header = true, sample_size = {sample}, union_by_name = true"
    typed = f"{how}, auto_type_candidates = [{kinds}]"
    codes = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in _codes(connection, how, typed))
    return f"read_csv({typed}, types = {{{codes}}})" if codes else f"read_csv({typed})"


def _codes(connection: Connection, how: str, typed: str) -> List[str]:
    """Columns that look like whole numbers but for zeros at the start, such as postcodes."""
    described = connection.rows(f"SELECT column_name, column_type FROM (DESCRIBE FROM read_csv({typed}))")
    names = [row[0] or "" for row in described if row[1] == "BIGINT"]
    # As text, a very wide table takes more memory than a query may have.
    if not names or len(described) > WIDEST_WITH_CODES:
        return []
    text = f"(SELECT * FROM read_csv({how}, all_varchar = true) LIMIT {SAMPLE_ROWS})"
    tests = ", ".join(f"bool_or(regexp_matches({identifier(name)}, '^0[0-9]'))" for name in names)
    found = connection.rows(f"SELECT {tests} FROM {text}")[0]
    return [name for name, has_zeros in zip(names, found) if has_zeros == "true"]


def _attach(connection: Connection, tables: Mapping[str, Table], name: str, known: Dict[str, bool]) -> None:
    if name in known:
        return
    known[name] = True
    table = tables[name]
    for part in table.union:
        _attach(connection, tables, part, known)
    parts = (f"SELECT *, {literal(part)} AS split FROM {identifier(part)}" for part in table.union)
    try:
        query = " UNION ALL BY NAME ".join(parts) or f"SELECT * FROM {source(connection, table)}"
        connection.execute(f"CREATE VIEW IF NOT EXISTS {identifier(name)} AS {query}")
    except DuckDBError as error:
        raise Refused("file", f"The table '{name}' cannot be read: {explain(error).message}") from None
    except OSError:
        raise Refused("file", f"The table '{name}' is no longer there.") from None
