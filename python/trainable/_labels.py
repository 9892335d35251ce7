"""``labels``: a target's values as the text by which the referee compares them."""

from __future__ import annotations

import datetime
import numbers
from typing import TYPE_CHECKING, Any, Optional

if TYPE_CHECKING:
    import pandas as pd


def labels(series: Any) -> pd.Series:
    """Class labels as text: one string per value, None where the value is missing.

    series: a Series, Index, list or array with one label per row (shapes ``(n,)`` and ``(n, 1)``). Whole numbers lose
        their decimal point (``1``, never ``1.0``: a column of whole numbers with one gap is read as floats), booleans
        are ``True`` and ``False``, everything else stands as it is in the file.

    Returns an object Series with the index and the name of the input. Raises ValueError on any other shape.
    """
    # pandas is imported here so that a script that only logs does not pay for it.
    import pandas as pd

    source = _as_series(series)
    if isinstance(source.dtype, pd.CategoricalDtype):
        names = [_label(category) for category in source.cat.categories.tolist()]
        values = [names[code] if code >= 0 else None for code in source.cat.codes.tolist()]
    else:
        known: dict = {}
        values = [_cached(known, value) for value in source.astype(object).tolist()]
    return pd.Series(values, index=source.index, name=source.name, dtype=object)


def _as_series(values: Any) -> pd.Series:
    import numpy as np
    import pandas as pd

    if isinstance(values, pd.Series):
        return values
    if isinstance(values, pd.DataFrame):
        if values.shape[1] != 1:
            raise ValueError(f"labels needs one column, got a frame of {values.shape[1]}")
        return values.iloc[:, 0]
    if isinstance(values, pd.Index):
        return values.to_series(index=pd.RangeIndex(len(values)))
    if isinstance(values, pd.api.extensions.ExtensionArray):
        return pd.Series(values)
    if isinstance(values, np.ndarray):
        if values.ndim == 2 and values.shape[1] == 1:
            values = values[:, 0]
        if values.ndim != 1:
            raise ValueError(f"labels needs one value per row, got an array of shape {values.shape}")
        return pd.Series(values)
    if isinstance(values, (str, bytes)) or not hasattr(values, "__iter__"):
        raise TypeError(f"labels needs a Series, array or list, not {type(values).__name__}")
    return pd.Series(list(values), dtype=object)


def _cached(known: dict, value: Any) -> Optional[str]:
    """Label a value once per (type, value): True, 1 and 1.0 are equal but only two of them share a label."""
    key = (type(value), value)
    try:
        if key not in known:
            known[key] = _label(value)
        return known[key]
    except TypeError:  # unhashable, such as a list in a cell
        return _label(value)


def _label(value: Any) -> Optional[str]:
    import numpy as np
    import pandas as pd

    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, (bool, np.bool_)):
        return "True" if value else "False"
    if isinstance(value, numbers.Integral):
        return str(int(value))
    if isinstance(value, numbers.Real):
        if value != value:
            return None
        return str(int(value)) if float(value).is_integer() else repr(float(value))
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, datetime.datetime) and value.time() == datetime.time() and value.tzinfo is None:
        return value.date().isoformat()
    return str(value)
