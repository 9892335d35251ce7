"""Which statements may run: DuckDB's own parser decides, and what it read is looked through."""

from __future__ import annotations

import json
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Dict, Iterable, List, Set

from explorer.errors import Refused
from libduckdb import Connection, literal

MAX_SQL_CHARACTERS = 100_000

# Functions in FROM that make rows of their arguments. All others read files, settings or the catalogue.
ROW_FUNCTIONS = frozenset({"range", "generate_series", "unnest", "repeat_row", "json_each", "json_tree"})

ONLY_READS = (
    "Only one query can be run here: SELECT, WITH, FROM, VALUES, DESCRIBE or SUMMARIZE. Nothing can be written, "
    "changed, attached, installed or set."
)


@dataclass(frozen=True)
class Statement:
    """sql: the statement without the semicolon at its end. tables: the given tables that it names."""

    sql: str
    tables: List[str]


def check(connection: Connection, sql: str, tables: Iterable[str]) -> Statement:
    """Let one reading statement over the named tables pass. Raises Refused for anything else."""
    if len(sql) > MAX_SQL_CHARACTERS:
        raise Refused("syntax", f"The query is longer than {MAX_SQL_CHARACTERS:,} characters.")
    if "\0" in sql:
        raise Refused("syntax", "The query holds a zero byte.")
    statements = _parse(connection, sql)
    if not statements:
        raise Refused("syntax", "The query is empty. Try: SELECT * FROM train LIMIT 10")
    if len(statements) > 1:
        raise Refused("statement", f"There are {len(statements)} statements. {ONLY_READS}")
    found = _Found()
    found.look_through(statements[0])
    known = {name.casefold(): name for name in tables}
    named = []
    for name in found.tables:
        if name.casefold() in known:
            named.append(known[name.casefold()])
        elif name.casefold() not in found.own:
            raise _unknown(name, list(known.values()))
    return Statement(_without_end(connection, sql), sorted(set(named)))


def _parse(connection: Connection, sql: str) -> List[Dict[str, Any]]:
    try:
        parsed = json.loads(connection.rows(f"SELECT json_serialize_sql({literal(sql)})")[0][0] or "{}")
    except RecursionError:
        raise Refused("syntax", "The query is nested too deeply.") from None
    if not parsed.get("error"):
        return list(parsed["statements"])
    if parsed.get("error_type") == "parser":
        raise Refused("syntax", _syntax(sql, parsed))
    raise Refused("statement", ONLY_READS)


def _syntax(sql: str, parsed: Dict[str, Any]) -> str:
    message = " ".join(str(parsed.get("error_message", "The query cannot be read")).split())
    try:
        before = sql[: int(parsed["position"])]
    except (KeyError, ValueError):
        return message
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return f"{message} (line {line}, character {column})"


def _unknown(name: str, tables: List[str]) -> Refused:
    if not tables:
        return Refused("table", f"There is no table '{name}', nor any other yet.")
    near = get_close_matches(name.casefold(), tables, n=1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    return Refused("table", f"There is no table '{name}'.{hint} There are: {', '.join(tables[:30])}.")


def _without_end(connection: Connection, sql: str) -> str:
    """The statement in a form that can stand in parentheses."""
    bare = sql.strip()
    while bare.endswith(";"):
        bare = bare[:-1].rstrip()
    try:
        if len(_parse(connection, f"SELECT * FROM (\n{bare}\n) AS t")) == 1:
            return bare
    except Refused:
        pass
    raise Refused("syntax", "Nothing may follow the semicolon at the query's end. Remove it and what follows.")


class _Found:
    """What a parsed statement names."""

    def __init__(self) -> None:
        self.tables: List[str] = []
        self.own: Set[str] = set()

    def look_through(self, statement: Any) -> None:
        left = [statement]
        while left:
            node = left.pop()
            if isinstance(node, list):
                left.extend(node)
            elif isinstance(node, dict):
                self._take(node)
                left.extend(node.values())

    def _take(self, node: Dict[str, Any]) -> None:
        kind = node.get("type")
        if kind == "BASE_TABLE":
            schema, catalog = node.get("schema_name"), node.get("catalog_name")
            if schema not in ("", None, "main") or catalog not in ("", None, "memory"):
                raise Refused("table", "Name a table by itself, without a schema: SELECT * FROM train")
            self.tables.append(str(node.get("table_name", "")))
        elif kind == "TABLE_FUNCTION":
            name = str((node.get("function") or {}).get("function_name", ""))
            if name not in ROW_FUNCTIONS:
                raise Refused("function", f"The function {name}() cannot be used in FROM here: query tables by name.")
        elif kind == "SHOW_REF" and node.get("query") is None:
            raise Refused("statement", "SHOW lists nothing here; DESCRIBE and SUMMARIZE a table by its name.")
        elif node.get("class") == "PARAMETER":
            raise Refused("syntax", "The query has a parameter ($1 or ?), and there is no value for it.")
        if "cte_map" in node:
            for entry in (node["cte_map"] or {}).get("map", []):
                self.own.add(str(entry.get("key", "")).casefold())
