"""Does new data look like the working rows? Levels never seen, numbers outside the range, distributions that moved.

The population stability index (PSI) compares the shares of ten quantile bins (of levels, for text), the
Kolmogorov–Smirnov statistic (KS) two distribution functions. Few rows differ by chance: a column counts as moved only
when the difference is large (PSI) and no accident either (a chi-square test on the same bins).
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from typing import Any, Dict, List, Optional

import numpy as np
import pandas as pd

from predictor.columns import Column

LEAST_ROWS = 100
MOST_LEVELS = 20
FINE_BINS = 100
# PSI: below 0.1 is called stable by convention, from 0.25 on a large move; between lies this.
LEAST_PSI = 0.2
CHANCE = 1e-3
MOST_STREAMS = 32
MOST_UNSEEN = 20


class Profile:
    """How a column's working values spread, in bins that new values are counted in."""

    def __init__(self, column: Column, values: pd.Series) -> None:
        self.column = column
        self.is_number = column.kind in ("number", "whole", "date")
        self.levels: Dict[str, int] = {}
        self.edges = np.array([])
        if self.is_number:
            numbers = _numbers(values)
            present = numbers[np.isfinite(numbers)]
            if len(present):
                self.edges = np.unique(np.quantile(present, np.linspace(0, 1, FINE_BINS + 1)[1:-1]))
        else:
            counts = values.dropna().map(str).value_counts()
            self.levels = {str(level): place for place, level in enumerate(counts.index[:MOST_LEVELS])}
            self.known = set(map(str, counts.index)) if column.levels is not None else None
        self.expected = self.count(values)

    @property
    def bins(self) -> int:
        """Of numbers: between the edges, then missing. Of others: a level each, other levels, then missing."""
        return (len(self.edges) + 1 if self.is_number else len(self.levels) + 1) + 1

    def count(self, values: pd.Series) -> np.ndarray:
        missing = values.isna().to_numpy()
        if self.is_number:
            places = np.searchsorted(self.edges, _numbers(values), side="right")
        else:
            other = len(self.levels)
            places = np.array([self.levels.get(str(value), other) for value in values], dtype=int)
        places = np.where(missing, self.bins - 1, places)
        return np.bincount(places, minlength=self.bins)

    def unseen(self, values: pd.Series) -> Counter:
        """Values that no working row has, where a column has few enough different ones to say so."""
        if self.is_number or self.known is None:
            return Counter()
        # What is missing is not equal to itself.
        return Counter(str(value) for value in values.to_numpy()
                       if value == value and value is not None and str(value) not in self.known)

    def outside(self, values: pd.Series) -> int:
        """Numbers beyond the least and the greatest of the working rows."""
        if self.column.kind not in ("number", "whole") or self.column.low is None:
            return 0
        numbers = values.to_numpy(dtype=float, na_value=np.nan)
        return int(((numbers < self.column.low) | (numbers > self.column.high)).sum())


class Seen:
    """New rows, counted batch by batch."""

    def __init__(self, profiles: List[Profile]) -> None:
        self.rows = 0
        self.counts = [np.zeros(profile.bins, dtype=int) for profile in profiles]
        self.unseen: List[Counter] = [Counter() for _ in profiles]
        self.outside = [0] * len(profiles)

    def add(self, profiles: List[Profile], table: pd.DataFrame, whole: bool = False) -> None:
        """Count some rows. whole: there are no others, so that of a few no distribution is needed."""
        self.rows += len(table)
        for place, profile in enumerate(profiles):
            values = table[profile.column.name]
            if not whole or len(table) >= LEAST_ROWS:
                self.counts[place] += profile.count(values)
            self.outside[place] += profile.outside(values)
            if len(self.unseen[place]) < MOST_UNSEEN:
                self.unseen[place].update(profile.unseen(values))

    def verdict(self, profiles: List[Profile]) -> Dict[str, Any]:
        """What is new in the rows, and, of enough of them, which columns moved."""
        columns = []
        for place, profile in enumerate(profiles):
            moved = _moved(profile, self.counts[place], len(profiles)) if self.rows >= LEAST_ROWS else None
            unseen = self.unseen[place]
            if moved is None and not unseen and not self.outside[place]:
                continue
            columns.append({
                "column": profile.column.name, "psi": moved["psi"] if moved else None,
                "ks": moved["ks"] if moved else None, "drifted": moved is not None,
                "unseen": [text for text, _ in unseen.most_common(5)], "unseen_rows": sum(unseen.values()),
                "outside_rows": self.outside[place]})
        return {"rows": self.rows, "enough": self.rows >= LEAST_ROWS, "columns": columns}


class Streams:
    """Counts of files that come in several batches, by a key of the host's."""

    def __init__(self, profiles: List[Profile]) -> None:
        self._profiles = profiles
        self._open: "OrderedDict[str, Seen]" = OrderedDict()

    def add(self, key: str, table: pd.DataFrame, last: bool) -> None:
        whole = last and key not in self._open
        seen = self._open.setdefault(key, Seen(self._profiles))
        self._open.move_to_end(key)
        while len(self._open) > MOST_STREAMS:
            self._open.popitem(last=False)
        seen.add(self._profiles, table, whole)

    def finish(self, key: str) -> Optional[Dict[str, Any]]:
        seen = self._open.pop(key, None)
        return None if seen is None else seen.verdict(self._profiles)


def _numbers(values: pd.Series) -> np.ndarray:
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        numbers = values.astype("int64").to_numpy(dtype=float)
        return np.where(values.isna(), np.nan, numbers)
    return values.to_numpy(dtype=float, na_value=np.nan)


def _moved(profile: Profile, counts: np.ndarray, columns: int) -> Optional[Dict[str, Any]]:
    """PSI and KS of a column that moved; None for one that did not."""
    expected, found = _coarse(profile, profile.expected), _coarse(profile, counts)
    psi = _psi(expected, found)
    if psi < LEAST_PSI or _chance(expected, found) > CHANCE / max(1, columns):
        return None
    ks = None
    if profile.is_number and counts[:-1].sum() and profile.expected[:-1].sum():
        first, second = (np.cumsum(part[:-1]) / part[:-1].sum() for part in (profile.expected, counts))
        ks = round(float(np.abs(first - second).max()), 4)
    return {"psi": round(float(psi), 4), "ks": ks}


def _coarse(profile: Profile, counts: np.ndarray) -> np.ndarray:
    """Ten bins of numbers, by about the same number of working rows, and the missing ones."""
    if not profile.is_number or profile.bins <= 11:
        return counts.astype(float)
    steps = np.cumsum(profile.expected[:-1]) / max(1, profile.expected[:-1].sum())
    group = np.minimum((steps - 1e-9) * 10, 9).astype(int)
    coarse = np.zeros(11)
    np.add.at(coarse, group, counts[:-1])
    coarse[10] = counts[-1]
    return coarse


def _psi(expected: np.ndarray, found: np.ndarray) -> float:
    # Half a row in each bin: an empty one would make the index infinite.
    first, second = ((part + 0.5) / (part.sum() + 0.5 * len(part)) for part in (expected, found))
    return float(((second - first) * np.log(second / first)).sum())


def _chance(expected: np.ndarray, found: np.ndarray) -> float:
    """How often two samples of one distribution differ by as much."""
    from scipy.stats import chi2

    used = (expected + found) > 0
    if used.sum() < 2 or not expected.sum() or not found.sum():
        return 1.0
    table = np.vstack([expected[used], found[used]])
    ideal = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()
    return float(chi2.sf(((table - ideal) ** 2 / ideal).sum(), used.sum() - 1))
