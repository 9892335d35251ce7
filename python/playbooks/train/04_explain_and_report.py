# Explain the model and write the report
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
import importlib.util
import json
import math
import re
import sys
import time
import warnings
from pathlib import Path

import cloudpickle
import matplotlib
import numpy as np
import pandas as pd

from trainable import labels, log_confusion, log_curve, log_table

# include: common/facts.py

# include: common/metrics.py

# include: common/prepared.py

# include: common/explain.py

# include: common/figures.py

matplotlib.use("Agg")
import matplotlib.pyplot as plt

# include: common/train_figures.py

SHOWN = 12          # models in the report's table; data/search.json has them all


def cell(value):
    return short(re.sub(r"[|\s]+", " ", str(value)), 60).strip()


def spoken(name):
    return name.replace("_", " ")


def summary(data, search, final, baselines, spread):
    """The first lines: what came out, how sure that is, and what it stands against."""
    metric, value = data["metric"], final["val_metrics"][data["metric"]]
    interval = f" (95 % interval {spread[0]:.4f} to {spread[1]:.4f})" if spread else ""
    return [f"On **{len(data['val'][1]):,} val rows**, used once and after every choice was made, the model reaches "
            f"**{metric} {value:.4f}**{interval}. Cross-validated on train it reached {search['ensemble_score']:.4f}, "
            f"a tree of depth 4 {baselines.get('small_tree', math.nan):.4f}, and an answer that looks at no feature "
            f"{baselines.get('constant', math.nan):.4f}.", "",
            f"The model is a weighted mean of {count(len(search['weights']), 'model')}: "
            + ", ".join(f"{spoken(name)} {weight:.0%}" for name, weight in search["weights"].items()) + ". "
            "Its score on the held test rows is measured by the host after this stage and is not in this report.", ""]


def compared(data, search, baselines, figure):
    metric, models = data["metric"], search["models"]
    lines = ["## Models compared", "",
             f"{count(len(models), 'configuration')} by {search['folds']}-fold cross-validation "
             f"({search['folds_how']}) on {search['rows']:,} train rows, in {search['seconds']:.0f} s; a first "
             f"model was saved after {search['first_model_s'] or search['seconds']:.0f} s. ± is one standard "
             "deviation over folds.", "",
             f"| model | {metric} | ± | s a fold | weight |", "|---|---:|---:|---:|---:|",
             f"| **ensemble** | **{search['ensemble_score']:.4f}** | | | |"]
    shown = [model for place, model in enumerate(models) if place < SHOWN or model["weight"]]
    lines += [f"| {spoken(model['name'])} | {model['score']:.4f} | {model['score_sd']:.4f} | "
              f"{model['seconds_per_fold']:.2f} | " + (f"{model['weight']:.0%} |" if model["weight"] else "– |")
              for model in shown]
    if len(shown) < len(models):
        lines.append(f"| … {len(models) - len(shown)} more in `data/search.json` | | | | |")
    lines += [f"| small tree (depth 4) | {baselines.get('small_tree', math.nan):.4f} | | | |",
              f"| constant | {baselines.get('constant', math.nan):.4f} | | | |", ""]
    broken = {name: why for name, why in search["left_out"].items()
              if "too long" not in why and not why.startswith("stopped")}
    if broken:
        lines += ["Could not be fitted: " + "; ".join(f"{spoken(name)} ({cell(why)})"
                                                      for name, why in list(broken.items())[:6]) + ".", ""]
    return lines + ["Weights come from greedy selection on out-of-fold predictions, averaged over bootstraps. The "
                    "ensemble's cross-validated score is a little optimistic, because its weights were chosen on the "
                    "same predictions; the val score is not.", "", f"![Models compared]({figure})", ""]


def measured(final, metric, figures):
    lines = ["## Val metrics", "", "| metric | val |", "|---|---:|"]
    lines += [f"| {name}{' (main)' if name == metric else ''} | {value:.4f} |"
              for name, value in final["val_metrics"].items() if value is not None] + [""]
    for title, key in (("Confusion matrix", "confusion"), ("ROC, precision–recall and calibration", "curves"),
                       ("Predictions and residuals", "residuals")):
        if key in figures:
            lines += [f"![{title}]({figures[key]})", ""]
    return lines


def log_confusions(truth, chosen, names):
    if len(names) <= 100:
        log_confusion("Confusion on val", [names[code] for code in truth], [names[code] for code in chosen],
                      labels=names)


