# Write the report with findings and recommendations
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

import pandas as pd

# include: common/facts.py

MOST = 60       # columns in a table of the report; findings.json has them all


def cell(value, length=60):
    return re.sub(r"[|\s]+", " ", str(value))[:length].strip()


def number(value):
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 and value == int(value) else f"{value:,.4g}"


def names_of(columns, role):
    return [name for name, about in columns.items() if about["role"] == role]


def listed(names, most=8):
    shown = ", ".join(f"`{cell(name)}`" for name in list(names)[:most])
    return shown + (f" and {len(names) - most} more" if len(names) > most else "")


def conclude(findings):
    """What matters most, as sentences; the first is the headline."""
    target, about = findings["target"], findings["about_target"]
    said = []
    if findings["problem_type"] == "regression":
        stats = about["stats"]
        said.append(f"`{cell(target)}` runs from {number(stats['min'])} to {number(stats['max'])} with a median of "
                    f"{number(stats['median'])}" + (", and is strongly skewed." if abs(stats["skew"] or 0) > 1.5
                                                    else "."))
    else:
        top = list(about["classes"].items())
        total = sum(about["classes"].values())
        ratio = about["imbalance_ratio"]
        balance = "balanced" if ratio < 1.5 else "moderately uneven" if ratio < 3 else "imbalanced"
        said.append(f"The classes of `{cell(target)}` are {balance}: `{cell(top[0][0])}` is {top[0][1] / total:.1%} "
                    f"of the rows"
                    + (f", `{cell(top[-1][0])}` {top[-1][1] / total:.1%}." if len(top) > 1 else "."))
    strongest = [name for name in findings.get("strongest", [])][:3]
    if strongest:
        said.append(f"The columns that tell most about it are {listed(strongest)}.")
    if findings.get("leaks"):
        said.append(f"{listed(findings['leaks'])} give the target away and must not be used.")
    if findings["missing_pct"] > 0:
        worst = max(findings["columns"], key=lambda name: findings["columns"][name]["missing"])
        share = f"{findings['missing_pct']:.1f} %" if findings["missing_pct"] >= 0.05 else "Fewer than 0.1 %"
        said.append(f"{share} of the cells are missing; `{cell(worst)}` is worst with "
                    f"{findings['columns'][worst]['missing'] / findings['rows']:.1%}.")
    else:
        said.append("Nothing is missing.")
    return said


