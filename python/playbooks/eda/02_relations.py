# Measure how each column relates to the target, and look for leaks
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
    "budget_s": 3.0,
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
from scipy.stats import chi2_contingency

# include: common/facts.py

# include: common/parsing.py

# include: common/target.py

SAMPLE_ROWS = 20_000
LEAK_SCORE = 0.998          # cross-validated score of one column alone above which it gives the target away
SUSPICIOUS_SCORE = 0.97
MOST_PAIRED = 1000          # numeric columns compared pair by pair
MOST_INFORMED = 60          # columns whose mutual information is measured


def as_codes(series, about):
    """A column as floats: its numbers, its dates in days, or the codes of its levels; NaN where missing."""
    role = about.get("value_role", about["role"])
    if role in ("numeric", "numeric_text"):
        return as_numbers(series).to_numpy()
    if role == "datetime":
        dates = as_dates(series, about["date_format"]).to_numpy()
        return np.where(np.isnat(dates), np.nan, dates.astype("int64") / 86400e9)
    codes = pd.factorize(as_text(series), sort=True)[0].astype(float)
    return np.where(codes < 0, np.nan, codes)


def cramers_v(left, right):
    """Cramér's V with bias correction, and the chi-squared p-value, of two columns of codes."""
    left, right = (np.unique(codes, return_inverse=True)[1] for codes in (left, right))
    if not len(left) or min(left.max(), right.max()) < 1:
        return 0.0, 1.0
    shape = left.max() + 1, right.max() + 1
    table = np.bincount(left * shape[1] + right, minlength=shape[0] * shape[1]).reshape(shape)
    statistic, p_value = chi2_contingency(table, correction=False)[:2]
    count = table.sum()
    rows, columns = table.shape
    phi = max(0.0, statistic / count - (rows - 1) * (columns - 1) / (count - 1))
    smaller = min(rows - (rows - 1) ** 2 / (count - 1), columns - (columns - 1) ** 2 / (count - 1)) - 1
    return math.sqrt(phi / smaller) if smaller > 0 else 0.0, float(p_value)


