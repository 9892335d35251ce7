# Fit the chosen ensemble, measure it once on val, then refit on all working rows
PARAMS = {
    "dataset": "/data/datasets/example/data.csv",
    "target": None,
    "problem_type": None,
    "metric": None,
    "positive_class": None,
    "drop_columns": [],
    "group_column": None,
    "time_column": None,
    "seed": 42,
    "budget_s": 4.0,
    "holdout": "host",
    "instructions": "",
    "safe": False,
}
# end of parameters
import json
import math
import re
import shutil
import sys
import tempfile
import time
import warnings
from concurrent.futures import Future
from pathlib import Path

import numpy as np
import pandas as pd

from trainable import labels, log, save

# include: common/facts.py

# include: common/metrics.py

# include: common/prepared.py

# include: common/models.py

# include: common/workers.py


class Ensemble:
    """The weighted mean of fitted models. Takes prepared features, gives raw target values.

    classes_ holds the raw labels in the order of predict_proba's columns; it is None for regression.
    """

    def __init__(self, problem, features, classes, members, weights, temperature=1.0, class_weights=None, bounds=None):
        self.problem, self.features, self.classes_ = problem, features, classes
        self.members, self.weights = members, weights
        self.temperature, self.class_weights, self.bounds = temperature, class_weights, bounds

    def blend(self, X):
        values = X[self.features].to_numpy(dtype=np.float32) if hasattr(X, "columns") else np.asarray(X,
                                                                                                      dtype=np.float32)
        classes = 0 if self.classes_ is None else len(self.classes_)
        return sum(weight * np.mean([predict_with(model, values, self.problem, classes) for model in copies], axis=0)
                   for weight, copies in zip(self.weights, self.members))

    def predict_proba(self, X):
        if self.problem == "regression":
            raise AttributeError("a regression model has no class probabilities")
        return temper(self.blend(X), self.temperature)

    def predict(self, X):
        if self.problem == "regression":
            return np.clip(self.blend(X), *self.bounds)
        return self.classes_[decide(self.predict_proba(X), self.class_weights)]


def fit_member(folder, config, rows, problem, seed, numeric_columns):
    """One fitted estimator, with its training loss by round where it has one."""
    warnings.filterwarnings("ignore")
    values, goal = np.load(f"{folder}/values.npy")[rows], np.load(f"{folder}/goal.npy")[rows]
    model = build(config, problem, seed, numeric_columns)
    if config["family"] == "xgboost":
        model.fit(values, goal, eval_set=[(values, goal)], verbose=False)
        return model, list(model.evals_result()["validation_0"].values())[0]
    return model.fit(values, goal), []


