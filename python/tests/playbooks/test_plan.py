"""A search's plan, written as JSON and read again, gives the same model."""

from __future__ import annotations

import json
import time

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from parts import MODELLING, load

ROWS = 240
FAMILIES = ["linear", "xgboost", "extra_trees", "svm", "neural_network", "hist_gradient_boosting", "nearest_neighbours",
            "linear_discriminant"]


@pytest.fixture(scope="module")
def parts():
    return load(*MODELLING, group_column=None, time_column=None, seed=5)


def make_table(classes):
    random = np.random.default_rng(4)
    table = pd.DataFrame({"a": random.normal(size=ROWS), "b": random.normal(size=ROWS),
                          "c": random.integers(0, 4, ROWS).astype(float), "gap": random.normal(size=ROWS)})
    table["gap_missing"] = (random.random(ROWS) < 0.2).astype(float)
    score = table.a + table.b * (table.c - 1.5) + 0.3 * random.normal(size=ROWS)
    goal = score.to_numpy() if not classes else np.digitize(score, np.quantile(score, np.arange(1, classes) / classes))
    return table, goal


SMALL = {"steps": 60, "rounds": 40, "n_estimators": 12}


@pytest.fixture(scope="module")
def searched(parts, tmp_path_factory):
    """Whole small searches, in this process: every family once, and a repeat."""
    ready = {}

    def get(problem, metric, classes):
        if problem not in ready:
            with threadpool_limits(1):
                ready[problem] = search_once(parts, problem, metric, classes, tmp_path_factory.mktemp(problem))
        return ready[problem]
    return get


def search_once(parts, problem, metric, classes, folder):
    table, goal = make_table(classes)
    reader = parts["FeatureReader"](table, {"c": {"kind": "level", "levels": 4},
                                            "gap_missing": {"kind": "flag", "of": "gap"}})
    values = reader.read(table)
    assert np.isnan(values[:, 3]).sum() == table.gap_missing.sum()
    folds = np.array([parts["make_folds"](goal, problem, 3, 5 + repeat, {})[0] for repeat in range(2)])
    for name, array in (("values", values), ("goal", goal), ("folds", folds), ("forward", np.array(False))):
        np.save(folder / f"{name}.npy", array)
    shape = (reader.kinds, reader.levels, classes)
    search = parts["Search"](problem, metric, shape, str(folder), folds, goal, time.time() + 600, 5)
    wanted = [config for config in parts["Portfolio"](problem, metric, goal, 160, *shape, 0.05).configurations()
              if config["name"] in FAMILIES]
    for config in wanted:
        config["params"].update({key: value for key, value in SMALL.items() if key in config["params"]})
    parts["TRIALS"] = 2
    afterwards = parts["Afterwards"](search, wanted, 2, 5, lambda: ["xgboost", "linear"])
    search.run(parts["InProcess"](), [(config, 0) for config in wanted], afterwards)
    assert not search.failed, search.failed
    assert search.finished["xgboost"]["repeats"] == search.finished["linear"]["repeats"] == 2
    assert {"tuned_xgboost_1", "tuned_xgboost_2"} < set(search.finished)
    return search, reader, values, goal, table


@pytest.mark.parametrize(("problem", "metric", "classes"), [
    ("binary", "roc_auc", 2), ("multiclass", "log_loss", 3), ("regression", "rmse", 0)])
def test_a_plan_refits_to_the_same_answers(problem, metric, classes, parts, searched):
    search, reader, values, goal, table = searched(problem, metric, classes)
    plan = parts["weigh"](search)
    assert sum(member["weight"] for member in plan["members"]) == pytest.approx(1.0)
    # Every family stands in the plan, so that all of them are compared.
    plan["members"] = [{"name": name, "weight": 1 / len(FAMILIES), "config": entry["config"],
                        "calibration": entry["calibration"]} for name, entry in search.finished.items()
                       if name in FAMILIES]
    parts["plan_copies"](plan, 2)
    plan["row_share"] = 1.0
    labels = np.array(["x", "y", "z"])[:classes] if classes else None
    answers = []
    for again in (plan, json.loads(json.dumps(plan))):
        with threadpool_limits(1):
            model = parts["refit"](again, parts["InProcess"](), reader, labels, values, goal)
        answers.append(model.predict_proba(table) if classes else model.predict(table))
        assert classes == 0 or set(model.predict(table)) <= set(labels)
    assert np.abs(answers[0] - answers[1]).max() < 1e-6
    assert np.abs(model.blend(table.iloc[[7]]) - model.blend(table)[7]).max() < 1e-6


def test_the_ensemble_is_as_good_as_its_best_member_out_of_fold(parts, searched):
    search, *_ = searched("binary", "roc_auc", 2)
    plan = parts["weigh"](search)
    assert plan["score"] > max(entry["score"] for entry in search.finished.values()) - 0.01
    assert plan["score"] > 0.8


def test_a_fold_s_models_saved_on_the_way_answer_as_they_did(parts, searched):
    search, reader, values, goal, _ = searched("binary", "roc_auc", 2)
    for name in ("linear", "hist_gradient_boosting", "neural_network"):
        for number, member in enumerate(search.fitted(name)):
            inside = search.fold == number
            calibrated = parts["calibrate"](member.guess(values[inside]), search.finished[name]["calibration"])
            if search.finished[name]["repeats"] == 1:       # else its guesses are the mean of two
                assert np.allclose(calibrated, search.guesses[name][inside], atol=1e-5), name
