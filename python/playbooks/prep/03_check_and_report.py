# Check the prepared data and write the report
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

import cloudpickle
import numpy as np
import pandas as pd

# include: common/facts.py

# include: common/parsing.py

FILLED = ("numeric", "numeric_text")
DONE = {"numeric": "kept as numbers", "numeric_text": "read as numbers",
        "boolean": "0 and 1", "categorical": "a code for each level, the commonest being 0",
        "ordered": "ranks in the levels' natural order",
        "high_cardinality": "a code for each level seen twice, the commonest being 0; -1 for all others",
        "datetime": "year, month, day, weekday, hour and elapsed days",
        "text": "length, number of words, and components of TF-IDF weights"}


def check(pipeline, raw, splits, metadata):
    """What is wrong with the prepared data, as sentences; an empty list when all is well."""
    problems = []
    features, target = metadata["features"], metadata["target_column"]
    for name, frame in splits.items():
        if list(frame.columns) != features + [target]:
            problems.append(f"{name}.parquet does not have the features and the target in the agreed order.")
        if frame.isna().to_numpy().any():
            problems.append(f"{name}.parquet holds missing values.")
    val_rows = raw.iloc[np.load("data/split.npz")["val"]].drop(columns=[target])
    some = val_rows.sample(min(len(val_rows), 2000), random_state=PARAMS["seed"])
    whole = pipeline.transform(some)
    stored = splits["val"][features].iloc[val_rows.index.get_indexer(some.index)].to_numpy()
    if not np.allclose(whole.to_numpy(), stored, rtol=1e-6, atol=1e-9):
        problems.append("the saved pipeline does not reproduce val.parquet.")
    for place in range(min(5, len(some))):
        if not np.allclose(pipeline.transform(some.iloc[[place]]), whole.iloc[[place]], rtol=1e-9, atol=1e-9):
            problems.append("the saved pipeline gives a row different values when it is alone.")
            break
    strange = some.copy()
    for name in strange.columns[strange.dtypes == object]:
        strange[name] = "a level never seen"
    if pipeline.transform(strange).isna().to_numpy().any():
        problems.append("the saved pipeline leaves missing values for levels it never saw.")
    return problems


def cell(value):
    return re.sub(r"[|\n\r]+", " ", str(value))[:120]


def write_report(plan, metadata, problems):
    splits = ", ".join(f"{name} {info['rows']:,}" for name, info in sorted(metadata["splits"].items()))
    kept = {entry["column"]: entry for entry in metadata["transforms"]}
    lines = ["# Preparation", "",
             f"{count(metadata['original_shape'][0], 'working row')} with "
             f"{count(metadata['original_shape'][1], 'column')} became "
             f"**{count(len(metadata['features']), 'feature')}**. Target: `{metadata['target_column']}` "
             f"({metadata['problem_type']}).", "", "## Rows", "",
             f"- Split {plan['how']} (seed {metadata['random_seed']}): {splits}. "
             + ("The test rows are held by the host and were never here."
                if PARAMS["holdout"] == "host" else "The test rows were set aside before anything was fitted."
                if PARAMS["holdout"] == "agent" else "No test rows were set aside."),
             *([f"- What the host says of the test rows: {cell(PARAMS['holdout_reason'])}"]
               if PARAMS["holdout_reason"] else []),
             f"- Rows without a target that were left out: {plan['target_missing']:,}.",
             f"- Exact duplicates removed from train: {plan['duplicates_removed']:,}; val keeps its own.",
             "- No outliers were removed and nothing was resampled: trees are indifferent to extremes, and the linear "
             "models clip them themselves.", ""]
    if metadata["class_distribution"]:
        total = sum(metadata["class_distribution"].values())
        lines += ["| class | rows | share |", "|---|---:|---:|"]
        lines += [f"| {cell(level)} | {count:,} | {count / total:.1%} |"
                  for level, count in list(metadata["class_distribution"].items())[:30]] + [""]
    lines += ["## Columns", "", "| column | found | done | features |", "|---|---|---|---:|"]
    same = {}
    for name, about in plan["columns"].items():
        found = cell(about["reason"]) + (f"; {about['missing']:,} missing" if about["missing"] else "")
        done = f"**dropped**: {cell(about['action_reason'])}"
        if name in kept:
            done = DONE["ordered" if "order" in about else about["role"]]
            done += "; median where missing" if about["missing"] and about["role"] in FILLED else ""
        same.setdefault((found, done), []).append(name)
    for (found, done), names in list(same.items())[:200]:
        features = sum(len(kept[name]["features"]) for name in names if name in kept)
        more = f" and {len(names) - 12:,} more" if len(names) > 12 else ""
        lines.append(f"| {', '.join(map(cell, names[:12]))}{more} | {found} | {done} | {features} |")
    if len(same) > 200:
        lines.append("| … | all columns are in `data/metadata.json` | | |")
    leaks = [name for name, about in plan["columns"].items() if about["role"] == "leak"]
    lines += ["", "## Decisions worth knowing", ""]
    if leaks:
        lines.append(f"- **Leak dropped:** {', '.join(f'`{cell(name)}`' for name in leaks)} predicts the target "
                     f"almost perfectly "
                     "on its own. Unless it is truly known before the outcome, a model that used it would fail in "
                     "practice.")
    if metadata["levels"]:
        lines.append("- Levels are written as codes, and `data/metadata.json` lists them. What a code is worth (a "
                     "column of its own, its mean target, a split in a tree) each model learns from its own training "
                     "rows, so that no row's features know its target.")
    lines += ["- A flag column says where a number was missing, if that happened often enough to learn from.",
              "- Everything is fitted on train alone. The pipeline works row by row, accepts levels it never saw, "
              "and names "
              "a column that is absent.", "", "## Checks", ""]
    lines += [f"- **Problem:** {problem}" for problem in problems] or [
        "- No missing values, one schema in all splits, val reproduced from the raw rows by the saved pipeline, "
        "single rows "
        "equal to the batch, unseen levels handled: all passed."]
    Path("report.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main():
    plan, metadata = read_json("data/plan.json"), read_json("data/metadata.json")
    if not metadata:
        stop("data/metadata.json is missing; fit the preparation first.")
    splits = {name: pd.read_parquet(f"data/{name}.parquet") for name in metadata["splits"]}
    pipeline = cloudpickle.loads(Path("data/prep_pipeline.pkl").read_bytes())
    raw = read_table(PARAMS["dataset"])
    problems = check(pipeline, raw, splits, metadata)
    write_report(plan, metadata, problems)
    for problem in problems:
        print("Problem: " + problem)
    constant = [name for name in metadata["features"] if splits["val"][name].nunique() <= 1]
    print("Checked: nulls, schema, val reproduced by the saved pipeline, single rows, unseen levels. "
          + ("All passed." if not problems else count(len(problems), "problem") + "."))
    if constant:
        print(f"Kept because they vary in train, though not in val (rare levels): {count(len(constant), 'feature')}.")
    finish({"n_problems": len(problems), "problems": "; ".join(problems) or None,
            "n_features": len(metadata["features"]),
            "report": "report.md"})
    if problems:
        sys.exit(1)


if __name__ == "__main__":
    main()
