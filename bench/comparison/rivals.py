"""The models to hold ours against, prepared as a sensible person would: they get the same working rows, no tuning."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from comparison.outer_folds import Task
from comparison.warm import WARM, write_rows

SCRIPT = Path(__file__).with_name("rivals_step.py")


def run(folder: Path, task: Task, train: np.ndarray, test: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    """{name: numbers or probabilities} for the test rows."""
    write_rows(folder / "rival_train.csv", task, train)
    write_rows(folder / "rival_test.csv", task, test, with_target=False)
    np.save(folder / "goal.npy", task.goal[train])
    about = {"target": task.target, "classes": task.classes and len(task.classes), "seed": seed}
    WARM.run(SCRIPT, folder, json.dumps(about))
    found = np.load(folder / "rivals.npz")
    return {name: found[name] for name in found.files}
