"""Answers one request, given as JSON in the first argument, with one line of JSON on stdout.

Requests: ``{"do": "query" | "schema" | "profile" | "export", "tables": [{"name", "format", "files" | "union"}],
"memory", "scratch", …}``. The answer is the result, or ``{"error": {"code", "message"}}`` with a sentence for whoever
asked.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from typing import Any, Callable, Dict, List

# What this program needs lies beside its folder, after what is installed.
sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from explorer import profile as profiles  # noqa: E402
from explorer import rows, waiting  # noqa: E402
from explorer.errors import Refused, explain  # noqa: E402
from explorer.guard import check  # noqa: E402
from explorer.tables import Table, attach, lock, source  # noqa: E402
from libduckdb import Connection, DuckDBError, identifier, literal  # noqa: E402

# Beyond what DuckDB counts as its memory: the interpreter, the library, and what expressions build. As much as the host
# leaves the sandbox for it (ExplorerSandboxes.UncountedBytes).
UNCOUNTED_BYTES = 2 << 30
# A CSV file larger than this is not read through to count its rows.
COUNTED_CSV_BYTES = 256 << 20

Request = Dict[str, Any]
Tables = Dict[str, Table]


def query(connection: Connection, request: Request, tables: Tables) -> Dict[str, Any]:
    statement = check(connection, request["sql"], tables)
    attach(connection, tables, statement.tables)
    return rows.first(connection, statement.sql, request["limit"], request.get("offset", 0), request["cell"])


def schema(connection: Connection, request: Request, tables: Tables) -> Dict[str, Any]:
    """Columns and number of rows of each table; a table that cannot be read says why."""
    return {"tables": [_describe(connection, tables, table) for table in tables.values()]}


def profile(connection: Connection, request: Request, tables: Tables) -> Dict[str, Any]:
    attach(connection, tables, [request["table"]])
    return profiles.profile(connection, tables[request["table"]], request.get("offset", 0), request["limit"])


def export(connection: Connection, request: Request, tables: Tables) -> Dict[str, Any]:
    """Write a query's whole result to a file. It alone may be written; the query cannot name it."""
    statement = check(connection, request["sql"], tables)
    attach(connection, tables, statement.tables)
    how = "FORMAT parquet" if request["format"] == "parquet" else "FORMAT csv, HEADER"
    connection.execute(f"COPY (\n{statement.sql}\n) TO {literal(request['to'])} ({how})")
    return {"bytes": os.path.getsize(request["to"])}


ACTIONS: Dict[str, Callable[[Connection, Request, Tables], Dict[str, Any]]] = {
    "query": query,
    "schema": schema,
    "profile": profile,
    "export": export,
}


def answer(request: Request) -> Dict[str, Any]:
    """The result of a request, or its error."""
    memory = int(request["memory"])
    address_space = memory + UNCOUNTED_BYTES + _address_space()
    resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))
    tables = {table.name: table for table in map(Table.read, request["tables"])}
    try:
        with waiting.take() as connection:
            written: List[Table] = []
            if "to" in request:
                written = [Table("", "", [request["to"]], [])]
            lock(connection, [*tables.values(), *written], memory, request["scratch"])
            return ACTIONS[request["do"]](connection, request, tables)
    except Refused as refused:
        return {"error": {"code": refused.code, "message": refused.message}}
    except DuckDBError as error:
        refused = explain(error)
        return {"error": {"code": refused.code, "message": refused.message}}
    except MemoryError:
        return {"error": {"code": "memory", "message": "The result is larger than the memory a query may have."}}


def _describe(connection: Connection, tables: Tables, table: Table) -> Dict[str, Any]:
    try:
        attach(connection, tables, [table.name])
        found = rows.describe(connection, f"FROM {identifier(table.name)}")
        columns = [{"name": name, "type": kind} for name, kind in found]
        return {"name": table.name, "columns": columns, "rows": _count(connection, tables, table)}
    except Refused as refused:
        return {"name": table.name, "columns": [], "rows": None, "error": refused.message}
    except DuckDBError as error:
        return {"name": table.name, "columns": [], "rows": None, "error": explain(error).message}


def _count(connection: Connection, tables: Tables, table: Table) -> Any:
    parts = [tables[name] for name in table.union] or [table]
    csv = [path for part in parts if part.format == "csv" for path in part.files]
    if sum(os.path.getsize(path) for path in csv) > COUNTED_CSV_BYTES:
        return None
    return sum(int(connection.rows(f"SELECT count(*) FROM {source(connection, part)}")[0][0] or 0) for part in parts)


def _address_space() -> int:
    """What this process has mapped already; a fork of a large one starts with much."""
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[0]) * resource.getpagesize()


if __name__ == "__main__":
    json.dump(answer(json.loads(sys.argv[1])), sys.stdout, ensure_ascii=False, allow_nan=False)
    print()
