"""One outer fold through the shipped playbooks."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from comparison.outer_folds import Task
from comparison.warm import WARM, PeakMemory, render, write_rows

# Figures, reports and checks are left out: they change no prediction.
STEPS = ["eda/01_profile.py", "eda/02_relations.py", "prep/01_split.py", "prep/02_fit.py", "train/01_baselines.py",
         "train/02_search.py", "train/03_final_model.py"]
SHARES = {"train/02_search.py": 0.62, "train/03_final_model.py": 0.2}
ANSWER = Path(__file__).with_name("answer_step.py")


@dataclass
class Fold:
    guess: np.ndarray
    chosen: np.ndarray | None
    seconds: float
    peak_mb: float
    plan: str


def run(folder: Path, task: Task, train: np.ndarray, test: np.ndarray, seconds: float, seed: int) -> Fold:
    write_rows(folder / "working.csv", task, train)
    write_rows(folder / "features.csv", task, test, with_target=False)
    params = {"dataset": str(folder / "working.csv"), "target": task.target, "problem_type": task.problem,
              "metric": task.metric, "positive_class": task.classes[1] if task.problem == "binary" else None,
              "drop_columns": [], "group_column": None, "time_column": None, "seed": seed, "budget_s": 1.0,
              "holdout": "host", "holdout_reason": None, "instructions": "", "safe": False}
    started = time.perf_counter()
    with PeakMemory(WARM) as memory:
        for step in STEPS:
            home = folder / step.split("/")[0]
            (home / "scripts").mkdir(parents=True, exist_ok=True)
            script = home / "scripts" / Path(step).name
            # What earlier steps used up, the search does without.
            left = seconds - (time.perf_counter() - started) if step == "train/02_search.py" else seconds
            budget = max(1.0, left * SHARES.get(step, 0.05))
            script.write_text(render(step, {**params, "budget_s": round(budget, 1)}), encoding="utf-8")
            WARM.run(script, home)
        took = time.perf_counter() - started
        WARM.run(ANSWER, folder, str(folder), json.dumps(task.classes))
    found = np.load(folder / "answers.npz")
    plan = json.loads((folder / "train/data/plan.json").read_text(encoding="utf-8"))
    members = " ".join(f"{member['name']}:{member['weight']:.2f}" for member in plan["members"])
    return Fold(found["guess"], found["chosen"] if "chosen" in found.files else None, took, memory.peak_mb,
                f"cv {plan['score']:.4f} {members}")
