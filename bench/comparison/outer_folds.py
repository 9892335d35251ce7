"""What a dataset's task is, its outer folds, and its metric."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterator

import numpy as np
import pandas as pd
from sklearn import metrics
from sklearn.model_selection import KFold, StratifiedKFold

LOWER = {"rmse", "mae", "log_loss"}
FITTING = {"regression": ["rmse", "mae", "r2"],
           "binary": ["roc_auc", "log_loss", "accuracy", "balanced_accuracy", "f1"],
           "multiclass": ["log_loss", "accuracy", "balanced_accuracy", "roc_auc", "f1_macro"]}


@dataclass
class Task:
    table: pd.DataFrame
    target: str
    problem: str
    metric: str
    goal: np.ndarray            # numbers, or positions in classes
    classes: list[str] | None

    @property
    def lower_is_better(self) -> bool:
        return self.metric in LOWER

    def measure(self, rows: np.ndarray, guess: np.ndarray, chosen: np.ndarray | None = None) -> float:
        """guess: numbers or probabilities; chosen: class positions where they are not simply the likeliest."""
        truth = self.goal[rows]
        if self.problem == "regression":
            return float({"rmse": lambda: np.sqrt(np.mean((truth - guess) ** 2)),
                          "mae": lambda: np.mean(np.abs(truth - guess)),
                          "r2": lambda: metrics.r2_score(truth, guess)}[self.metric]())
        if self.metric == "log_loss":
            return float(metrics.log_loss(truth, np.clip(guess, 1e-7, 1), labels=range(len(self.classes))))
        if self.metric == "roc_auc":
            if self.problem == "binary":
                return float(metrics.roc_auc_score(truth, guess[:, 1]))
            present = np.unique(truth)
            return float(np.mean([metrics.roc_auc_score(truth == label, guess[:, label]) for label in present]))
        chosen = guess.argmax(axis=1) if chosen is None else chosen
        return float({"accuracy": lambda: np.mean(truth == chosen),
                      "balanced_accuracy": lambda: metrics.balanced_accuracy_score(truth, chosen),
                      "f1": lambda: metrics.f1_score(truth, chosen),
                      "f1_macro": lambda: metrics.f1_score(truth, chosen, average="macro")}[self.metric]())


def describe(table: pd.DataFrame, target: str, metric: str | None) -> Task:
    """The task of a table: few or textual values make classes (the positive one of two comes last)."""
    table = table[table[target].notna()].reset_index(drop=True)
    values = table[target]
    numeric = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    if numeric and (values.nunique() > 20 or (values % 1 != 0).any() or metric in FITTING["regression"]):
        problem, classes, goal = "regression", None, values.to_numpy(float)
    else:
        classes = sorted(values.astype(str).unique())
        problem = "binary" if len(classes) == 2 else "multiclass"
        goal = values.astype(str).map({label: place for place, label in enumerate(classes)}).to_numpy()
    metric = metric or FITTING[problem][0]
    if metric not in FITTING[problem]:
        raise SystemExit(f"{metric} does not fit a {problem} problem; choose one of {', '.join(FITTING[problem])}.")
    return Task(table, target, problem, metric, goal, classes)


def split(task: Task, folds: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    splitter = (KFold if task.problem == "regression" else StratifiedKFold)(folds, shuffle=True, random_state=seed)
    return splitter.split(task.table, task.goal)
