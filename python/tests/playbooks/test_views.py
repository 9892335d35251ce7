"""How models see features: each fold learns for itself, and no row's features know its target."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from parts import load

ROWS = 400
KINDS = ["number", "number", "level", "level", "flag"]
LEVELS = [0, 0, 3, 60, 0]


@pytest.fixture(scope="module")
def views():
    return load("views.py")


@pytest.fixture
def values():
    random = np.random.default_rng(0)
    found = np.column_stack([random.normal(size=ROWS), random.gamma(1.0, 1e4, ROWS), random.integers(0, 3, ROWS),
                             random.integers(0, 60, ROWS), random.integers(0, 2, ROWS)]).astype(np.float32)
    found[::7, 0] = np.nan
    found[::11, 3] = np.nan
    return found


def test_a_level_s_mean_never_holds_the_row_s_own_target(views):
    codes, goal = np.arange(ROWS) // 2 % (ROWS // 2), np.random.default_rng(1).integers(0, 2, ROWS)
    encoder = views["LevelMeans"](2, seed=3)
    learnt = encoder.learn(codes.astype(float), goal)
    for row in range(20):
        other = goal.copy()
        other[row] = 1 - other[row]
        again = views["LevelMeans"](2, seed=3).learn(codes.astype(float), other)
        # The prior moves a little for all; the row's own level must not move more than it.
        assert abs(again[row, 0] - learnt[row, 0]) < 1.5 / ROWS
    assert encoder.transform(np.array([np.nan, 1e6]))[0, 0] == pytest.approx(goal.mean())


@pytest.mark.parametrize("classes", [0, 2, 3])
@pytest.mark.parametrize("how", ["native", "means", "codes", "columns", "scaled", "normal+splines", "scaled+pairs",
                                 "ranks+pieces"])
def test_a_view_treats_each_row_by_itself_and_copes_with_what_it_never_saw(how, classes, views, values):
    goal = np.random.default_rng(2).integers(0, max(classes, 2), ROWS)
    view = views["View"](how, KINDS, LEVELS, classes, seed=0)
    fitted = view.fit_transform(values[:300], goal[:300])
    rest = view.transform(values[300:])
    assert rest.shape == (100, fitted.shape[1])
    assert np.array_equal(view.transform(values[[317]])[0], rest[17], equal_nan=True)
    strange = np.array([[np.nan, np.nan, np.nan, np.nan, 1], [1e9, -1e9, 2, 59, 0]], dtype=np.float32)
    seen = view.transform(strange)
    assert how in ("native", "means") or np.isfinite(seen).all()
    if how in ("native", "means"):
        assert len(view.places()) == fitted.shape[1] == len(view.is_category)


def test_a_column_without_values_or_spread_does_no_harm(views, values):
    values[:, 0], values[:, 1] = np.nan, 4.0
    for how in ("native", "codes", "normal+splines", "ranks+pieces", "scaled+pairs"):
        view = views["View"](how, KINDS, LEVELS, 2, seed=0)
        view.fit_transform(values, np.arange(ROWS) % 2)
        assert how == "native" or np.isfinite(view.transform(values)).all()


def test_columns_of_text_are_read_as_levels_and_flagged_numbers_as_missing():
    table = pd.DataFrame({"colour": ["red", "blue", "red"], "size": [1.0, 2.0, 9.0], "size_missing": [0, 0, 1]})
    reader = load("prepared.py")["FeatureReader"](table, {"size_missing": {"kind": "flag", "of": "size"}})
    assert reader.kinds == ["level", "number", "flag"] and reader.levels == [2, 0, 0]
    asked = pd.DataFrame({"colour": ["green", "red"], "size": [9.0, 4.0], "size_missing": [1, 0]})
    assert np.array_equal(reader.read(asked), [[np.nan, np.nan, 1], [0, 4, 0]], equal_nan=True)
