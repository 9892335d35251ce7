# Draw the figures
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
import warnings
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd

# include: common/facts.py

# include: common/parsing.py

# include: common/figures.py

matplotlib.use("Agg")
import matplotlib.pyplot as plt

SAMPLE_ROWS = 20_000
NUMBERS = ("numeric", "numeric_text")


def kind_of(about):
    return about.get("value_role", about["role"])


def draw_missing(columns, rows):
    shares = {name: about["missing"] / rows for name, about in columns.items() if about["missing"]}
    if not shares:
        return None
    shown = sorted(shares.items(), key=lambda item: item[1])[-20:]
    figure, axes = start_figure(8, 1.1 + 0.28 * len(shown))
    bars = axes.barh([short(name) for name, _ in shown], [100 * share for _, share in shown], color=BLUE)
    axes.bar_label(bars, [f"{100 * share:.1f} %" for _, share in shown], padding=3, color=QUIET)
    axes.set_xlim(0, max(5, min(100, 115 * shown[-1][1])))
    axes.set_xlabel("% of rows without a value")
    more = f" (the {len(shown)} worst of {len(shares)})" if len(shares) > len(shown) else ""
    axes.set_title("Missing values by column" + more)
    return save_figure(figure, "missing_values")


def draw_target(goal, findings):
    target = findings["target"]
    if findings["problem_type"] == "regression":
        figure, axes = start_figure(8, 3.8)
        axes.hist(goal, bins=min(60, max(10, int(np.sqrt(len(goal))))), color=BLUE, histtype="stepfilled")
        axes.axvline(goal.median(), color=ORANGE, lw=1.5, label=f"median {goal.median():,.4g}")
        axes.set(xlabel=short(target), ylabel="rows", title=f"Distribution of {short(target)}")
        axes.legend()
        return save_figure(figure, "target")
    counts = list(findings["about_target"]["classes"].items())[:20][::-1]
    total = sum(findings["about_target"]["classes"].values())
    figure, axes = start_figure(8, 1.2 + 0.4 * len(counts))
    bars = axes.barh([short(level) for level, _ in counts], [count for _, count in counts], color=BLUE)
    axes.bar_label(bars, [f"{count:,} ({count / total:.1%})" for _, count in counts], padding=3, color=QUIET)
    axes.set_xlim(0, 1.2 * max(count for _, count in counts))
    axes.set(xlabel="rows", title=f"Classes of {short(target)}")
    return save_figure(figure, "target")


def draw_numbers(table, columns, order):
    names = [name for name in order if kind_of(columns[name]) in NUMBERS and columns[name]["levels"] > 2][:12]
    if not names:
        return None
    across = min(4, len(names))
    down = math.ceil(len(names) / across)
    figure, grid = start_figure(2.7 * across + 0.6, 2.1 * down + 0.5, down, across, squeeze=False)
    for axes, name in zip(grid.flat, names):
        values = as_numbers(table[name]).dropna()
        low, high = values.quantile([0.005, 0.995]) if len(values) > 50 else (values.min(), values.max())
        few = np.unique(values)
        if len(few) <= 15:
            axes.bar(few, [(values == level).sum() for level in few], color=BLUE,
                     width=0.8 * (np.diff(few).min() if len(few) > 1 else 1))
        else:
            axes.hist(values.clip(low, high), bins=30, color=BLUE, histtype="stepfilled")
        axes.set_title(short(name, 24), fontsize=9.5)
        axes.tick_params(labelsize=8)
        axes.locator_params(axis="both", nbins=4)
    for axes in list(grid.flat)[len(names):]:
        axes.set_visible(False)
    figure.supylabel("rows", fontsize=9)
    return save_figure(figure, "numeric_distributions")


def draw_relations(columns, order, target):
    shown = [(name, columns[name]["relation"]["mutual_info"]) for name in order
             if "mutual_info" in columns[name].get("relation", {})][:15][::-1]
    if not shown:
        return None
    figure, axes = start_figure(8, 1.1 + 0.28 * len(shown))
    axes.barh([short(name) for name, _ in shown], [value for _, value in shown], color=BLUE)
    axes.set_xlabel("mutual information (nats); 0 means unrelated")
    axes.set_title(f"What tells most about {short(target)}, one column at a time")
    return save_figure(figure, "top_relations")


def draw_correlations(table, columns, order):
    names = [name for name in order if kind_of(columns[name]) in NUMBERS][:20]
    if len(names) < 3:
        return None
    values = pd.DataFrame({name: as_numbers(table[name]) for name in names})
    matrix = values.corr().to_numpy()
    side = 2.6 + 0.34 * len(names)
    figure, axes = start_figure(side + 1.2, side)
    image = axes.imshow(matrix, cmap="RdBu_r", vmin=-1, vmax=1)
    axes.grid(False)
    if len(names) <= 12:
        for row, column in np.ndindex(matrix.shape):
            if np.isfinite(matrix[row, column]):
                axes.text(column, row, f"{matrix[row, column]:.2f}", ha="center", va="center", fontsize=7.5,
                          color="white" if abs(matrix[row, column]) > 0.65 else INK)
    shown = [short(name, 20) for name in names]
    axes.set_xticks(range(len(names)), shown, rotation=45, ha="right")
    axes.set_yticks(range(len(names)), shown)
    figure.colorbar(image, ax=axes, shrink=0.8, label="Pearson r")
    axes.set_title("Correlation of numeric columns")
    return save_figure(figure, "correlations")


