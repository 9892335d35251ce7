# Refit the plan that won and save the model that comes of it
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


def main():
    data, plan = load_prepared(), read_json("data/plan.json")
    if not plan or "row_share" not in plan:
        stop("data/plan.json of the final fit is missing.")
    (train, train_goal), (val, val_goal) = data["train"], data["val"]
    table = pd.concat([train, val], ignore_index=True)
    goal = np.concatenate([train_goal, val_goal])
    executor = start_workers(2, PARAMS["safe"])
    try:
        again = refit(plan, executor, data["reader"], data["classes"], data["reader"].read(table), goal)
    finally:
        stop_workers(executor)
    # The model it is to be compared with never runs here: it could change what is saved.
    save(again, "models/model.pkl")
    here = package_versions()
    other = [f"{name} {version} (here {here.get(name, 'none')})" for name, version in plan["versions"].items()
             if here.get(name) != version]
    finish({"members": len(plan["members"]), "rows": len(table), "other_versions": ", ".join(other) or None})


if __name__ == "__main__":
    main()
