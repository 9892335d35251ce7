#!/usr/bin/python3
"""The score of a whole run beside a constant and a plain HistGradientBoosting on the same rows.

    bench/quality.py FILE:TARGET[:DROPPED,…] …      (from the repository's root; uses a home of its own)

The run is `./trainable run FILE --target TARGET`. Columns to drop (copies of the target, say) are dropped for both. The comparison model is fitted on the same working rows and scored on the
same held rows, read from the run's home; it gets integers for categories and nothing else: no tuning, no ensemble.
"""
from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.metrics import accuracy_score, mean_squared_error, roc_auc_score


def codes(working: pd.DataFrame, held: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Both tables as floats; text becomes the position of its level in the working rows, unseen levels are missing."""
    columns = []
    for name in working.columns:
        if working[name].dtype == object or held[name].dtype == object:
            levels = {level: code for code, level in enumerate(sorted(working[name].dropna().astype(str).unique()))}
            columns.append([table[name].astype(str).map(levels).to_numpy(float) for table in (working, held)])
        else:
            columns.append([table[name].to_numpy(float) for table in (working, held)])
    return tuple(np.column_stack([pair[side] for pair in columns]) for side in (0, 1))


def plain_boosting(working: pd.DataFrame, held: pd.DataFrame, target: str, metric: str) -> float:
    known = working[working[target].notna()]
    train, test = codes(known.drop(columns=target), held.drop(columns=target))
    if metric == "rmse":
        model = HistGradientBoostingRegressor(random_state=42).fit(train, known[target])
        return float(np.sqrt(mean_squared_error(held[target], model.predict(test))))
    model = HistGradientBoostingClassifier(random_state=42).fit(train, known[target].astype(str))
    if metric == "roc_auc":
        return float(roc_auc_score(held[target].astype(str) == model.classes_[-1], model.predict_proba(test)[:, -1]))
    return float(accuracy_score(held[target].astype(str), model.predict(test)))


def run(file: str, target: str, dropped: list[str], home: Path) -> None:
    command = ["./trainable", "run", file, "--target", target, "--home", str(home), "--json"]
    for column in dropped:
        command += ["--drop", column]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    summary = json.loads(lines[-1])["data"]
    score = summary["score"]
    experiment = summary["experiment_id"]
    working = pd.read_csv(next((home / "workspace" / "datasets" / experiment).glob("*.csv")), low_memory=False)
    held = pd.read_csv(home / "held" / experiment / "held.csv", low_memory=False)
    plain = plain_boosting(working.drop(columns=dropped), held.drop(columns=dropped), target, score["metric"])
    lead = (score["value"] - plain) * (1 if score["higher_is_better"] else -1)
    print(
        f"{Path(file).stem:22} {score['metric']:9} ours {score['value']:.4f} [{score['low']:.4f}, {score['high']:.4f}]"
        f"  boosting {plain:.4f}  constant {score['baseline']:.4f}  lead {lead / max(score['standard_error'], 1e-9):+.2f} SE"
        f"  {summary.get('seconds', float('nan')):.0f} s",
        flush=True,
    )


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="trainable-bench-") as home:
        for pair in sys.argv[1:]:
            file, target, *dropped = pair.split(":")
            run(file, target, [name for name in ",".join(dropped).split(",") if name], Path(home))


if __name__ == "__main__":
    main()
