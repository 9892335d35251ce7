"""How each raw column moved the prediction of one row: Shapley values by sampling (Štrumbelj and Kononenko 2014).

From a working row drawn at random, the columns of the row to explain are put in one by one, in a random order; what
the prediction changes by when a column goes in is that column's share. Means over many such walks add up to the
prediction of the row less the mean prediction of the working rows drawn. Each order is also walked backwards, which
takes out much of the noise. It needs nothing of the model but its predictions, and goes through the pipeline from raw
columns.
"""

from __future__ import annotations

import time
from typing import Any, Callable, Dict, List

import numpy as np
import pandas as pd

METHOD = "sampled Shapley values over raw columns"
MOST_WALKS = 32
LEAST_WALKS = 4
# Rows predicted for one explanation; more columns mean fewer walks.
MOST_ROWS = 2_000

Score = Callable[[pd.DataFrame], np.ndarray]


def explain(row: pd.DataFrame, background: pd.DataFrame, score: Score, seed: int) -> Dict[str, Any]:
    """The shares of a row's columns.

    row: one row of raw columns. background: working rows. score: the number that is explained, a row each.
    """
    columns = list(row.columns)
    random = np.random.default_rng(seed)
    walks = int(np.clip(MOST_ROWS // (len(columns) + 1), LEAST_WALKS, MOST_WALKS))
    walks -= walks % 2
    orders = [random.permutation(len(columns)) for _ in range(walks // 2)]
    orders += [order[::-1] for order in orders]
    starts = random.integers(0, len(background), walks // 2)
    starts = np.concatenate([starts, starts])
    step = {}
    for walk, order in enumerate(orders):
        for place, column in enumerate(order):
            step[walk, int(column)] = place
    table = {}
    for index, column in enumerate(columns):
        # A walk has as many rows as columns and one: the working row, then one column more of the row to explain each.
        own = np.concatenate([np.arange(len(columns) + 1) > step[walk, index] for walk in range(walks)])
        base = background[column].iloc[np.repeat(starts, len(columns) + 1)].reset_index(drop=True)
        table[column] = _mixed(base, row[column].iloc[0], own)
    scores = score(pd.DataFrame(table)).reshape(walks, len(columns) + 1)
    shares = np.zeros((walks, len(columns)))
    for walk, order in enumerate(orders):
        shares[walk, order] = np.diff(scores[walk])
    noise = shares.std(axis=0, ddof=1) / np.sqrt(walks) if walks > 1 else np.zeros(len(columns))
    means = shares.mean(axis=0)
    listed = [{"column": column, "effect": float(means[index]), "noise": float(noise[index])}
              for index, column in enumerate(columns)]
    listed.sort(key=lambda item: -abs(item["effect"]))
    return {"base": float(scores[:, 0].mean()), "value": float(scores[:, -1].mean()), "walks": walks,
            "columns": listed}


def explain_rows(table: pd.DataFrame, background: pd.DataFrame, scores: Callable[[int], Score], seed: int,
                 seconds: float) -> List[Dict[str, Any]]:
    """Explanations of the first rows, as many as there is time for; always the first."""
    deadline = time.monotonic() + seconds
    explained: List[Dict[str, Any]] = []
    for position in range(len(table)):
        if position and time.monotonic() > deadline:
            break
        explained.append(explain(table.iloc[[position]], background, scores(position), seed))
    return explained


def _mixed(base: pd.Series, value: Any, own: np.ndarray) -> pd.Series:
    """The working rows' values with the row's own where a walk has put it in."""
    if isinstance(base.dtype, pd.CategoricalDtype):
        mixed = base.astype(object).mask(own, value)
        return mixed.astype(base.dtype) if pd.isna(value) or value in base.dtype.categories else mixed
    if base.dtype.kind in "iu":
        # Whole numbers stay whole unless the row's own value is none.
        whole = isinstance(value, (int, np.integer))
        return pd.Series(np.where(own, value, base)).astype(base.dtype if whole else "float64")
    return base.mask(own, value)
