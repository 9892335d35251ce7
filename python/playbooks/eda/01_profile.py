# Profile every column and settle the target
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
    "budget_s": 2.0,
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

# include: common/facts.py

# include: common/parsing.py

# include: common/columns.py

# include: common/target.py


def describe_numbers(series):
    """Mean, spread, range, skew and the share outside 1.5 interquartile ranges."""
    numbers = as_numbers(series).dropna()
    if not len(numbers):
        return {}
    low, median, high = numbers.quantile([0.25, 0.5, 0.75])
    reach = 1.5 * (high - low)
    outside = ((numbers < low - reach) | (numbers > high + reach)).mean() if reach > 0 else 0.0
    return {"mean": numbers.mean(), "std": numbers.std(), "min": numbers.min(), "q1": low, "median": median, "q3": high,
            "max": numbers.max(), "skew": numbers.skew() if len(numbers) > 2 else 0.0, "outlier_share": outside,
            "zero_share": (numbers == 0).mean()}


def describe_levels(series):
    """The commonest levels with their counts, and how many levels hold under 1 % of the rows."""
    counts = as_text(series).value_counts()
    return {"top": [[str(level)[:60], int(count)] for level, count in counts.head(8).items()],
            "rare_levels": int((counts < 0.01 * counts.sum()).sum())}


def mark_copies(table, columns):
    """Columns that say the same as an earlier one, level for level (`class` beside `pclass`)."""
    seen = {}
    for name, about in columns.items():
        if about["role"] not in ("numeric", "numeric_text", "boolean", "categorical", "high_cardinality"):
            continue
        if about["levels"] > 0.5 * len(table):
            continue
        codes = pd.factorize(as_text(table[name]) if about["role"] != "numeric" else table[name])[0]
        key = hash(codes.astype(np.int32).tobytes())
        if key in seen:
            about["copy_of"] = seen[key]
        else:
            seen[key] = name


def settle_target(table, columns):
    """The target and problem type: what was asked for, else what is inferred, with the reasons."""
    target, runner_up = PARAMS["target"], None
    if target is not None:
        if target not in table.columns:
            stop(f"The target {target!r} is not a column of this dataset. Its columns are: "
                 + ", ".join(map(repr, table.columns[:40])) + ("…" if table.shape[1] > 40 else "") + ".")
        reason = "given by the user"
    else:
        candidates = {name: about for name, about in columns.items() if name not in PARAMS["drop_columns"]}
        target, reason, runner_up = infer_target(candidates, len(table))
        if target is None:
            stop(f"No target could be inferred: {reason}. Name one.")
    if as_text(table[target]).dropna().nunique() < 2:
        stop(f"The target {target!r} has fewer than two different values, so there is nothing to predict.")
    problem, problem_reason = infer_problem(table[target])
    if PARAMS["problem_type"]:
        problem, problem_reason = PARAMS["problem_type"], "given by the user"
    if problem == "regression" and as_numbers(table[target]).notna().sum() < 2:
        stop(f"The target {target!r} holds no numbers, so regression is not possible.")
    return target, reason, runner_up, problem, problem_reason


def main():
    table = read_table(PARAMS["dataset"])
    rows, width = table.shape
    if rows < 10 or width < 2:
        stop(f"The dataset has {count(rows, 'row')} and {count(width, 'column')}; "
             "at least 10 rows and 2 columns are needed.")
    columns = {name: inspect_column(table[name], name) for name in table.columns}
    target, reason, runner_up, problem, problem_reason = settle_target(table, columns)
    for name, about in columns.items():
        about["dtype"] = str(table[name].dtype)
        if about["role"] in ("numeric", "numeric_text"):
            about["stats"] = describe_numbers(table[name])
        elif about["role"] in ("boolean", "categorical", "high_cardinality", "id", "constant"):
            about["stats"] = describe_levels(table[name])
        elif about["role"] == "datetime":
            dates = as_dates(table[name], about["date_format"]).dropna()
            about["stats"] = {"min": str(dates.min()), "max": str(dates.max())}
    mark_copies(table, {name: about for name, about in columns.items() if name != target})
    columns[target]["value_role"] = columns[target]["role"]
    columns[target].update(role="target", reason=reason)

    labels = as_text(table[target])
    known = labels.dropna()
    if problem == "regression":
        about_target = {"stats": describe_numbers(table[target])}
    else:
        counts = known.value_counts()
        about_target = {"classes": {str(level): int(count) for level, count in counts.head(50).items()},
                        "n_classes": int(len(counts)), "imbalance_ratio": counts.iloc[0] / counts.iloc[-1]}
        if problem == "binary":
            about_target["positive_class"] = positive_of(known, PARAMS["positive_class"])
    missing = pd.Series({name: about["missing"] for name, about in columns.items()})
    roles = pd.Series([about["role"] for about in columns.values()]).value_counts().to_dict()
    findings = {
        "rows": rows, "n_columns": width, "memory_mb": table.memory_usage(deep=rows * width < 5e6).sum() / 1e6,
        "duplicate_rows": int(pd.util.hash_pandas_object(table, index=False).duplicated().sum()),
        "missing_pct": 100 * missing.sum() / (rows * width), "target": target, "target_reason": reason,
        "target_runner_up": runner_up, "problem_type": problem, "problem_reason": problem_reason,
        "target_missing": int(rows - len(known)), "about_target": about_target, "roles": roles, "columns": columns,
        "group_candidates": [name for name, about in columns.items() if looks_like_id(name) and about["role"] in
                             ("numeric", "high_cardinality") and 1.5 * about["levels"] < rows and about["levels"] > 20],
    }
    write_json("data/findings.json", findings)

    print(f"{count(rows, 'row')} and {count(width, 'column')}, {findings['memory_mb']:.1f} MB in memory.")
    print(f"Missing: {findings['missing_pct']:.2f} % of all cells, in {count(int((missing > 0).sum()), 'column')}. "
          f"Duplicate rows: {findings['duplicate_rows']:,}.\n")
    for name, about in list(columns.items())[:40]:
        print(f"  {str(name)[:32]:<32} {about['role']:<16} {about['levels']:>8,} levels {about['missing']:>7,} "
              f"missing  "
              f"{about['reason']}" + (f"; the same as {about['copy_of']}" if "copy_of" in about else ""))
    if width > 40:
        print(f"  … and {width - 40:,} more columns (all are in data/findings.json)")
    print(f"\nTarget: {target} ({reason})." + (f" Runner-up: {runner_up}." if runner_up else ""))
    print(f"Problem: {problem} ({problem_reason}).")
    if problem != "regression":
        shown = list(about_target["classes"].items())[:10]
        print("Classes: " + ", ".join(f"{level} {count:,}" for level, count in shown))
    finish({
        "rows": rows, "columns": width, "missing_pct": findings["missing_pct"] or None,
        "missing_columns": int((missing > 0).sum()), "roles": roles,
        "duplicate_rows": findings["duplicate_rows"] or None,
        "n_numeric": roles.get("numeric", 0) + roles.get("numeric_text", 0),
        "n_categorical": roles.get("categorical", 0) + roles.get("high_cardinality", 0) + roles.get("boolean", 0),
        "target": target, "target_reason": reason, "target_runner_up": runner_up, "target_missing": rows - len(known),
        "problem_type": problem, "problem_reason": problem_reason, "n_classes": about_target.get("n_classes"),
        "imbalance_ratio": about_target.get("imbalance_ratio"), "positive_class": about_target.get("positive_class"),
        "id_columns": ", ".join(str(name) for name, about in columns.items() if about["role"] == "id")[:200] or None,
    })


if __name__ == "__main__":
    main()