def alone(codes, target, problem):
    """How well this column alone predicts the target on unseen rows: balanced accuracy above chance, or R² (0 to 1)."""
    half = np.arange(len(codes)) % 2 == 0
    order = np.unique(codes[~np.isnan(codes)])
    # Bins of a dozen rows at least: emptier ones know nothing of the other half.
    most = int(np.clip(len(codes) // 24, 10, 200))
    edges = order if len(order) <= most else np.unique(np.nanquantile(codes, np.linspace(0, 1, most + 1)))
    bins = np.where(np.isnan(codes), len(edges), np.searchsorted(edges, codes, side="right") - 1).clip(0, len(edges))
    if problem == "regression":
        prediction = np.zeros(len(codes))
        for fit, use in ((half, ~half), (~half, half)):
            prediction[use] = smooth_by_line(bins, codes, target, fit, use)
        spread = np.var(target)
        return max(0.0, 1 - np.mean((target - prediction) ** 2) / spread) if spread else 0.0
    classes = int(target.max()) + 1
    right = np.zeros(len(codes), dtype=bool)
    share = np.bincount(target, minlength=classes) / len(target)
    for fit, use in ((half, ~half), (~half, half)):
        counts = np.zeros((len(edges) + 1, classes))
        np.add.at(counts, (bins[fit], target[fit]), 1)
        lift = (counts + share) / (share + 1e-12)
        right[use] = lift.argmax(1)[bins[use]] == target[use]
    hits = [right[target == label].mean() for label in range(classes) if (target == label).any()]
    by_bin = max(0.0, (np.mean(hits) - 1 / classes) / (1 - 1 / classes))
    return by_bin if classes > 2 else max(by_bin, by_threshold(codes, target))


def by_threshold(codes, target):
    """How far one threshold gets with two classes: the largest distance between their distributions."""
    known = ~np.isnan(codes)
    positive, negative = (np.sort(codes[known & (target == label)]) for label in (1, 0))
    if not len(positive) or not len(negative):
        return 0.0
    edges = np.unique(codes[known])
    shares = [np.searchsorted(side, edges, side="right") / len(side) for side in (positive, negative)]
    return float(np.abs(shares[0] - shares[1]).max() * known.mean())


def smooth_by_line(bins, codes, target, fit, use):
    """Predict by the better of a straight line and the mean of the column's bins, both fitted on half of the rows."""
    means = pd.Series(target[fit]).groupby(bins[fit]).mean()
    by_bin = pd.Series(bins[use]).map(means).fillna(target[fit].mean()).to_numpy()
    known = fit & ~np.isnan(codes)
    if known.sum() < 10 or np.ptp(codes[known]) == 0:
        return by_bin
    slope, start = np.polyfit(codes[known], target[known], 1)
    by_line = np.where(np.isnan(codes[use]), target[fit].mean(), start + slope * codes[use])
    miss = [np.mean((target[use] - prediction) ** 2) for prediction in (by_bin, by_line)]
    return by_line if miss[1] < miss[0] else by_bin


def correlated_pairs(numbers, limit=0.9):
    """Pairs of numeric columns with |r| above the limit, strongest first."""
    if numbers.shape[1] < 2:
        return []
    matrix = np.corrcoef(numbers.fillna(numbers.median()).to_numpy(dtype=np.float32), rowvar=False)
    above = np.argwhere(np.triu(np.abs(matrix) > limit, 1))
    pairs = [[numbers.columns[i], numbers.columns[j], float(matrix[i, j])] for i, j in above[:5000]]
    return sorted(pairs, key=lambda pair: -abs(pair[2]))[:100]


def mutual_information(matrix, discrete, target, problem, seed):
    from sklearn.feature_selection import mutual_info_classif, mutual_info_regression
    measure = mutual_info_regression if problem == "regression" else mutual_info_classif
    filled = np.where(np.isnan(matrix), np.nanmedian(matrix, axis=0), matrix)
    return measure(filled, target, discrete_features=discrete, random_state=seed)


def main():
    findings = read_json("data/findings.json")
    if not findings:
        stop("data/findings.json is missing; run the profiling step first.")
    table = read_table(PARAMS["dataset"])
    target, problem, columns = findings["target"], findings["problem_type"], findings["columns"]
    table = table[as_text(table[target]).notna()]
    if len(table) > SAMPLE_ROWS:
        table = table.sample(SAMPLE_ROWS, random_state=PARAMS["seed"])
    table = table.sample(frac=1.0, random_state=PARAMS["seed"])
    if problem == "regression":
        table = table[as_numbers(table[target]).notna()]
        goal = as_numbers(table[target]).to_numpy()
    else:
        goal = pd.factorize(as_text(table[target]), sort=True)[0]

    usable = [name for name in table.columns if name in columns and name != target
              and columns[name]["role"] in ("numeric", "numeric_text", "boolean", "categorical", "high_cardinality",
                                            "datetime")]
    codes = {name: as_codes(table[name], columns[name]) for name in usable}
    bins = pd.qcut(goal, 5, labels=False, duplicates="drop") if problem == "regression" else goal
    for name in usable:
        about, values = columns[name], codes[name]
        known = ~np.isnan(values)
        found = {"alone": alone(values, goal, problem)}
        role = about["role"]
        if role in ("categorical", "boolean") or role == "high_cardinality" and about["levels"] <= 200:
            found["cramers_v"], found["chi2_p"] = cramers_v(values[known], bins[known])
        elif (problem != "multiclass") and known.sum() > 3 and np.ptp(values[known]) > 0 and np.ptp(goal[known]) > 0:
            found["pearson_r"] = float(np.corrcoef(values[known], goal[known])[0, 1])
        columns[name]["relation"] = found

    strongest = sorted(usable, key=lambda name: -columns[name]["relation"]["alone"])
    measured = [name for name in strongest if not np.isnan(codes[name]).all()][:MOST_INFORMED]
    if measured and not PARAMS["safe"]:
        few = np.arange(len(goal))[:3000 if len(measured) > 30 else 5000]
        matrix = np.column_stack([codes[name][few] for name in measured])
        matrix = np.where(np.isnan(matrix).all(axis=0), 0.0, matrix)
        discrete = np.array([columns[name]["role"] not in ("numeric", "numeric_text", "datetime") for name in measured])
        for name, value in zip(measured, mutual_information(matrix, discrete, goal[few], problem, PARAMS["seed"])):
            columns[name]["relation"]["mutual_info"] = float(value)
    strength = {name: columns[name]["relation"].get("mutual_info", 0.0) for name in measured}
    strongest = sorted(measured, key=lambda name: -max(strength[name], 1e-6 * columns[name]["relation"]["alone"]))

    leaks, suspicious = [], []
    enough = len(table) >= 40
    for name in usable:
        score = columns[name]["relation"]["alone"]
        if score >= LEAK_SCORE and enough:
            columns[name].update(role="leak", value_role=columns[name]["role"],
                                 reason=f"predicts {target} almost perfectly on its own ({score:.1%} of the way to "
                                        f"perfect)")
            leaks.append(name)
        elif score >= SUSPICIOUS_SCORE and enough:
            suspicious.append(name)
    now = pd.Timestamp.now()
    future = [name for name in usable if columns[name]["role"] == "datetime"
              and pd.Timestamp(columns[name]["stats"]["max"]) > now]
    numeric = [name for name in usable if columns[name]["role"] in ("numeric", "numeric_text")]
    capped = []
    if len(numeric) > MOST_PAIRED:
        capped.append(f"Of {len(numeric):,} numeric columns, the {MOST_PAIRED:,} that tell most about {target} were "
                      "compared with each other.")
        numeric = sorted(numeric, key=lambda name: -columns[name]["relation"]["alone"])[:MOST_PAIRED]
    if len(usable) > MOST_INFORMED:
        capped.append(f"Mutual information was measured for the {MOST_INFORMED} columns that tell most alone, of "
                      f"{len(usable):,}.")
    pairs = correlated_pairs(pd.DataFrame({name: codes[name] for name in numeric}))
    strongest = [name for name in strongest if name not in leaks]
    set_actions(columns)
    findings.update(leaks=leaks, suspicious=suspicious, future_dates=future, strongest=strongest[:30],
                    correlated_pairs=pairs, capped=capped, relation_rows=len(table))
    write_json("data/findings.json", findings)
    report(findings, columns, strongest, leaks, suspicious, pairs, target)


def set_actions(columns):
    """What preparation should do with each column."""
    drop = {"id": "identifies rows and would not generalise", "constant": "carries no information",
            "all_missing": "holds nothing", "leak": "gives the target away"}
    keep = {"numeric": "median for missing values", "numeric_text": "parse as numbers", "boolean": "0 and 1",
            "categorical": "a code for each level", "high_cardinality": "a code for each level",
            "datetime": "split into parts and elapsed days", "text": "lengths and word components"}
    for name, about in columns.items():
        if about["role"] in drop:
            about["action"], about["action_reason"] = "drop", drop[about["role"]]
        elif "copy_of" in about:
            about["action"], about["action_reason"] = "drop", f"says the same as {about['copy_of']}"
        elif about["role"] in keep:
            about["action"], about["action_reason"] = "keep", keep[about["role"]]


def report(findings, columns, strongest, leaks, suspicious, pairs, target):
    print(f"Strongest relations with {target}, one column at a time ({findings['relation_rows']:,} rows):")
    print(f"  {'column':<32} {'alone':>6} {'mutual info':>12} {'Pearson r':>10} {'Cramér V':>9}")
    for name in strongest[:12]:
        found = columns[name]["relation"]
        cells = [f"{found[key]:.3f}" if key in found else "" for key in ("mutual_info", "pearson_r", "cramers_v")]
        print(f"  {str(name)[:32]:<32} {found['alone']:>6.3f} {cells[0]:>12} {cells[1]:>10} {cells[2]:>9}")
    for name in leaks:
        print(f"Leak: {name} {columns[name]['reason']}. It will be dropped.")
    for name in suspicious:
        print(f"Suspicious: {name} comes close to predicting {target} alone; check that it is known beforehand.")
    for sentence in findings["capped"]:
        print(sentence)
    print(f"{count(len(pairs), 'pair')} of numeric columns with |r| > 0.9"
          + (": " + ", ".join(f"{a} ~ {b} ({r:+.2f})" for a, b, r in pairs[:4]) if pairs else "") + ".")
    finish({"top_features": ", ".join(map(str, strongest[:5])) or None,
            "strongest_feature": strongest[0] if strongest else None,
            "n_leaks": len(leaks), "leak_columns": ", ".join(map(str, leaks))[:300] or None,
            "suspicious_columns": ", ".join(map(str, suspicious))[:300] or None,
            "n_correlated_pairs": len(pairs) or None,
            "correlated_example": f"{pairs[0][0]} and {pairs[0][1]}" if pairs else None,
            "future_dates": ", ".join(findings["future_dates"]) or None})


if __name__ == "__main__":
    main()
