"""Predict with one raw column shuffled at a time: writes ``importance.parquet`` and ``result.json``.

What a metric loses by it is permutation importance (Breiman 2001). The host knows the target and computes the loss;
here are features only. The file has, for each column and repeat that there was time for, a row per input row, in order:
``block`` (0 is the unshuffled table; then 1 + column × repeats + repeat), ``prediction`` and, with probabilities,
``p0…pk``.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Tuple

import numpy as np
import pandas as pd

# The referee, the SDK and, where pandas has none, a Parquet engine: beside this folder, after what is installed.
sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from referee import predictions  # noqa: E402
from referee.harness import Failure, load_object, read_table, run  # noqa: E402
from referee.raw_rows import read_like  # noqa: E402

# Raw cells of one call: a pipeline may make many of each, and all of them are there at once.
MOST_CELLS = 4_000_000


class Predictor:
    """Raw features in, a table of predictions out; without a pipeline the features are prepared already."""

    def __init__(self, pipeline: Optional[Any], model: Any, problem_type: str) -> None:
        self.pipeline, self.model, self.problem_type = pipeline, model, problem_type

    def table(self, features: pd.DataFrame) -> pd.DataFrame:
        """A column ``prediction`` and, where the model has them, ``p0…pk``; Failure when they do not fit."""
        prepared = self.pipeline.transform(features.copy()) if self.pipeline is not None else features.copy()
        values, problems = predictions.flat(self.model.predict(prepared.copy()), len(features))
        if self.problem_type == "regression":
            column, found = predictions.number_column(values)
            return self._checked(pd.DataFrame({"prediction": column}), problems + found)
        classes, found = predictions.class_labels(self.model)
        column, more = predictions.label_column(values, classes)
        table = pd.DataFrame({"prediction": column})
        proba, most = predictions.probabilities(self.model, prepared, classes)
        if proba is not None:
            table = table.assign(**{f"p{position}": proba[:, position] for position in range(proba.shape[1])})
        return self._checked(table, problems + found + more + most)

    @staticmethod
    def _checked(table: pd.DataFrame, problems: List[predictions.Problem]) -> pd.DataFrame:
        if problems:
            raise Failure(problems[0].message)
        return table


def with_shuffled(rows: pd.DataFrame, position: int, order: np.ndarray) -> pd.DataFrame:
    """The rows with one column in another order, of the dtype that it has."""
    column = rows.columns[position]
    values = rows[column]
    return rows.assign(**{column: values.iloc[order].to_numpy()}).astype({column: values.dtype})


def batches(rows: int, columns: int, repeats: int, deadline: float) -> Iterator[Tuple[int, int]]:
    """How many columns to try at once, from which on: a call of a model costs as much again as hundreds of its rows do.

    Starts with one. The next has twice as many, or what fits in the time left if a column goes on taking what it took,
    and never more cells than memory is sure to have room for.
    """
    most = max(1, MOST_CELLS // max(1, rows * repeats * columns))
    first, count = 0, 1
    while first < columns:
        begun = time.monotonic()
        if begun > deadline:
            return
        yield first, count
        first += count
        now = time.monotonic()
        fitting = int((deadline - now) / max((now - begun) / count, 1e-6))
        count = max(1, min(2 * count, fitting, most, columns - first))


def judge(arguments: argparse.Namespace) -> Dict[str, Any]:
    """Shuffle and predict until the time is up; returns the result file's content."""
    deadline = time.monotonic() + arguments.seconds
    features = (read_like(arguments.features, arguments.working) if arguments.working
                else read_table(arguments.features))
    if arguments.left_out:
        features = features.drop(index=json.loads(arguments.left_out.read_text())).reset_index(drop=True)
    pipeline = load_object(arguments.pipeline, "transform") if arguments.pipeline else None
    model = load_object(arguments.model, "predict")
    predictor = Predictor(pipeline, model, arguments.problem_type)
    random = np.random.default_rng(arguments.seed)
    rows = features
    if len(rows) > arguments.rows:
        chosen = np.sort(random.permutation(len(rows))[:arguments.rows])
        rows = rows.iloc[chosen].reset_index(drop=True)
    else:
        chosen = np.arange(len(rows))

    blocks = [predictor.table(rows).assign(block=0)]
    orders = [random.permutation(len(rows)) for _ in range(arguments.repeats)]
    done = 0
    for first, count in batches(len(rows), len(rows.columns), arguments.repeats, deadline):
        positions = range(first, first + count)
        shuffled = [with_shuffled(rows, position, order) for position in positions for order in orders]
        table = predictor.table(pd.concat(shuffled, ignore_index=True))
        blocks.append(table.assign(block=1 + first * arguments.repeats + np.arange(len(table)) // len(rows)))
        done = first + count
    measured = [str(column) for column in rows.columns[:done]]
    pd.concat(blocks, ignore_index=True).to_parquet(arguments.out / "importance.parquet", index=False)
    classes, _ = predictions.class_labels(model) if arguments.problem_type != "regression" else (None, [])
    return {"rows": len(rows), "chosen": chosen.tolist(), "columns": measured, "all_columns": len(rows.columns),
            "repeats": arguments.repeats, "classes": classes, "has_proba": "p0" in blocks[0].columns, "problems": []}


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pipeline", type=Path, help="prep_pipeline.pkl; without it the features are prepared already")
    parser.add_argument("--model", type=Path, required=True, help="model.pkl")
    parser.add_argument("--features", type=Path, required=True, help="rows without the target, CSV or Parquet")
    parser.add_argument("--working", type=Path, help="raw working rows, whose dtypes the features get")
    parser.add_argument("--left-out", type=Path, help="a JSON list of positions of rows that are not to be predicted")
    parser.add_argument("--problem-type", choices=("binary", "multiclass", "regression"), required=True)
    parser.add_argument("--rows", type=int, default=1000, help="no more rows than this, chosen by the seed")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5, help="no new column is begun after this")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--out", type=Path, required=True, help="an existing or new folder for the two files")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    parsed = parse(sys.argv[1:])
    run(lambda: judge(parsed), parsed.out)