def draw_by_target(table, goal, findings, order):
    """The strongest columns against the target: scatter or box for numbers, rates by level for categories."""
    columns, problem, target = findings["columns"], findings["problem_type"], findings["target"]
    names = [name for name in order if kind_of(columns[name]) in NUMBERS + ("boolean", "categorical")][:6]
    if not names:
        return None
    across = min(3, len(names))
    down = math.ceil(len(names) / across)
    figure, grid = start_figure(3.7 * across, 3.1 * down, down, across, squeeze=False)
    positive, averaged = findings["about_target"].get("positive_class"), False
    for axes, name in zip(grid.flat, names):
        numeric = kind_of(columns[name]) in NUMBERS and columns[name]["levels"] > 12
        values = as_numbers(table[name]) if numeric else as_text(table[name]).fillna("missing")
        if problem == "regression" and numeric:
            low, high = values.quantile([0.003, 0.997])
            some = values[values.between(low, high)].sample(frac=1.0, random_state=PARAMS["seed"]).index[:2500]
            axes.scatter(values[some], goal[some], s=8, alpha=0.3, color=BLUE, linewidths=0)
            axes.set(xlabel=short(name), ylabel=short(target))
        elif problem == "regression":
            levels = goal.groupby(values).median().sort_values().index[:10]
            axes.boxplot([goal[values == level] for level in levels], showfliers=False, medianprops={"color": ORANGE})
            axes.set_xticks(range(1, len(levels) + 1), [short(level, 12) for level in levels], rotation=30, ha="right")
            axes.set(xlabel=short(name), ylabel=short(target))
        elif numeric:
            levels = list(findings["about_target"]["classes"])[:6]
            groups = [values[goal == level].dropna() for level in levels]
            boxes = axes.boxplot(groups, showfliers=False, patch_artist=True, medianprops={"color": INK}, widths=0.6)
            for patch, colour in zip(boxes["boxes"], COLOURS):
                patch.set(facecolor=colour, alpha=0.6, edgecolor=QUIET)
            axes.set_xticks(range(1, len(levels) + 1), [short(level, 12) for level in levels],
                            rotation=30 if len(levels) > 3 else 0)
            axes.set(xlabel=short(target), ylabel=short(name))
        else:
            levels = values.value_counts().index[:8]
            if kind_of(columns[name]) in NUMBERS:
                levels = sorted(levels, key=number_of)
            shares = pd.crosstab(values, goal, normalize="index").loc[levels]
            if problem == "binary" and positive in shares:
                axes.bar([short(level, 12) for level in shares.index], 100 * shares[positive], color=BLUE, width=0.65)
                axes.axhline(100 * (goal == positive).mean(), color=ORANGE, lw=1.2, ls="--")
                averaged = True
                axes.set(xlabel=short(name), ylabel=f"% {short(target, 16)} = {short(positive, 10)}")
            else:
                below = np.zeros(len(shares))
                for level, colour in zip(list(findings["about_target"]["classes"])[:8], COLOURS):
                    axes.bar([short(item, 12) for item in shares.index], 100 * shares[level], bottom=below,
                             color=colour,
                             label=short(level, 14), width=0.65)
                    below += 100 * shares[level].to_numpy()
                axes.set(xlabel=short(name), ylabel=f"% of rows by {short(target, 16)}")
                axes.legend(fontsize=7)
            axes.tick_params(axis="x", rotation=30 if len(shares) > 3 else 0)
    for axes in list(grid.flat)[len(names):]:
        axes.set_visible(False)
    figure.suptitle(f"The strongest columns against {short(target)}"
                    + (" (dashed: the average)" if averaged else ""), x=0.02, ha="left", fontweight="bold",
                    fontsize=11)
    return save_figure(figure, "strongest_columns")


def main():
    findings = read_json("data/findings.json")
    if not findings:
        stop("data/findings.json is missing; run the profiling step first.")
    table = read_table(PARAMS["dataset"])
    columns, target = findings["columns"], findings["target"]
    table = table[as_text(table[target]).notna()]
    if len(table) > SAMPLE_ROWS:
        table = table.sample(SAMPLE_ROWS, random_state=PARAMS["seed"])
    goal = as_numbers(table[target]) if findings["problem_type"] == "regression" else as_text(table[target])
    table, goal = table[goal.notna()], goal[goal.notna()]
    order = [name for name in findings.get("strongest", list(columns)) if name in table.columns and name != target]
    dropped = [name for name in columns if columns[name].get("action") == "drop"]
    order = [name for name in order if name not in dropped]
    figures = {}
    for key, draw in (("target", lambda: draw_target(goal, findings)),
                      ("missing", lambda: draw_missing(columns, findings["rows"])),
                      ("numbers", lambda: draw_numbers(table, columns, order)),
                      ("relations", lambda: draw_relations(columns, order, target)),
                      ("by_target", lambda: draw_by_target(table, goal, findings, order)),
                      ("correlations", lambda: draw_correlations(table, columns, order))):
        try:
            path = draw()
        except (ValueError, KeyError, TypeError, IndexError) as error:
            print(f"The figure {key!r} was left out: {error}")
            continue
        if path:
            figures[key] = path
            print("Drew " + path)
    findings["figures"] = figures
    write_json("data/findings.json", findings)
    finish({"n_figures": len(figures), "figures": list(figures.values())})


if __name__ == "__main__":
    main()
