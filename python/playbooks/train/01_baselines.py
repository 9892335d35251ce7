# Set up the dashboard and measure the baselines
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
    "budget_s": 1.0,
    "holdout": "host",
    "holdout_reason": None,
    "instructions": "",
    "safe": False,
}
# end of parameters
import json
import math
import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from trainable import configure_dashboard, labels, log

# include: common/facts.py

# include: common/parsing.py

# include: common/metrics.py

# include: common/prepared.py

# include: common/folds.py


def constant_guess(goal, count, problem, classes):
    """The guess without any feature: the mean, or the share of each class."""
    if problem == "regression":
        return np.full(count, goal.mean())
    return np.tile(np.bincount(goal, minlength=classes) / len(goal), (count, 1))


def simple_model(problem, seed):
    """A small decision tree: what a few questions about the features already achieve."""
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
    kind = DecisionTreeRegressor if problem == "regression" else DecisionTreeClassifier
    return kind(max_depth=4, min_samples_leaf=5, random_state=seed)


def cross_validated(features, goal, problem, classes, seed):
    """Out-of-fold guesses of the small tree on up to 20,000 rows, with those rows' targets."""
    keys = read_fold_keys(len(goal))
    some = np.random.default_rng(seed).permutation(len(goal))[:20_000]
    values, goal = np.nan_to_num(features[some], nan=-1.0), goal[some]
    fold, _, forward = make_folds(goal, problem, 3, seed, {kind: key[some] for kind, key in keys.items()})
    guess = np.zeros(len(goal)) if problem == "regression" else np.zeros((len(goal), classes))
    for number in range(fold.max() + 1):
        inside, outside = fold == number, fold < number if forward else fold != number
        model = simple_model(problem, seed).fit(values[outside], goal[outside])
        if problem == "regression":
            guess[inside] = model.predict(values[inside])
        else:
            guess[np.ix_(inside, model.classes_)] = model.predict_proba(values[inside])
    return guess[fold >= 0], goal[fold >= 0]


def main():
    data = load_prepared()
    problem, metric = data["problem"], data["metric"]
    features, goal = data["train"]
    classes = 0 if problem == "regression" else len(data["classes"])
    configure_dashboard([
        {"title": f"Cross-validated {metric} by model", "metrics": [f"cv_{metric}"], "type": "line"},
        {"title": "Boosting: loss by round", "metrics": ["train_loss", "val_loss"], "type": "line"},
        {"title": f"Best {metric} so far", "metrics": ["best_single", "ensemble"], "type": "line"},
    ])
    constant = measure(metric, goal, constant_guess(goal, len(goal), problem, classes), problem)
    guess, compared = cross_validated(data["reader"].read(features), goal, problem, classes, PARAMS["seed"])
    tree = measure(metric, compared, guess, problem)
    log(step=0, metrics={f"cv_{metric}": constant}, run="constant")
    log(step=0, metrics={f"cv_{metric}": tree}, run="small_tree")
    ratio = None
    if classes:
        counts = np.bincount(goal, minlength=classes)
        ratio = counts.max() / max(1, counts.min())
    write_json("data/baselines.json", {"metric": metric, "constant": constant, "small_tree": tree,
                                       "imbalance_ratio": ratio})

    print(f"{len(goal):,} training rows with {features.shape[1]:,} features. Models are compared by {metric} "
          f"({'higher' if metric in GREATER_IS_BETTER else 'lower'} is better).")
    print(f"  always the same answer: {constant:.4f}")
    print(f"  a tree of depth 4:      {tree:.4f} (out of fold)")
    if ratio and ratio > 3:
        print(f"The commonest class is {ratio:.1f} times as frequent as the rarest.")
    finish({"metric": metric, "constant_score": constant, "tree_score": tree, "train_rows": len(goal),
            "n_features": features.shape[1], "imbalance_ratio": ratio, "problem_type": problem})


if __name__ == "__main__":
    Path("data").mkdir(exist_ok=True)
    main()
