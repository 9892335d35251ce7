"""``log_image``, ``log_table``, ``log_confusion`` and ``log_curve``: what is more than a number, beside the metrics.

Each has a name; the same name again (of the same run) replaces what was there, so that a loop can keep one picture of
where it stands. They are one line of JSON each; an image is a file, and its line says where.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

from trainable._channel import channel

MAX_ROWS = 200
MAX_COLUMNS = 50
MAX_CELL = 200
MAX_LABELS = 100
MAX_POINTS = 1_000
# The host takes a line up to this length.
MAX_LINE_BYTES = 200_000
IMAGE_TYPES = (".png", ".jpg", ".jpeg", ".gif", ".webp")


def log_image(name: str, image: Any, *, step: Optional[int] = None, run: Optional[str] = None,
              caption: Optional[str] = None) -> str:
    """Show an image. Returns the path of its file, relative to the working folder.

    image: a matplotlib figure; a PIL image; an array of height x width (grey) or height x width x 3 or 4, floats from 0
        to 1 or integers from 0 to 255; or the path of a PNG, JPEG, GIF or WebP file below the working folder.
    """
    _check(name, step, run)
    path = str(image) if isinstance(image, (str, os.PathLike)) else _save(name, run, image)
    path = _below_working_folder(path)
    if not path.lower().endswith(IMAGE_TYPES):
        raise ValueError(f"{path} is no image by its name; use one of {', '.join(IMAGE_TYPES)}")
    _send("image", name, step, run, {"path": path, "caption": caption})
    return path


def log_table(name: str, table: Any, *, step: Optional[int] = None, run: Optional[str] = None) -> None:
    """Show a table: its first 200 rows and 50 columns.

    table: a DataFrame, a list of mappings (one a row), or a mapping of column names to lists of equal length.
    """
    _check(name, step, run)
    columns, rows, total = _table(table)
    shown = [[_cell(value) for value in row[:MAX_COLUMNS]] for row in rows[:MAX_ROWS]]
    data: Dict[str, Any] = {"columns": [_short(str(column)) for column in columns[:MAX_COLUMNS]], "rows": shown,
                            "total_rows": total, "total_columns": len(columns)}
    while len(data["rows"]) > 1 and len(json.dumps(data)) > MAX_LINE_BYTES:
        data["rows"] = data["rows"][:len(data["rows"]) // 2]
    _send("table", name, step, run, data)


def log_confusion(name: str, truth: Iterable[Any], predicted: Iterable[Any], *, labels: Optional[Sequence[Any]] = None,
                  step: Optional[int] = None, run: Optional[str] = None) -> None:
    """Show how often each class was taken for which.

    truth, predicted: one label a row, of equal length. labels: the classes in the order to show; by default all that
        occur, sorted. Rows of the matrix are the truth. At most 100 classes.
    """
    _check(name, step, run)
    actual, guessed = [_plain(value) for value in truth], [_plain(value) for value in predicted]
    if len(actual) != len(guessed):
        raise ValueError(f"truth has {len(actual)} values and predicted {len(guessed)}; they must be of equal length")
    classes = [_plain(label) for label in labels] if labels is not None else _sorted(set(actual) | set(guessed))
    if len(classes) > MAX_LABELS:
        raise ValueError(f"there are {len(classes)} classes; a confusion matrix shows at most {MAX_LABELS}")
    position = {label: index for index, label in enumerate(classes)}
    matrix = [[0] * len(classes) for _ in classes]
    for real, guess in zip(actual, guessed):
        if real in position and guess in position:
            matrix[position[real]][position[guess]] += 1
    _send("confusion", name, step, run, {"labels": [_short(str(label)) for label in classes], "matrix": matrix})


def log_curve(name: str, x: Iterable[Any], y: Iterable[Any], *, x_label: str = "x", y_label: str = "y",
              step: Optional[int] = None, run: Optional[str] = None) -> None:
    """Show a curve that is no course of steps, such as ROC, precision-recall or calibration. Runs share one picture.

    x, y: numbers, of equal length; past 1,000 points they are thinned evenly. A point that is not finite is left out.
    """
    _check(name, step, run)
    across, up = [float(value) for value in x], [float(value) for value in y]
    if len(across) != len(up):
        raise ValueError(f"x has {len(across)} values and y {len(up)}; they must be of equal length")
    points = [(a, b) for a, b in zip(across, up) if math.isfinite(a) and math.isfinite(b)]
    if len(points) > MAX_POINTS:
        last = len(points) - 1
        points = [points[index * last // (MAX_POINTS - 1)] for index in range(MAX_POINTS)]
    _send("curve", name, step, run, {
        "x": [float(f"{a:.6g}") for a, _ in points],
        "y": [float(f"{b:.6g}") for _, b in points],
        "x_label": str(x_label),
        "y_label": str(y_label),
    })


def _check(name: Any, step: Any, run: Any) -> None:
    if not isinstance(name, str) or not name.strip():
        raise TypeError(f"name must be a string that says what this is, not {name!r}")
    if step is not None and (isinstance(step, bool) or not hasattr(step, "__index__")):
        raise TypeError(f"step must be an integer or None, not {step!r}")
    if run is not None and not isinstance(run, str):
        raise TypeError(f"run must be a string or None, not {type(run).__name__}")


def _send(kind: str, name: str, step: Optional[int], run: Optional[str], data: Dict[str, Any]) -> None:
    at = None if step is None else int(step)
    record = {"rich_log": {"kind": kind, "name": name, "step": at, "run": run, "data": data}}
    channel.write(json.dumps(record, separators=(",", ":"), allow_nan=False) + "\n")
    channel.flush()


def _save(name: str, run: Optional[str], image: Any) -> str:
    slug = re.sub(r"[^a-z0-9]+", "_", f"{name}_{run or ''}".lower()).strip("_")[:60] or "image"
    path = Path("figures") / f"{slug}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    if hasattr(image, "savefig"):
        image.savefig(path, facecolor="white", bbox_inches="tight")
    elif hasattr(image, "save") and hasattr(image, "size"):
        image.save(path)
    else:
        _save_array(path, image)
    return str(path)


def _save_array(path: Path, image: Any) -> None:
    import numpy as np
    from matplotlib.image import imsave

    pixels = np.asarray(image)
    if pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] not in (3, 4)) or pixels.size == 0:
        raise TypeError("image must be a figure, a PIL image, a path, or an array of height x width (x 3 or 4), "
                        f"not {type(image).__name__} of shape {pixels.shape}")
    if pixels.dtype.kind == "f":
        pixels = np.nan_to_num(np.clip(pixels, 0, 1))
    elif pixels.dtype != np.uint8:
        pixels = np.clip(pixels, 0, 255).astype(np.uint8)
    if pixels.ndim == 2:
        imsave(path, pixels, cmap="gray", vmin=0, vmax=1 if pixels.dtype.kind == "f" else 255)
    else:
        imsave(path, pixels)


def _below_working_folder(path: str) -> str:
    relative = os.path.relpath(os.path.realpath(path), os.path.realpath("."))
    if relative.startswith(".."):
        raise ValueError(f"{path} is not below the working folder; save the image there first")
    if not os.path.isfile(relative):
        raise FileNotFoundError(f"there is no image at {path}")
    return relative.replace(os.sep, "/")


def _table(table: Any) -> Tuple[List[Any], List[List[Any]], int]:
    if hasattr(table, "columns") and hasattr(table, "itertuples"):
        head = table.iloc[:MAX_ROWS, :MAX_COLUMNS]
        return list(table.columns), [list(row) for row in head.itertuples(index=False, name=None)], len(table)
    if isinstance(table, Mapping):
        columns = list(table)
        values = [list(table[column]) for column in columns]
        if len({len(column) for column in values}) > 1:
            raise ValueError("the columns of the table are not of equal length")
        return columns, [list(row) for row in zip(*values)], len(values[0]) if values else 0
    if isinstance(table, Sequence) and all(isinstance(row, Mapping) for row in table):
        columns = list(dict.fromkeys(column for row in table for column in row))
        return columns, [[row.get(column) for column in columns] for row in table], len(table)
    raise TypeError(f"table must be a DataFrame, a list of mappings or a mapping of lists, not {type(table).__name__}")


def _cell(value: Any) -> Any:
    value = _plain(value)
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return _short(str(value))


def _plain(value: Any) -> Any:
    """numpy's scalars as Python's; what is missing to pandas as None."""
    if hasattr(value, "item") and getattr(value, "ndim", 0) == 0:
        value = value.item()
    if type(value).__name__ in ("NAType", "NaTType"):
        return None
    return value


def _short(text: str) -> str:
    return text if len(text) <= MAX_CELL else text[:MAX_CELL - 1] + "…"


def _sorted(labels: Iterable[Any]) -> List[Any]:
    try:
        return sorted(labels)
    except TypeError:
        return sorted(labels, key=str)
