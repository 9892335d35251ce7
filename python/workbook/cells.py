"""A cell's value as text that any reader of CSV takes for what it is."""

from __future__ import annotations

import datetime as dt
import re

# Of a number format: what shows a time of day beside the date. Text in quotes and brackets is not part of it.
_NO_FORMAT = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_TIME = re.compile(r"[hHsS]")


def text_of(value: object, number_format: str | None, is_error: bool) -> str:
    """ISO dates, true and false, numbers with a point; nothing for an empty cell or an error such as #N/A."""
    if value is None or is_error:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, dt.datetime):
        if value.time() == dt.time() and not shows_time(number_format):
            return value.date().isoformat()
        # Excel keeps days as floating numbers; what is below a second is their rounding, as a rule.
        return rounded(value).isoformat(sep=" ")
    if isinstance(value, dt.time):
        return value.isoformat(timespec="seconds")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return repr(value.total_seconds())
    return str(value)


def shows_time(number_format: str | None) -> bool:
    return number_format is not None and _TIME.search(_NO_FORMAT.sub("", number_format)) is not None


def rounded(value: dt.datetime) -> dt.datetime:
    if value > dt.datetime.max - dt.timedelta(seconds=1):
        return value.replace(microsecond=0)
    return (value + dt.timedelta(microseconds=500_000)).replace(microsecond=0)
