# Compare model families by cross-validation and weigh them
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
    "budget_s": 9.0,
    "holdout": "host",
    "holdout_reason": None,
    "instructions": "",
    "safe": False,
}
# end of parameters
import itertools
import json
import math
import re
import shutil
import sys
import tempfile
import time
import warnings
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from pathlib import Path

import cloudpickle
import numpy as np
import pandas as pd
from scipy.stats import rankdata

from trainable import labels, log, save

# include: common/facts.py

# include: common/parsing.py

# include: common/metrics.py

# include: common/prepared.py

# include: common/folds.py

# include: common/views.py

# include: common/neural_network.py

# include: common/boosting.py

# include: common/models.py

# include: common/calibration.py

# include: common/portfolio.py

# include: common/ensemble_weights.py

# include: common/search.py

# include: common/tuning.py

# include: common/plan.py

# include: common/workers.py


class Progress:
    """Saves the best model so far: as soon as three configurations are in, and each time the search has doubled."""

    def __init__(self, search, data):
        self.search, self.data, self.started, self.next_s, self.first = search, data, time.time(), 0.0, None

    def __call__(self):
        elapsed = time.time() - self.started
        if len(self.search.finished) >= ALWAYS and elapsed >= self.next_s:
            self.next_s = max(2 * elapsed, elapsed + 8)
            self.publish()

    def publish(self):
        search, plan = self.search, weigh(self.search)
        candidate = Ensemble(plan, self.data["reader"], self.data["classes"],
                             [search.fitted(member["name"]) for member in plan["members"]], search.goal)
        save(candidate, "models/model.pkl")
        log(step=len(search.finished), metrics={"ensemble": plan["score"]}, run="search")
        seconds = time.time() - self.started
        if self.first is None:
            self.first = seconds
            print(f"  → first model saved after {seconds:.0f} s: {len(plan['members'])} members, {plan['metric']} "
                  f"{plan['score']:.4f} out of fold", flush=True)
        return plan


def choose_rows(values, goal, keys, problem):
    """At most as many rows as the time allows to compare on, with all rows of rare classes."""
    limit = int(np.clip(PARAMS["budget_s"] * 2.0e5 / values.shape[1], 3000, 200_000))
    if len(goal) <= limit:
        return values, goal, keys
    rare = np.bincount(goal)[goal] < 200 if problem != "regression" else np.zeros(len(goal), dtype=bool)
    drawn = rare | (np.random.default_rng(PARAMS["seed"]).random(len(goal)) < limit / len(goal))
    print(f"Comparing on {drawn.sum():,} of {len(goal):,} training rows; the final models use more.")
    return values[drawn], goal[drawn], {kind: key[drawn] for kind, key in keys.items()}


def unhindered(started):
    """The budget in seconds of a machine of our own: where others compute too, ours take longer by the clock."""
    return PARAMS["budget_s"] / max(1.0, (time.time() - started) / max(0.05, time.process_time()))


def choose_folds(values, goal, problem, keys, seconds):
    """Folds of every row, for each repeat; how they were made, and whether forward in time."""
    few = len(goal) <= 4000
    most = 8 if few and seconds >= 15 else 5 if len(goal) <= 15_000 and values.size < 2e6 else 3
    if problem != "regression":
        most = int(np.clip(np.sort(np.bincount(goal))[-2], 2, most))
    keys = keys or {"copies": pd.util.hash_pandas_object(pd.DataFrame(values), index=False).to_numpy()}
    times = 1 if not few or "copies" not in keys else 3 if seconds < 120 else 6
    repeats = [make_folds(goal, problem, most, PARAMS["seed"] + 1000 * repeat, keys) for repeat in range(times)]
    return np.array([fold for fold, *_ in repeats], dtype=np.int16), repeats[0][1], repeats[0][2]