def fit_all(executor, folder, search, data, rows, goal, copies, label):
    """Every member of the plan fitted on these rows, as an Ensemble."""
    problem, plan = data["problem"], {model["name"]: model["config"] for model in search["models"]}
    jobs = {}
    for name in search["weights"]:
        config = plan[name]
        if config["family"] in ("xgboost", "hist_gradient_boosting"):     # more rows bear a few more rounds
            key = "n_estimators" if config["family"] == "xgboost" else "max_iter"
            config = {**config, "params": {**config["params"], key: int(config["params"][key] * 1.1) + 1}}
        count = copies if config["family"] in ("xgboost", "neural_network") else 1
        jobs[name] = [executor.submit(fit_member, folder, config, rows, problem, PARAMS["seed"] + number,
                                      search["numeric_columns"]) for number in range(count)]
    members = []
    for name, futures in jobs.items():
        fitted = [future.result(timeout=max(120.0, 20 * PARAMS["budget_s"])) for future in futures]
        members.append([model for model, _ in fitted])
        for step, loss in enumerate(fitted[0][1]):
            if step % max(1, len(fitted[0][1]) // 100) == 0:
                log(step=step, metrics={"train_loss": float(loss)}, run=f"{name} ({label})")
    bounds = None
    if problem == "regression":
        reach = 0.1 * np.ptp(goal)
        low = max(goal.min() - reach, 0.0) if goal.min() >= 0 else goal.min() - reach
        bounds = (float(low), float(goal.max() + reach))
    return Ensemble(problem, data["features"], data["classes"], members, list(search["weights"].values()),
                    search["temperature"], search["class_weights"], bounds)


def score_all(model, data, features, goal):
    """Every metric of the problem on these rows, with the guesses."""
    problem = data["problem"]
    if problem == "regression":
        guess, chosen = model.predict(features), None
    else:
        guess = model.predict_proba(features)
        chosen = decide(guess, model.class_weights)
    return {name: measure(name, goal, guess, problem, chosen) for name in METRICS[problem]}, guess, chosen


def draw_rows(goal, share, problem, seed):
    """A share of the rows, with all rows of rare classes; every row where there is time for them all."""
    if share >= 1 or len(goal) < 5000:
        return np.arange(len(goal))
    drawn = np.random.default_rng(seed).random(len(goal)) < share
    if problem != "regression":
        drawn |= np.bincount(goal)[goal] < 200
    return np.flatnonzero(drawn)


def main():
    started = time.time()
    data, search = load_prepared(), read_json("data/search.json")
    if not search:
        stop("data/search.json is missing; run the search first.")
    problem, metric = data["problem"], data["metric"]
    (train, train_goal), (val, val_goal) = data["train"], data["val"]

    per_fold = sum(model["seconds_per_fold"] for model in search["models"] if model["weight"] > 0)
    full = per_fold * len(train_goal) / max(1, search["rows"]) * search["folds"] / (search["folds"] - 1) / 2
    copies = 3 if 6 * full < PARAMS["budget_s"] and not PARAMS["safe"] else 1
    share = min(1.0, max(2 * PARAMS["budget_s"] / (3 * full), search["rows"] / len(train_goal)))

    everything = np.vstack([train.to_numpy(), val.to_numpy()])
    every_goal = np.concatenate([train_goal, val_goal])
    folder = tempfile.mkdtemp()
    np.save(f"{folder}/values.npy", everything)
    np.save(f"{folder}/goal.npy", every_goal)
    executor = start_workers(2, PARAMS["safe"])
    try:
        rows = draw_rows(train_goal, share, problem, PARAMS["seed"])
        candidate = fit_all(executor, folder, search, data, rows, train_goal, copies, "train")
        val_metrics, guess, chosen = score_all(candidate, data, val, val_goal)
        took = time.time() - started
        rows = draw_rows(every_goal, share, problem, PARAMS["seed"])
        final = fit_all(executor, folder, search, data, rows, every_goal, copies, "all rows")
    finally:
        stop_workers(executor)
        shutil.rmtree(folder, ignore_errors=True)
    save(candidate, "data/candidate.pkl")
    save(final, "models/model.pkl")
    columns = {"guess": guess} if problem == "regression" else {f"p{code}": guess[:, code]
                                                                for code in range(guess.shape[1])}
    if chosen is not None:
        columns["chosen"] = chosen
    np.savez_compressed("data/val_guesses.npz", truth=val_goal, **columns)
    size = Path("models/model.pkl").stat().st_size / 1e6
    write_json("data/final.json", {"val_metrics": val_metrics, "copies": copies, "rows_final": len(rows),
                                   "rows_working": len(every_goal), "seconds": time.time() - started, "model_mb": size})

    print(f"Fitted on train in {took:.1f} s; measured once on {len(val_goal):,} val rows:")
    for name, value in val_metrics.items():
        print(f"  {name:<18} {value:.4f}" + ("   (main)" if name == metric else ""))
    print(f"Cross-validation had promised {metric} {search['ensemble_score']:.4f}.")
    print(f"Refitted the same plan on {len(rows):,} rows (train and val) and saved models/model.pkl ({size:.1f} MB). "
          "The score on the held test rows is the host's to measure.")
    finish({"metric": metric, "val_score": val_metrics[metric], "cv_score": search["ensemble_score"],
            "val_metrics": val_metrics, "model_mb": size, "final_rows": len(rows), "val_rows": len(val_goal),
            "final_seconds": time.time() - started})


if __name__ == "__main__":
    main()