def recommend(findings):
    """What preparation and training should do, each with its reason."""
    columns, rows, said = findings["columns"], findings["rows"], []
    for role, words in (("leak", "Drop {}: a column that predicts the target almost perfectly is usually the target "
                                 "by another "
                                 "name, or was filled in afterwards."),
                        ("id", "Drop {}: identifiers are memorised, not learned from."),
                        ("constant", "Drop {}: a constant carries no information."),
                        ("all_missing", "Drop {}: no values at all."),
                        ("numeric_text", "Read {} as numbers; they are stored as text."),
                        ("datetime", "Split {} into parts and elapsed days; consider splitting by time if the model "
                                     "will "
                                     "predict the future."),
                        ("text", "Turn {} into lengths and word components; they are free text."),
                        ("high_cardinality", "Encode {} by the target's smoothed mean, learnt inside each fold: too "
                                             "many levels for one column each.")):
        names = names_of(columns, role)
        if names:
            said.append(words.format(listed(names)))
    copies = [name for name, about in columns.items() if "copy_of" in about]
    if copies:
        said.append("Drop " + ", ".join(f"`{cell(name)}` (the same as `{cell(columns[name]['copy_of'])}`)"
                                        for name in copies[:8]) + ".")
    if findings.get("suspicious"):
        said.append(f"Ask when {listed(findings['suspicious'])} become known: they nearly predict the target alone.")
    if findings.get("future_dates"):
        said.append(f"Check {listed(findings['future_dates'])}: some dates lie in the future.")
    sparse = [name for name, about in columns.items() if about["role"] not in ("all_missing", "target")
              and about["missing"] > 0.4 * rows]
    if sparse:
        said.append(f"Keep a flag for where {listed(sparse)} have no value: over 40 % of the rows have none.")
    if findings["duplicate_rows"]:
        few = findings["duplicate_rows"] <= 0.05 * rows
        said.append(f"{count(findings['duplicate_rows'], 'row is an exact duplicate', 'rows are exact duplicates')}: "
                    + ("remove them from train only, and keep equal rows" if few else
                       "too many for an accident, so leave them in, but keep equal rows")
                    + " on one side of every split.")
    if findings["target_missing"]:
        said.append(f"Leave out the {count(findings['target_missing'], 'row')} without a target.")
    ratio = findings["about_target"].get("imbalance_ratio")
    if ratio and ratio > 3:
        said.append(f"The classes stand {ratio:.1f} to 1: judge by AUC or balanced metrics rather than accuracy, and "
                    f"choose the "
                    "threshold deliberately.")
    skewed = [name for name, about in columns.items() if about["role"] in ("numeric", "numeric_text")
              and abs((about.get("stats") or {}).get("skew") or 0) > 3]
    if skewed:
        said.append(f"{listed(skewed)} are heavily skewed: trees do not mind, linear models want them ranked or "
                    f"clipped.")
    if findings.get("correlated_pairs"):
        pairs = findings["correlated_pairs"]
        said.append(f"{count(len(pairs), 'pair of columns has', 'pairs of columns have')} |r| > 0.9 "
                    f"(for one, `{cell(pairs[0][0])}` and "
                    f"`{cell(pairs[0][1])}`): "
                    "importances will be shared between them, and linear models need regularisation.")
    if findings.get("group_candidates"):
        said.append(f"{listed(findings['group_candidates'])} may name groups of rows: if new data brings new ones, "
                    f"split by group.")
    if rows < 300:
        said.append(f"With {rows} rows, prefer simple models and read small differences as noise.")
    return said or ["Nothing unusual: the ordinary preparation will do."]


def number_table(columns):
    rows = [(name, about["stats"]) for name, about in columns.items() if "mean" in (about.get("stats") or {})]
    if not rows:
        return []
    lines = ["## Numeric columns", "", "| column | mean | std | min | median | max | skew | outliers | missing |",
             "|---|---:|---:|---:|---:|---:|---:|---:|---:|"]
    for name, stats in rows[:MOST]:
        lines.append(f"| {cell(name)} | " + " | ".join(number(stats[key]) for key in ("mean", "std", "min", "median",
                                                                                      "max", "skew"))
                     + f" | {100 * (stats['outlier_share'] or 0):.1f} % | {columns[name]['missing']:,} |")
    more = [f"… and {len(rows) - MOST:,} more in `data/findings.json`."] if len(rows) > MOST else []
    return lines + [""] + more + ["Outliers lie more than 1.5 interquartile ranges outside the quartiles.", ""]


def level_table(columns):
    rows = [(name, about) for name, about in columns.items() if "top" in (about.get("stats") or {})
            and about["role"] in ("boolean", "categorical", "high_cardinality")]
    if not rows:
        return []
    lines = ["## Categorical columns", "", "| column | levels | under 1 % | commonest | missing |",
             "|---|---:|---:|---|---:|"]
    for name, about in rows[:MOST]:
        top = ", ".join(f"{cell(level, 24)} ({count:,})" for level, count in about["stats"]["top"][:4])
        lines.append(f"| {cell(name)} | {about['levels']:,} | {about['stats']['rare_levels']:,} | {top} | "
                     f"{about['missing']:,} |")
    return lines + [""] + ([f"… and {len(rows) - MOST:,} more in `data/findings.json`.", ""] if len(rows) > MOST
                           else [])


