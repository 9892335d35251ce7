# Split the rows before anything is fitted
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

import numpy as np
import pandas as pd

# include: common/facts.py

# include: common/parsing.py

# include: common/columns.py

# include: common/target.py

REASONS = {"id": "an identifier would not generalise", "constant": "carries no information",
           "all_missing": "holds nothing",
           "leak": "gives the target away", "group": "groups the split and is no feature",
           "asked": "the user asked for it"}

MOST_COPIES = 0.05


def decide_columns(table, findings, target):
    """What to do with each raw column: {name: {role, action, reason, ...}}, from EDA's findings where they exist."""
    decided = {}
    for name in table.columns:
        if name == target:
            continue
        about = findings.get("columns", {}).get(name)
        if not about or about["role"] == "target":
            about = inspect_column(table[name], name)
        about = {key: about[key] for key in about if key not in ("stats", "relation")}
        role, reason = about["role"], None
        if name in PARAMS["drop_columns"]:
            reason = REASONS["asked"]
        elif name == PARAMS["group_column"]:
            reason = REASONS["group"]
        elif role in REASONS:
            reason = f"{REASONS[role]} ({about['reason']})" if role != "leak" else REASONS[role]
        elif "copy_of" in about and about["copy_of"] not in PARAMS["drop_columns"]:
            reason = f"says the same as {about['copy_of']}"
        decided[name] = {**about, "action": "drop" if reason else "keep", "action_reason": reason or about["reason"]}
    if not any(about["action"] == "keep" for about in decided.values()):
        stop("No usable feature is left: every column is an identifier, constant, empty or gives the target away.")
    return decided


def row_keys(table, columns):
    return pd.util.hash_pandas_object(table[columns], index=False).to_numpy()


def assign_sides(keys, strata, shares, seed):
    """A side for every row: groups of equal keys stay together, and each stratum is shared out in proportion."""
    groups = pd.DataFrame({"key": keys, "stratum": strata}).groupby("key", sort=False) \
        .agg(stratum=("stratum", "first"), size=("stratum", "size"))
    groups = groups.sample(frac=1.0, random_state=seed)
    inside = groups.groupby("stratum")["size"]
    place = (inside.cumsum() - groups["size"] / 2) / inside.transform("sum")
    edges = np.cumsum([share for _, share in shares])
    names = np.array([name for name, _ in shares])
    side = pd.Series(names[np.searchsorted(edges, place.to_numpy(), side="right").clip(0, len(names) - 1)],
                     index=groups.index)
    return side.loc[keys].to_numpy()


def split_by_time(series, about, shares):
    """The latest rows are held back: sides in reverse order of time, rows without a time being the earliest."""
    role = about.get("value_role", about["role"])
    when = as_dates(series, about.get("date_format", "iso")) if role == "datetime" else as_numbers(series)
    place = 1 - when.rank(method="first", na_option="top").to_numpy() / len(series)
    edges = np.cumsum([share for _, share in shares])
    return np.array([name for name, _ in shares])[np.searchsorted(edges, place, side="right").clip(0, len(shares) - 1)]


def main():
    table = read_table(PARAMS["dataset"])
    findings = read_json("../eda/data/findings.json")
    target = PARAMS["target"] or findings.get("target")
    if target is None:
        target = infer_target({name: inspect_column(table[name], name) for name in table.columns}, len(table))[0]
    if target not in table.columns:
        stop(f"The target {target!r} is not a column of this dataset.")
    if findings.get("target") != target:
        findings = {}
    problem = PARAMS["problem_type"] or findings.get("problem_type") or infer_problem(table[target])[0]
    columns = decide_columns(table, findings, target)
    goal = clean_target(table[target], problem)
    usable = goal.notna().to_numpy()
    rows = np.flatnonzero(usable)
    goal = goal[usable]
    if len(goal) < 8 or as_text(goal).nunique() < 2:
        stop(f"The target {target!r} leaves too little to learn from: {len(goal)} rows with a value.")

    shares = [("val", 0.18), ("train", 0.82)]
    if PARAMS["holdout"] == "agent":
        shares = [("test", 0.15), ("val", 0.15), ("train", 0.70)]
    strata = as_text(goal).to_numpy()
    if problem == "regression":
        strata = pd.qcut(goal.rank(method="first"), min(10, max(1, len(goal) // 20)), labels=False).to_numpy()
    kept = [name for name, about in columns.items() if about["action"] == "keep"]
    keys = row_keys(table.iloc[rows], kept + [target])
    together = len(np.unique(keys)) >= 0.5 * len(keys)
    how = "stratified by " + ("class" if problem != "regression" else "the target's deciles")
    if PARAMS["time_column"] in table.columns:
        when = PARAMS["time_column"]
        side = split_by_time(table[when].iloc[rows], inspect_column(table[when], when), shares)
        how = f"by time: the latest rows of {when} are held back"
    elif PARAMS["group_column"] in table.columns:
        groups = as_text(table[PARAMS["group_column"]]).iloc[rows].fillna("").to_numpy()
        side = assign_sides(groups, np.zeros(len(rows)), shares, PARAMS["seed"])
        how = f"by group: all rows of one {PARAMS['group_column']} are on one side"
    else:
        side = assign_sides(keys if together else np.arange(len(rows)), strata, shares, PARAMS["seed"])
        how += ", equal rows on one side" if together and len(np.unique(keys)) < len(keys) else ""
    if (side == "train").sum() < 5 or (side == "val").sum() < 1:
        stop("The split leaves too few rows on one side; check the group or time column.")

    whole = row_keys(table.iloc[rows], list(table.columns))
    repeated = pd.Series(whole).duplicated().to_numpy() & (side == "train")
    if repeated.sum() > MOST_COPIES * (side == "train").sum():
        repeated[:] = False             # so many equal rows are the nature of the data, not copies by accident
    np.savez("data/split.npz", **{name: rows[(side == name) & ~repeated] for name, _ in shares})
    counts = {name: int(((side == name) & ~repeated).sum()) for name, _ in shares}
    plan = {"target": target, "problem_type": problem, "columns": columns, "original_shape": list(table.shape),
            "how": how,
            "target_missing": int((~usable).sum()), "duplicates_removed": int(repeated.sum()), "splits": counts,
            "findings_used": bool(findings)}
    write_json("data/plan.json", plan)

    dropped = {name: about["action_reason"] for name, about in columns.items() if about["action"] == "drop"}
    print(f"{count(len(table), 'working row')}; {plan['target_missing']:,} without a target left out.")
    print(f"Split {how}: " + ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items())) + ".")
    print(f"{count(plan['duplicates_removed'], 'exact duplicate')} removed from train (val keeps its own).")
    if problem != "regression":
        for name in counts:
            shown = pd.Series(strata[side == name]).value_counts(normalize=True).head(6)
            print(f"  {name}: " + ", ".join(f"{level} {share:.1%}" for level, share in shown.items()))
    print(f"Keeping {count(len(kept), 'column')}, dropping {len(dropped):,}:")
    for name, reason in list(dropped.items())[:25]:
        print(f"  {name}: {reason}")
    finish({"train_rows": counts["train"], "val_rows": counts["val"], "split_how": how, "n_kept": len(kept),
            "n_dropped": len(dropped), "dropped_columns": ", ".join(map(str, dropped))[:300] or None,
            "duplicates_removed": plan["duplicates_removed"] or None,
            "rows_without_target": plan["target_missing"] or None,
            "target": target, "problem_type": problem})


if __name__ == "__main__":
    Path("data").mkdir(exist_ok=True)
    main()
