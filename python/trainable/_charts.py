"""``configure_dashboard``: which metrics share a chart."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Dict, List

from trainable._channel import channel

CHART_TYPES = ("line", "area", "bar", "scatter")


def configure_dashboard(charts: Iterable[Mapping[str, Any]]) -> None:
    """Lay out the live dashboard; the last call counts.

    charts: mappings with ``title`` (a string), ``metrics`` (one or more metric names) and, if wanted, ``type``
        (``"line"`` when absent, ``"area"``, ``"bar"`` or ``"scatter"``). Other keys are passed on.

    Raises TypeError or ValueError, naming the chart, when one is not as described.
    """
    if isinstance(charts, (str, bytes, Mapping)) or not isinstance(charts, Iterable):
        raise TypeError(f"charts must be a list of mappings, not {type(charts).__name__}")
    checked = [_check(position, chart) for position, chart in enumerate(charts)]
    try:
        line = json.dumps({"chart_config": {"charts": checked}}, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError) as error:
        raise type(error)(f"charts must hold plain JSON values: {error}") from None
    channel.write(line + "\n")
    channel.flush()


def _check(position: int, chart: Any) -> Dict[str, Any]:
    where = f"charts[{position}]"
    if not isinstance(chart, Mapping):
        raise TypeError(f"{where} must be a mapping with title and metrics, not {type(chart).__name__}")
    title = chart.get("title")
    if not isinstance(title, str) or not title.strip():
        raise ValueError(f"{where} needs a title")
    kind = chart.get("type", "line")
    if kind not in CHART_TYPES:
        raise ValueError(f"{where} ({title!r}) has type {kind!r}; use one of {', '.join(CHART_TYPES)}")
    return {**chart, "title": title, "metrics": _names(f"{where} ({title!r})", chart.get("metrics")), "type": kind}


def _names(where: str, metrics: Any) -> List[str]:
    names = [metrics] if isinstance(metrics, str) else metrics
    if isinstance(names, Mapping) or not isinstance(names, Iterable):
        raise TypeError(f"{where} needs metrics: a list of metric names")
    names = list(names)
    if not names:
        raise ValueError(f"{where} needs at least one metric")
    for name in names:
        if not isinstance(name, str):
            raise TypeError(f"{where} has a metric name that is no string: {name!r}")
    return names
