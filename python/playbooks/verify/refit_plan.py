# Refit the plan that won and compare it with the saved model
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

from trainable import labels

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

MOST_DIFFERENCE = 1e-6      # of a probability, or of a number in standard deviations of the target


def main():
    data, plan = load_prepared(), read_json("data/plan.json")
    if not plan or "row_share" not in plan or not Path("models/model.pkl").exists():
        stop("data/plan.json of the final fit or models/model.pkl is missing; run Train to its end first.")
    (train, train_goal), (val, val_goal) = data["train"], data["val"]
    table = pd.concat([train, val], ignore_index=True)
    goal = np.concatenate([train_goal, val_goal])
    executor = start_workers(2, PARAMS["safe"])
    try:
        again = refit(plan, executor, data["reader"], data["classes"], data["reader"].read(table), goal)
    finally:
        stop_workers(executor)
    saved = cloudpickle.loads(Path("models/model.pkl").read_bytes())
    if data["problem"] == "regression":
        difference = np.abs(again.predict(table) - saved.predict(table)).max() / (np.std(goal) or 1.0)
    else:
        difference = np.abs(again.predict_proba(table) - saved.predict_proba(table)).max()
    here = package_versions()
    other = [f"{name} {version} (here {here.get(name, 'none')})" for name, version in plan["versions"].items()
             if here.get(name) != version]
    verified = bool(difference <= MOST_DIFFERENCE)
    print(f"The plan was refitted on {len(plan_rows(plan, goal)):,} rows. Its answers for {len(table):,} rows differ "
          f"from the saved model's by {difference:.1e} at most: {'verified' if verified else 'not verified'}.")
    if other:
        print("Packages differ from those that made the model: " + ", ".join(other) + ".")
    finish({"verified": verified, "max_difference": difference, "rows": len(table), "members": len(plan["members"]),
            "other_versions": ", ".join(other) or None})
    if not verified:
        sys.exit(1)


if __name__ == "__main__":
    main()
