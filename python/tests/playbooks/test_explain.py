"""Where a model is worse is found, and only where it is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from parts import load

ROWS = 900


@pytest.fixture(scope="module")
def parts():
    return load("facts.py", "metrics.py", "prepared.py", "explain.py")


def data_of(parts, harm):
    """A table whose guesses are fair, but for the rows that `harm` marks."""
    random = np.random.default_rng(8)
    table = pd.DataFrame({"age": random.normal(40, 10, ROWS), "plan": random.integers(0, 3, ROWS).astype(float)})
    goal = random.integers(0, 2, ROWS)
    right = np.clip(np.where(goal == 1, 0.8, 0.2) + random.normal(0, 0.05, ROWS), 0.01, 0.99)
    bad = harm(table)
    right[bad] = random.random(bad.sum())
    about = {"levels": {"plan": ["basic", "family", "gold"]}, "feature_sources": {"age": "age", "plan": "plan"}}
    data = {"about": about, "problem": "binary", "metric": "roc_auc", "features": ["age", "plan"],
            "val": (table, goal),
            "reader": parts["FeatureReader"](table, {"plan": {"kind": "level", "levels": 3}})}
    return data, np.column_stack([1 - right, right])


def test_a_level_and_a_range_where_the_model_guesses_are_named(parts):
    found = parts["worse_slices"](*data_of(parts, lambda table: (table["plan"] == 2).to_numpy()), None)
    assert found[0]["what"] == "plan = gold" and found[0]["times"] > 2
    assert found[0]["score"] < found[0]["elsewhere"] - 0.2
    found = parts["worse_slices"](*data_of(parts, lambda table: (table["age"] > 45).to_numpy()), None)
    assert found[0]["what"].startswith("age > 4")


def test_no_slice_is_named_where_all_are_alike(parts):
    assert parts["worse_slices"](*data_of(parts, lambda table: np.zeros(ROWS, dtype=bool)), None) == []


def test_the_interval_holds_the_score(parts):
    data, guess = data_of(parts, lambda table: (table["age"] > 45).to_numpy())
    score = parts["measure"]("roc_auc", data["val"][1], guess, "binary")
    low, high = parts["interval"]("roc_auc", data["val"][1], guess, "binary", None, 1)
    assert low < score < high and high - low < 0.1