def relation_table(findings):
    columns = findings["columns"]
    lines = ["| column | alone | mutual information | Pearson r | Cramér's V | chi² p |",
             "|---|---:|---:|---:|---:|---:|"]
    for name in (findings.get("leaks", []) + findings.get("strongest", []))[:20]:
        found = columns[name]["relation"]
        values = [f"{found[key]:.3f}" if found.get(key) is not None else ""
                  for key in ("alone", "mutual_info", "pearson_r", "cramers_v")]
        p_value = found.get("chi2_p")
        values.append("" if p_value is None else "< 0.001" if p_value < 0.001 else f"{p_value:.3f}")
        lines.append(f"| {cell(name)}{' (leak)' if name in findings.get('leaks', []) else ''} | "
                     + " | ".join(values) + " |")
    return lines + ["", "*Alone* is how far this column by itself gets from guessing (0) to perfect (1) on unseen "
                        "rows. "
                    "Pearson's r is for numbers, Cramér's V and chi² for categories"
                    + (" against fifths of the target." if findings["problem_type"] == "regression" else "."), ""]


def main():
    findings = read_json("data/findings.json")
    if not findings:
        stop("data/findings.json is missing; run the profiling step first.")
    columns, figures = findings["columns"], findings.get("figures", {})

    def picture(key, title):
        return [f"![{title}]({figures[key]})", ""] if key in figures else []

    conclusions, advice = conclude(findings), recommend(findings)
    lines = ["# Exploration", ""] + [f"- {sentence}" for sentence in conclusions] + [
        "", "## The data", "",
        f"{count(findings['rows'], 'working row')}, {count(findings['n_columns'], 'column')}, "
        f"{findings['memory_mb']:.1f} MB in "
        f"memory; "
        f"{count(findings['duplicate_rows'], 'duplicate row')}; "
        f"{findings['missing_pct']:.2f} % of the cells missing.", "",
        "| kind | columns |", "|---|---|"]
    for role in findings["roles"]:
        names = names_of(columns, role)
        if names:
            lines.append(f"| {role.replace('_', ' ')} | {len(names):,}: {listed(names, 12)} |")
    if names_of(columns, "leak"):
        lines.append(f"| leak | {listed(names_of(columns, 'leak'))} |")
    lines += [""] + picture("missing", "Missing values")
    lines += ["## Target", "", f"`{cell(findings['target'])}`, {findings['target_reason']}"
              + (f"; the runner-up was `{cell(findings['target_runner_up'])}`." if findings.get("target_runner_up")
                 else ".")
              + f" The problem is **{findings['problem_type']}**: {findings['problem_reason']}.", ""]
    if findings["about_target"].get("positive_class") is not None:
        lines += [f"The positive class is `{cell(findings['about_target']['positive_class'])}`.", ""]
    lines += picture("target", "Target")
    if findings.get("strongest"):
        lines += ["## What relates to the target", ""] + relation_table(findings)
        lines += picture("relations", "Relations") + picture("by_target", "Strongest columns against the target")
    if findings.get("leaks") or findings.get("suspicious"):
        lines += ["## Leakage", ""]
        lines += [f"- `{cell(name)}` {cell(columns[name]['reason'], 200)}: dropped."
                  for name in findings.get("leaks", [])]
        lines += [f"- `{cell(name)}` comes close ({columns[name]['relation']['alone']:.1%}): kept, but check it."
                  for name in findings.get("suspicious", [])] + [""]
    lines += number_table(columns) + picture("numbers", "Numeric distributions") + level_table(columns)
    pairs = findings.get("correlated_pairs", [])
    if pairs:
        lines += ["## Correlated pairs (|r| > 0.9)", "", "| column | column | r |", "|---|---|---:|"]
        lines += [f"| {cell(left)} | {cell(right)} | {value:+.3f} |" for left, right, value in pairs[:20]]
        lines += [""] + ([f"{len(pairs)} pairs in all.", ""] if len(pairs) > 20 else [])
    lines += [f"{sentence}\n" for sentence in findings.get("capped", [])]
    lines += picture("correlations", "Correlations")
    lines += ["## Recommendations", ""] + [f"{place}. {sentence}" for place, sentence in enumerate(advice, 1)]
    Path("report.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    findings["recommendations"] = advice
    write_json("data/findings.json", findings)
    for sentence in conclusions:
        print(sentence)
    print("Recommendations:")
    for sentence in advice:
        print("  - " + sentence)
    finish({"headline": conclusions[0].replace("`", ""), "n_recommendations": len(advice), "report": "report.md"})


if __name__ == "__main__":
    main()
