"""The table's lines."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from comparison.outer_folds import Task

HEADER = (f"{'dataset':26} {'metric':9} {'ours ± SD':>18} {'constant':>9} {'forest':>9} {'boosting':>9} "
          f"{'lead, SE':>9} {'s a fold':>9} {'peak MB':>8}")


def line(source: str, task: Task, scores: dict[str, list[float]], seconds: list[float], memory: list[float]) -> dict:
    sign = -1 if task.lower_is_better else 1
    mean = {name: float(np.mean(values)) for name, values in scores.items()}
    best = max(("constant", "forest", "boosting"), key=lambda name: sign * mean[name])
    difference = sign * (np.array(scores["ours"]) - np.array(scores[best]))
    error = difference.std(ddof=1) / math.sqrt(len(difference)) if len(difference) > 1 else math.nan
    return {"dataset": Path(source).stem, "metric": task.metric, "folds": len(difference), "scores": scores, **mean,
            "sd": float(np.std(scores["ours"])), "best": best, "difference": float(difference.mean()),
            "standard_error": float(error), "seconds": float(np.mean(seconds)), "peak_mb": float(np.max(memory))}


def lead(found: dict) -> float:
    """The mean difference in paired standard errors; without a spread only its sign counts."""
    if not found["standard_error"] > 0:
        return 0.0 if abs(found["difference"]) < 1e-12 else math.copysign(math.inf, found["difference"])
    return found["difference"] / found["standard_error"]


def show(found: dict) -> str:
    digits = 4 if abs(found["ours"]) < 100 else 1
    values = [f"{found[name]:>9.{digits}f}" for name in ("constant", "forest", "boosting")]
    ours = f"{found['ours']:.{digits}f} ± {found['sd']:.{digits}f}"
    return (f"{found['dataset'][:26]:26} {found['metric'][:9]:9} {ours:>18} {' '.join(values)} {lead(found):>+9.2f} "
            f"{found['seconds']:>9.1f} {found['peak_mb']:>8.0f}")


def summary(lines: list[dict]) -> str:
    better = sum(found["difference"] > 0 for found in lines)
    worse = [found["dataset"] for found in lines if lead(found) < -1]
    share = 100 * better / max(1, len(lines))
    return (f"\nBetter than the best of the others on {better} of {len(lines)} ({share:.0f} %); worse by more than one "
            f"paired standard error: {', '.join(worse) or 'none'}.")