def log_curves(truth, probability):
    from sklearn.metrics import precision_recall_curve, roc_curve

    false_rate, true_rate, _ = roc_curve(truth, probability)
    log_curve("ROC on val", false_rate, true_rate, x_label="false positive rate", y_label="true positive rate")
    precision, recall, _ = precision_recall_curve(truth, probability)
    log_curve("Precision and recall on val", recall, precision, x_label="recall", y_label="precision")


def relied_on(importance, metric, figure):
    lines = ["## What the model relies on", "",
             f"Loss in {metric} on val when a raw column is shuffled (all its features together), by the models fitted "
             "on train alone. Correlated columns share their importance.", "", f"| column | {metric} lost | ± |",
             "|---|---:|---:|"]
    lines += [f"| {cell(name)} | {mean:.4f} | {'–' if spread is None else f'{spread:.4f}'} |"
              for name, (mean, spread) in list(importance.items())[:15]]
    return lines + ["", f"![Importance]({figure})", ""]


def where_worse(slices, metric):
    if not slices:
        return ["## Where it is worse", "", "In no part of val that was looked at (levels, thirds, missing values) do "
                                            "rows cost clearly more than elsewhere.", ""]
    lines = ["## Where it is worse", "", "Parts of val whose rows cost more than all others by over three standard "
                                         "errors. Trust the model less there, or gather more such rows.", "",
             f"| rows with | rows | {metric} there | elsewhere | mean loss |", "|---|---:|---:|---:|---:|"]
    lines += [f"| {cell(part['what'])} | {part['rows']:,} | "
              + " | ".join("–" if part[key] is None else f"{part[key]:.4f}" for key in ("score", "elsewhere"))
              + f" | {part['times']:.1f} times |" for part in slices]
    return lines + [""]


def choices(search, final, plan, strategy):
    lines = ["## Choices", "", f"- Class balance: {strategy}",
             f"- Final fit: the same plan refitted on {final['rows_final']:,} of {final['rows_working']:,} working "
             "rows (train and val); the val figures above come from before that refit. `data/plan.json` holds "
             "settings, seeds, weights and package versions: with them the model can be made again."]
    trials = search["tuning_trials"]
    tried = f"{count(trials, 'Optuna trial')} on XGBoost" if trials else "and no time was left for tuning"
    repeats = f", repeats of the chosen ones on {search['repeats'] - 1} other splits" if search["repeats"] > 1 else ""
    lines.append(f"- Search: good fixed configurations first{repeats}, {'then ' if trials else ''}{tried}.")
    if plan["problem_type"] != "regression":
        lines.append("- Probabilities: each model's, and then their mean, are sharpened or softened by what "
                     f"out-of-fold predictions showed (the mean by a temperature of {search['temperature']:.2f}).")
    return lines + [""]


def describe_balance(search, metric):
    ratio, weights = search["imbalance_ratio"], search["class_weights"]
    if ratio is None:
        return "not applicable to regression."
    uneven = len(set(weights or [])) > 1
    if ratio <= 3 and not uneven:
        return f"the classes stand {ratio:.1f} to 1, which is even enough; nothing was done."
    how = f"the classes stand {ratio:.1f} to 1. Rows were neither resampled nor reweighted, which would distort the " \
          "probabilities; "
    if uneven:
        shown = "after scaling up the rare classes"
        if len(weights) == 2:
            shown = f"at a threshold of {threshold(search):.2f}"
        return how + f"instead predicted labels are chosen {shown}, found out of fold."
    return how + f"{metric} does not depend on the balance, and labels are the likeliest class."


def threshold(search):
    """From which probability of the positive class on a row gets its label; None but for two classes."""
    weights = search["class_weights"]
    return weights[0] / sum(weights) if weights and len(weights) == 2 else None


def find_caveats(data, search, final, spread):
    metric, rows, found = data["metric"], len(data["val"][1]), []
    promised, error = search["ensemble_score"], (spread[1] - spread[0]) / 4 if spread else math.inf
    gap = as_loss(metric, final["val_metrics"][metric]) - as_loss(metric, promised)
    if gap > 2 * error:
        found.append(f"Val came out worse than cross-validation by {gap:.3f}, more than chance explains; the splits "
                     "may differ.")
    if rows < 100:
        found.append(f"Val has only {rows} rows; its figures are rough.")
    asked = PARAMS["group_column"] or PARAMS["time_column"]
    if asked and search["folds_how"] == "by rows":
        found.append(f"Cross-validation inside train is by rows, for {asked} could not be used there; the val score "
                     "follows the group or time split and is the one to trust.")
    if final["rows_final"] < final["rows_working"]:
        found.append(f"To keep to the time, the final models were fitted on {final['rows_final']:,} of "
                     f"{final['rows_working']:,} rows.")
    return found + ["The search stops by the clock, so another machine may reach another plan; from the same plan the "
                    "final fit is the same."]


