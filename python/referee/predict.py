"""Run a delivered model on prepared features: writes ``predictions.parquet`` and ``result.json``."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import Any, Dict

import pandas as pd

# The referee, the SDK and, where pandas has none, a Parquet engine: beside this folder, after what is installed.
sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from referee import predictions  # noqa: E402
from referee.harness import load_object, read_table, run  # noqa: E402


def judge(arguments: argparse.Namespace) -> Dict[str, Any]:
    """Predict and check; returns the result file's content. The predictions file has one row per input row, always."""
    model = load_object(arguments.model, "predict")
    features = read_table(arguments.features)
    rows = len(features)

    start = time.perf_counter()
    returned = model.predict(features.copy())
    seconds = time.perf_counter() - start

    values, problems = predictions.flat(returned, rows)
    classes = None
    proba = None
    if predictions.is_regression(arguments.problem_type, model, values):
        prediction, found = predictions.number_column(values)
        problems += found
    else:
        classes, found = predictions.class_labels(model)
        problems += found
        prediction, found = predictions.label_column(values, classes)
        problems += found
        proba, found = predictions.probabilities(model, features, classes)
        problems += found

    output = pd.DataFrame({"prediction": prediction})
    if proba is not None:
        for position in range(proba.shape[1]):
            output[f"p{position}"] = proba[:, position]
    output.to_parquet(arguments.out / "predictions.parquet", index=False)
    return {"rows": rows, "classes": classes, "has_proba": proba is not None, "seconds": round(seconds, 6),
            "problems": problems}


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="model.pkl")
    parser.add_argument("--features", type=Path, required=True, help="transformed.parquet")
    parser.add_argument("--out", type=Path, required=True, help="an existing or new folder for the two files")
    parser.add_argument("--problem-type", choices=("binary", "multiclass", "regression"),
                        help="what the target is; told by the model and its predictions when absent")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    parsed = parse(sys.argv[1:])
    run(lambda: judge(parsed), parsed.out)
