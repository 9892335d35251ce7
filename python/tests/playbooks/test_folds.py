"""Folds inside train are made as the split was: by rows, by whole groups, or forward in time."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from playbook_runner import PLAYBOOKS

ROWS = 240


@pytest.fixture(scope="module")
def folds():
    """What a step gets by including common/parsing.py and common/folds.py."""
    names = {"np": np, "pd": pd, "re": re, "math": math, "Path": Path,
             "PARAMS": {"group_column": "household", "time_column": "day", "dataset": "data.csv"}}
    for file in ("parsing.py", "folds.py"):
        exec((PLAYBOOKS / "common" / file).read_text(encoding="utf-8"), names)
    return names


def target(problem, rows=ROWS, seed=0):
    random = np.random.default_rng(seed)
    return random.normal(size=rows) if problem == "regression" else random.integers(0, 2, rows)


@pytest.mark.parametrize("problem", ["binary", "regression"])
@pytest.mark.parametrize("seed", range(5))
def test_no_group_is_in_two_folds_and_classes_stay_in_proportion(folds, problem, seed):
    groups = np.random.default_rng(seed).integers(0, 40, ROWS)
    goal = target(problem, seed=seed)
    fold, how, forward = folds["make_folds"](goal, problem, 5, seed, {"group": groups})
    assert pd.Series(fold).groupby(groups).nunique().max() == 1
    assert set(fold) == set(range(5)) and not forward and "household" in how
    if problem == "binary":
        assert np.ptp(pd.Series(goal).groupby(fold).mean()) < 0.25


@pytest.mark.parametrize("problem", ["binary", "regression"])
def test_a_fold_in_time_is_learnt_from_earlier_rows_only(folds, problem):
    times = np.random.default_rng(3).permutation(ROWS).astype(float)
    fold, how, forward = folds["make_folds"](target(problem), problem, 5, 0, {"time": times})
    assert forward and "day" in how and set(fold) == set(range(-1, 5))
    for number in range(5):
        assert times[fold < number].max() < times[fold == number].min()
    assert pd.Series(fold).value_counts().min() >= 35


def test_equal_times_are_on_one_side_and_unknown_ones_are_earliest(folds):
    times = np.repeat(np.arange(24.0), 10)
    times[:5] = np.nan
    fold, _, _ = folds["make_folds"](target("regression"), "regression", 5, 0, {"time": times})
    assert pd.Series(fold).groupby(pd.Series(times).fillna(-1)).nunique().max() == 1
    assert set(fold[:5]) == {-1}


def test_a_class_that_a_fold_could_not_learn_is_always_learnt(folds):
    goal = target("binary")
    goal[-10:] = 2
    for keys, learnt in (({"time": np.arange(ROWS, dtype=float)}, lambda fold, number: fold < number),
                         ({"group": np.repeat(np.arange(24), 10)}, lambda fold, number: fold != number)):
        fold, _, _ = folds["make_folds"](goal, "multiclass", 4, 0, keys)
        assert set(fold[-10:]) == {-1}
        for number in range(fold.max() + 1):
            assert set(goal[learnt(fold, number)]) == {0, 1, 2}


@pytest.mark.parametrize("keys", [{}, {"group": np.zeros(ROWS, int)}, {"time": np.zeros(ROWS)}])
def test_what_cannot_be_used_falls_back_to_rows(folds, keys):
    fold, how, forward = folds["make_folds"](target("binary"), "binary", 5, 0, keys)
    assert how == "by rows" and not forward and set(fold) == set(range(5))


def search_of(session):
    return session.json("train/data/search.json")


def test_train_keeps_groups_together(finished):
    session, _ = finished("duplicated", ("prep", "train"), group_column="group")
    assert search_of(session)["folds_how"] == "whole groups of group in one fold"
    assert "whole groups of group" in session.text("train/report.md")
    assert "Cross-validation inside train is by rows" not in session.text("train/report.md")


def test_train_goes_forward_in_time(finished):
    session, _ = finished("duplicated", ("prep", "train"), time_column="when")
    search = search_of(session)
    assert search["folds_how"].startswith("forward in time by when") and len(search["models"]) >= 3
    assert "forward in time by when" in session.json("train/data/metadata.json")["tuning_method"]


@pytest.mark.parametrize("problem", ["binary", "regression"])
def test_copies_of_a_row_share_a_fold(folds, problem):
    keys = np.r_[np.arange(180), np.arange(60)]
    fold, how, _ = folds["make_folds"](target(problem), problem, 5, 0, {"copies": keys})
    assert pd.Series(fold).groupby(keys).nunique().max() == 1 and how == "by rows"
    assert np.bincount(fold, minlength=5).min() > 30


def test_copies_that_would_leave_the_folds_lopsided_are_rows_like_others(folds):
    fold, _, _ = folds["make_folds"](target("binary"), "binary", 5, 0, {"copies": np.zeros(ROWS)})
    assert np.bincount(fold, minlength=5).min() > 40
