"""What goes wrong in a way that whoever asked can act on."""

from __future__ import annotations

import re

from libduckdb import DuckDBError

MAX_MESSAGE = 600

# DuckDB's classes of errors, by the word its messages start with, and ours.
_CODES = {
    "Parser": "syntax",
    "Binder": "query",
    "Catalog": "query",
    "Conversion": "value",
    "Out of Range": "value",
    "Invalid Input": "value",
    "Invalid": "value",
    "Out of Memory": "memory",
    "Permission": "forbidden",
    "IO": "file",
}


class Refused(Exception):
    """A sentence for whoever asked. code: syntax, statement, table, function, query, value, memory, forbidden, file."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def explain(error: DuckDBError) -> Refused:
    """DuckDB's own message, less its advice on settings, which nobody can change here."""
    text = str(error).strip()
    kind = next((name for name in _CODES if text.startswith(f"{name} Error")), None)
    code = _CODES[kind] if kind else "query"
    if code == "memory":
        return Refused(code, "The query needs more memory than it may have. Ask for fewer rows or columns, or aggregate"
                       " first.")
    text = re.split(r"\n\s*\n\s*(?:Possible|Auto-Detected|\* )", text)[0]
    # The line it names is of the query as it was wrapped.
    text = re.sub(r"\n\s*LINE \d+: .*", "", text, flags=re.DOTALL)
    text = " ".join(text.split())
    return Refused(code, text if len(text) <= MAX_MESSAGE else text[:MAX_MESSAGE - 1] + "…")
