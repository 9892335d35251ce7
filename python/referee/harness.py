"""What both scripts share: reading tables, problems, and a result file whatever happens."""

from __future__ import annotations

import json
import sys
import traceback
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, List, NoReturn

import pandas as pd

MAX_NAMES = 10


@dataclass(frozen=True)
class Problem:
    """Something the agent should mend. code: for programs. message: one sentence for the agent, without row values."""

    code: str
    message: str


class Failure(Exception):
    """The object cannot be judged at all; the text says why."""


def read_table(path: Path) -> pd.DataFrame:
    """A Parquet file, or a CSV file read as agents read it: pandas' defaults, whole columns at once."""
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    return pd.read_csv(path, low_memory=False)


def load_object(path: Path, method: str) -> Any:
    """Load what ``trainable.save`` wrote; Failure when it lacks the method the contract asks for."""
    from trainable import load

    loaded = load(path)
    if not callable(getattr(loaded, method, None)):
        raise Failure(f"{path.name} holds a {type(loaded).__name__}, which has no {method}() method")
    return loaded


def run(judge: Callable[[], Dict[str, Any]], out: Path) -> NoReturn:
    """Write what judge returns to ``out/result.json`` and exit with 0; its failure, and exit with 1, when it raises."""
    out.mkdir(parents=True, exist_ok=True)
    try:
        result, code = judge(), 0
    except BaseException as error:  # a pickle may raise anything, SystemExit included
        result, code = _failure(error), 1
    line = json.dumps({**result, **_plain_problems(result)}, allow_nan=False)
    (out / "result.json").write_text(line + "\n", encoding="utf-8")
    sys.exit(code)


def _failure(error: BaseException) -> Dict[str, Any]:
    if isinstance(error, Failure):
        return {"error": str(error), "traceback": ""}
    text = "".join(traceback.format_exception(error))
    return {"error": _plain(f"{type(error).__name__}: {error}"), "traceback": _plain(text)}


def _plain(text: str) -> str:
    """Text that any JSON reader takes: a lone surrogate is escaped."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _plain_problems(result: Dict[str, Any]) -> Dict[str, Any]:
    problems: Iterable[Problem] = result.get("problems", ())
    listed = [{key: _plain(value) for key, value in asdict(problem).items()} for problem in problems]
    return {"problems": listed} if "problems" in result else {}


def names(columns: Iterable[Any]) -> str:
    """Column names for a sentence; only the first few of many."""
    listed = [repr(str(column)) for column in columns]
    more = len(listed) - MAX_NAMES
    return ", ".join(listed[:MAX_NAMES]) + (f" and {more} more" if more > 0 else "")


def counts(by_column: Dict[Any, int]) -> str:
    """``'age' (3), 'city' (1)`` for a sentence."""
    listed: List[str] = [f"{str(column)!r} ({count})" for column, count in by_column.items()]
    more = len(listed) - MAX_NAMES
    return ", ".join(listed[:MAX_NAMES]) + (f" and {more} more" if more > 0 else "")