def main():
    started = time.time()
    data, search = load_prepared(), read_json("data/search.json")
    final, baselines, plan = (read_json(f"data/{name}.json") for name in ("final", "baselines", "plan"))
    if not final or not Path("data/candidate.pkl").exists():
        stop("data/final.json is missing; fit the final model first.")
    metric, problem = data["metric"], data["problem"]
    candidate = cloudpickle.loads(Path("data/candidate.pkl").read_bytes())
    candidate.members = [copies[:2] for copies in candidate.members]    # as good for comparing, and much quicker
    importance = permutation_importance(candidate, data, 0.6 * PARAMS["budget_s"], PARAMS["seed"])
    shap = shap_importance(candidate, data)
    known = np.load("data/val_guesses.npz")
    truth = known["truth"]
    guess = known["guess"] if problem == "regression" else np.column_stack(
        [known[f"p{code}"] for code in range(len(data["classes"]))])
    chosen = known["chosen"] if metric in HITS else None
    spread = interval(metric, truth, guess, problem, chosen, PARAMS["seed"])
    slices = worse_slices(data, guess, chosen)

    figures = {"models": draw_models(search), "importance": draw_importance(importance, metric)}
    if problem == "regression":
        figures["residuals"] = draw_regression(truth, guess, data["target"])
    else:
        names = labels(pd.Series(data["classes"])).tolist()
        figures["confusion"] = draw_confusion(truth, known["chosen"], names)
        log_confusions(truth, known["chosen"], names)
        if problem == "binary" and len(np.unique(truth)) == 2:
            figures["curves"] = draw_binary_curves(truth, guess[:, 1], names[1])
            log_curves(truth, guess[:, 1])
    log_table("What the model relies on", [{"column": name, f"{metric} lost": mean}
                                           for name, (mean, _) in list(importance.items())[:50]])
    strategy, caveats = describe_balance(search, metric), find_caveats(data, search, final, spread)
    lines = ["# Training", "", *summary(data, search, final, baselines, spread),
             *relied_on(importance, metric, figures["importance"]), *where_worse(slices, metric),
             *measured(final, metric, figures), *compared(data, search, baselines, figures["models"]),
             *choices(search, final, plan, strategy), "## Caveats", "", *[f"- {caveat}" for caveat in caveats]]
    Path("report.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    write_json("data/metadata.json", {
        "best_model": "ensemble of " + ", ".join(search["weights"]),
        "best_model_params": {model["name"]: {**model["config"]["params"], "weight": model["weight"]}
                              for model in search["models"] if model["weight"]},
        "models_evaluated": [{"name": model["name"], "family": model["config"]["family"], metric: model["score"],
                              "sd": model["score_sd"]} for model in search["models"]],
        "val_metrics": final["val_metrics"], "main_metric": metric, "baseline": baselines, "val_interval": spread,
        "feature_importance": {name: mean for name, (mean, _) in list(importance.items())[:200]},
        "shap_importance": shap, "worse_slices": slices, "class_imbalance_strategy": strategy,
        "tuning_method": f"{search['folds']}-fold cross-validation ({search['folds_how']}) of fixed configurations, "
                         "then Optuna (TPE)",
        "tuning_trials": search["tuning_trials"], "cv_score": search["ensemble_score"],
        "decision_threshold": threshold(search), "random_seed": PARAMS["seed"]})

    print(f"What the model relies on ({metric} lost on val when shuffled):")
    for name, (mean, spread) in list(importance.items())[:10]:
        print(f"  {short(name, 32):<32} {mean:+.4f}" + ("" if spread is None else f" ± {spread:.4f}"))
    for part in slices[:4]:
        print(f"Worse where {part['what']} ({part['rows']:,} rows): {part['times']:.1f} times the loss of other rows.")
    for caveat in caveats:
        print("Caveat: " + caveat)
    print(f"Wrote report.md, data/metadata.json and {len(figures)} figures.")
    top = list(importance)[:3]
    finish({"metric": metric, "val_score": final["val_metrics"][metric], "top_importance": ", ".join(map(str, top)),
            "most_important": top[0] if top else None, "n_figures": len(figures), "balance": strategy,
            "worst_slice": slices[0]["what"] if slices else None, "report": "report.md",
            "report_seconds": time.time() - started})


if __name__ == "__main__":
    main()
