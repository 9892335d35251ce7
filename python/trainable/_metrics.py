"""``log``: metrics from a training loop, one JSON line a call.

A call with plain finite floats, which is what loops make tens of thousands of, joins their text to names quoted once.
Everything else (numpy scalars, ints, NaN, something that is no number, a name not seen before) goes the careful way.
"""

from __future__ import annotations

import json
import operator
import sys
from collections.abc import Mapping
from typing import Any, Callable, Dict, Optional, Set, Tuple

from trainable._channel import channel

MAX_CACHED = 4096

# JSON by metric name, up to its colon, and the end of a line by run.
_names: Dict[str, str] = {}
_tails: Dict[Optional[str], str] = {}
_warned: Set[Tuple[str, str]] = set()


def log(step: int, metrics: Mapping[str, Any], run: Optional[str] = None) -> None:
    """Send metrics of one step (an epoch, a boosting round, a trial) to the dashboard.

    step: any integer; a whole float is accepted.
    metrics: name to number. Python and numpy numbers, 0-d arrays and one-element tensors are accepted; booleans count
        as 0 and 1; NaN and infinities are kept as gaps. Any other value is skipped with one warning on stderr.
    run: which of several runs that share names this is, such as ``"xgboost"``.

    Raises TypeError when step is no integer, metrics no mapping, or a name or run no string.
    """
    line = ""
    if type(step) is int and type(metrics) is dict and metrics:
        try:
            line = f'{{"step":{step},"metrics":{{'
            for name, value in metrics.items():
                # A finite float less itself is 0.0; NaN and infinities give NaN, which counts as true.
                if type(value) is not float or value - value:
                    line = ""
                    break
                line += f"{_names[name]}{value!r},"
            else:
                line = line[:-1] + _tails[run]
        except (KeyError, TypeError):  # a name or run for the first time, or no string
            line = ""
    if line:
        channel.write(line)
    else:
        _log_checked(step, metrics, run)


def _log_checked(step: Any, metrics: Any, run: Any) -> None:
    whole_step = _as_step(step)
    if not isinstance(metrics, Mapping):
        raise TypeError(f"metrics must map names to numbers, not be a {type(metrics).__name__}")
    if run is not None and not isinstance(run, str):
        raise TypeError(f"run must be a string or None, not {type(run).__name__}")
    fields = []
    for name, value in metrics.items():
        if not isinstance(name, str):
            raise TypeError(f"a metric's name must be a string, not {type(name).__name__} ({name!r})")
        number = _as_float(value)
        if number is None:
            _warn_once(name, value)
        else:
            fields.append(_cached(_names, name, _name_text) + _number_text(number))
    if fields:
        tail = _cached(_tails, run, _tail_text)
        channel.write(f'{{"step":{whole_step},"metrics":{{{",".join(fields)}{tail}')


def _cached(cache: Dict[Any, str], key: Any, text: Callable[[Any], str]) -> str:
    if key not in cache:
        if len(cache) >= MAX_CACHED:
            cache.clear()
        cache[key] = text(key)
    return cache[key]


def _name_text(name: str) -> str:
    return _quote(name) + ":"


def _tail_text(run: Optional[str]) -> str:
    return f'}},"run":{_quote(run)}}}\n' if run else "}}\n"


def _quote(text: str) -> str:
    """A JSON string in ASCII; a lone surrogate, which is no text, becomes a question mark."""
    return json.dumps(text.encode("utf-8", "replace").decode("utf-8"))


def _as_step(step: Any) -> int:
    if isinstance(step, float) and step.is_integer():
        return int(step)
    try:
        return operator.index(step)
    except TypeError:
        raise TypeError(f"step must be an integer, not {type(step).__name__} ({step!r})") from None


def _as_float(value: Any) -> Optional[float]:
    """The value as a float, or None when it is no number."""
    if value is None or isinstance(value, (str, bytes, bytearray)):
        return None
    try:
        # .item() turns numpy scalars, 0-d and one-element arrays and tensors into Python numbers.
        return float(value.item() if hasattr(value, "item") else value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
    except (TypeError, ValueError):
        return None


def _number_text(number: float) -> str:
    """The number as JSON; NaN and infinities as strings, since JSON has no word for them."""
    if number - number == 0.0:
        return repr(number)
    if number != number:
        return '"NaN"'
    return '"Infinity"' if number > 0 else '"-Infinity"'


def _warn_once(name: str, value: Any) -> None:
    kind = (name, type(value).__name__)
    if kind not in _warned:
        _warned.add(kind)
        print(f"trainable.log: metric {name!r} skipped: {kind[1]} is not a number", file=sys.stderr)
