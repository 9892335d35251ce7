# Measure the chosen ensemble once on val, then refit its plan on all working rows
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
from concurrent.futures import Future
from pathlib import Path

import cloudpickle
import numpy as np
import pandas as pd

from trainable import labels, save

# include: common/facts.py

# include: common/metrics.py

# include: common/prepared.py

# include: common/views.py

# include: common/neural_network.py

# include: common/boosting.py

# include: common/models.py

# include: common/calibration.py

# include: common/plan.py

# include: common/workers.py


def score_all(model, data, features, goal):
    """Every metric of the problem on these rows, with the guesses."""
    problem = data["problem"]
    if problem == "regression":
        guess, chosen = model.predict(features), None
    else:
        guess = model.predict_proba(features)
        chosen = decide(guess, model.class_weights)
    return {name: measure(name, goal, guess, problem, chosen) for name in METRICS[problem]}, guess, chosen


def settle_fits(plan, search, rows):
    """How many rows the final fit takes and how many seeds of each member, by the time that folds took."""
    chosen = {model["name"]: model for model in search["models"]}
    per_fold = sum(chosen[member["name"]]["seconds_per_fold"] for member in plan["members"])
    once = per_fold * rows / max(1, search["rows"] * (1 - 1 / search["folds"])) / 2
    plan["row_share"] = 1.0 if rows < 5000 else min(1.0, max(PARAMS["budget_s"] / once, search["rows"] / rows))
    copies = 1 if PARAMS["safe"] else int(np.clip(0.8 * PARAMS["budget_s"] / (once * plan["row_share"]), 1, 4))
    plan_copies(plan, copies)
    return copies


def main():
    started = time.time()
    data, search, plan = load_prepared(), read_json("data/search.json"), read_json("data/plan.json")
    if not search or not plan or not Path("data/candidate.pkl").exists():
        stop("data/plan.json or data/candidate.pkl is missing; run the search first.")
    metric = data["metric"]
    (train, train_goal), (val, val_goal) = data["train"], data["val"]
    candidate = cloudpickle.loads(Path("data/candidate.pkl").read_bytes())
    val_metrics, guess, chosen = score_all(candidate, data, val, val_goal)
    print(f"Measured once on {len(val_goal):,} val rows, by models fitted on train alone:")
    for name, value in val_metrics.items():
        print(f"  {name:<18} {value:.4f}" + ("   (main)" if name == metric else ""))
    print(f"Cross-validation had promised {metric} {plan['score']:.4f}.", flush=True)

    values = np.vstack([data["reader"].read(train), data["reader"].read(val)])
    goal = np.concatenate([train_goal, val_goal])
    copies = settle_fits(plan, search, len(goal))
    executor = start_workers(2, PARAMS["safe"])
    try:
        final = refit(plan, executor, data["reader"], data["classes"], values, goal)
    finally:
        stop_workers(executor)
    save(final, "models/model.pkl")
    write_json("data/plan.json", plan)
    columns = {"guess": guess} if data["problem"] == "regression" else {f"p{code}": guess[:, code]
                                                                        for code in range(guess.shape[1])}
    if chosen is not None:
        columns["chosen"] = chosen
    np.savez_compressed("data/val_guesses.npz", truth=val_goal, **columns)
    size, rows = Path("models/model.pkl").stat().st_size / 1e6, len(plan_rows(plan, goal))
    write_json("data/final.json", {"val_metrics": val_metrics, "copies": copies, "rows_final": rows,
                                   "rows_working": len(goal), "seconds": time.time() - started, "model_mb": size})
    print(f"Refitted the same plan on {rows:,} rows (train and val) and saved models/model.pkl ({size:.1f} MB). "
          "The score on the held test rows is the host's to measure.")
    finish({"metric": metric, "val_score": val_metrics[metric], "cv_score": plan["score"],
            "val_metrics": val_metrics, "model_mb": size, "final_rows": rows, "val_rows": len(val_goal),
            "final_seconds": time.time() - started})


if __name__ == "__main__":
    main()
