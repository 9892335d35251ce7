"""Run a delivered pipeline on raw features: writes ``transformed.parquet`` and ``result.json``."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any, Dict, List

# The referee, the SDK and, where pandas has none, a Parquet engine: beside this folder, after what is installed.
sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from referee.consistency import row_problems, shuffle_problems, used_columns  # noqa: E402
from referee.harness import load_object, read_table, run  # noqa: E402
from referee.raw_rows import read_like  # noqa: E402
from referee.tables import as_table, column_problems, shape_problems, storable, value_problems  # noqa: E402


def judge(arguments: argparse.Namespace) -> Dict[str, Any]:
    """Transform the features and compare; returns the result file's content."""
    pipeline = load_object(arguments.pipeline, "transform")
    features = (read_like(arguments.features, arguments.working) if arguments.working
                else read_table(arguments.features))
    reference = read_table(arguments.reference) if arguments.reference else None
    expected = None
    if reference is not None:
        expected = [str(column) for column in reference.columns if str(column) != arguments.target]

    # Copies, because a pipeline may change its argument in place.
    returned = pipeline.transform(features.copy())
    table = as_table(returned, expected)
    problems = shape_problems(returned, table, len(features))
    if reference is not None:
        problems += column_problems(table, reference, arguments.target)
    problems += value_problems(table)

    if len(table) == len(features):
        by_row = row_problems(pipeline.transform, features, table, expected)
        shuffled = shuffle_problems(pipeline.transform, features, table, expected)
        problems += by_row + shuffled
        row_consistent, shuffle_consistent = not by_row, not shuffled
    else:
        row_consistent = shuffle_consistent = False

    table, unstorable = storable(table)
    table.to_parquet(arguments.out / "transformed.parquet", index=False)
    return {
        "rows": len(table),
        "columns": list(table.columns),
        "dtypes": {column: str(dtype) for column, dtype in table.dtypes.items()},
        "row_consistent": row_consistent,
        "shuffle_consistent": shuffle_consistent,
        "problems": problems + unstorable,
        "depends": used_columns(pipeline.transform, features, probed(arguments), expected),
    }


def probed(arguments: argparse.Namespace) -> List[str]:
    """The columns that the host wants tried."""
    return json.loads(arguments.probe.read_text(encoding="utf-8")) if arguments.probe else []


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pipeline", type=Path, required=True, help="prep_pipeline.pkl")
    parser.add_argument("--features", type=Path, required=True, help="raw rows without the target, CSV or Parquet")
    parser.add_argument("--working", type=Path, help="raw working rows, whose dtypes the features get")
    parser.add_argument("--out", type=Path, required=True, help="an existing or new folder for the two files")
    parser.add_argument("--reference", type=Path, help="train.parquet: the columns to expect")
    parser.add_argument("--probe", type=Path, help="a JSON list of raw columns: does the output depend on them?")
    parser.add_argument("--target", help="the target's column in the reference")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    parsed = parse(sys.argv[1:])
    run(lambda: judge(parsed), parsed.out)