def main():
    started = time.time()
    data = load_prepared()
    problem, metric, reader = data["problem"], data["metric"], data["reader"]
    features, goal = data["train"]
    values, goal, keys = choose_rows(reader.read(features), goal, read_fold_keys(len(goal)), problem)
    quiet_s = unhindered(started)
    folds, how, forward = choose_folds(values, goal, problem, keys, quiet_s)
    count_folds = int(folds[0].max()) + 1
    shutil.rmtree("data/folds", ignore_errors=True)
    folder = "data/folds"
    Path(folder).mkdir(parents=True)
    for name, array in (("values", values), ("goal", goal), ("folds", folds), ("forward", np.array(forward))):
        np.save(f"{folder}/{name}.npy", array)

    shape = (reader.kinds, reader.levels, 0 if data["classes"] is None else len(data["classes"]))
    end = started + 0.9 * PARAMS["budget_s"] - 0.5
    search = Search(problem, metric, shape, folder, folds, goal, end, PARAMS["seed"])
    seconds = max(0.4, 0.22 * quiet_s / count_folds)
    configurations = Portfolio(problem, metric, goal, int(len(goal) * (1 - 1 / count_folds)), *shape, seconds,
                               PARAMS["safe"]).configurations()
    print(f"{len(goal):,} rows, {values.shape[1]:,} features, {count(count_folds, 'fold')} ({how}), "
          f"{count(len(configurations), 'configuration')}, {PARAMS['budget_s']:.0f} s:", flush=True)
    progress = Progress(search, data)
    search.after_each = progress
    afterwards = Afterwards(search, configurations, len(folds), PARAMS["seed"],
                            lambda: [member["name"] for member in weigh(search)["members"]])
    executor = start_workers(WORKERS, PARAMS["safe"])
    try:
        search.run(executor, [(config, 0) for config in configurations],
                   (lambda: None) if PARAMS["safe"] else afterwards)
        if not search.finished:
            stop("No model could be fitted: " + "; ".join(f"{name}: {why}" for name, why in search.failed.items()))
        plan = progress.publish()
    finally:
        stop_workers(executor)
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copyfile("models/model.pkl", "data/candidate.pkl")
    conclude(search, plan, how, progress.first, time.time() - started, len(configurations))


def conclude(search, plan, how, first, seconds, fixed):
    """Write down the plan and everything that was compared."""
    metric = plan["metric"]
    ranked = sorted(search.finished, key=lambda name: as_loss(metric, search.finished[name]["score"]))
    best = search.finished[ranked[0]]["score"]
    weights = {member["name"]: member["weight"] for member in plan["members"]}
    tuned = sum(name.startswith("tuned") for name in [*search.finished, *search.failed])
    repeats = max(entry["repeats"] for entry in search.finished.values())
    plan.update(search_rows=len(search.goal), folds={"count": search.folds, "how": how, "seed": search.seed},
                versions=package_versions())
    write_json("data/plan.json", plan)
    write_json("data/search.json", {
        "metric": metric, "problem_type": search.problem, "folds": search.folds, "folds_how": how,
        "rows": len(search.goal), "repeats": repeats, "ensemble_score": plan["score"],
        "imbalance_ratio": plan["imbalance_ratio"], "temperature": plan["temperature"],
        "class_weights": plan["class_weights"], "weights": weights, "left_out": search.failed, "tuning_trials": tuned,
        "seconds": seconds, "first_model_s": first,
        "models": [{"name": name, **search.finished[name], "weight": weights.get(name, 0.0)} for name in ranked]})
    families = {entry["config"]["family"] for entry in search.finished.values()}
    print(f"\n{count(len(search.finished), 'configuration')} of {count(len(families), 'family', 'families')} in "
          f"{seconds:.1f} s" + (f", {count(tuned, 'tuning trial')}." if tuned else "."))
    print("Ensemble: " + ", ".join(f"{name} {weight:.0%}" for name, weight in weights.items())
          + f" → {metric} {plan['score']:.4f} out of fold (best single: {ranked[0]} {best:.4f}).")
    finish({"metric": metric, "n_models": len(search.finished), "n_families": len(families), "n_fixed": fixed,
            "best_single": ranked[0].replace("_", " "), "best_single_score": best, "ensemble_score": plan["score"],
            "ensemble_members": len(weights), "ensemble_names": ", ".join(weights).replace("_", " "),
            "tuning_trials": tuned or None, "folds": search.folds, "folds_how": how, "search_rows": len(search.goal),
            "search_seconds": round(seconds), "first_model_s": None if first is None else max(1, round(first))})


if __name__ == "__main__":
    main()
