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
    "instructions": "",
    "safe": False,
}
# end of parameters
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

from trainable import labels

# include: common/facts.py

# include: common/metrics.py

# include: common/prepared.py

# include: common/figures.py

matplotlib.use("Agg")
import matplotlib.pyplot as plt


def permutation_importance(model, data, seconds, seed):
    """How much the main metric suffers on val when one raw column's features are shuffled: {column: (mean, spread)}."""
    features, goal = data["val"]
    rows = np.random.default_rng(seed).permutation(len(goal))[:1500]
    features, goal = features.iloc[rows], goal[rows]
    problem, metric = data["problem"], data["metric"]
    hits = problem != "regression" and metric not in ("roc_auc", "log_loss", "average_precision")
    sources = data["about"].get("feature_sources") or {name: name for name in data["features"]}
    groups = {}
    for place, name in enumerate(data["features"]):
        groups.setdefault(sources.get(name, name), []).append(place)

    def loss(values):
        table = pd.DataFrame(values, columns=data["features"])
        guess = model.predict(table) if problem == "regression" else model.predict_proba(table)
        chosen = None
        if hits:
            chosen = (guess * np.asarray(model.class_weights)).argmax(axis=1)
        return as_loss(metric, measure(metric, goal, guess, problem, chosen))

    values = features.to_numpy()
    started = time.time()
    base = loss(values)
    each = max(time.time() - started, 1e-3)
    names = list(groups)
    affordable = int(max(8, seconds / each))
    if len(names) > affordable:             # wide data: look at the columns that vary with the target most
        with np.errstate(all="ignore"):
            strength = np.nan_to_num(np.abs([np.corrcoef(values[:, groups[name][0]], goal)[0, 1] for name in names]))
        names = [names[place] for place in np.argsort(-strength)[:affordable]]
    repeats = int(np.clip(affordable // max(1, len(names)), 1, 5))
    random = np.random.default_rng(seed)
    found = {}
    for name in names:
        drops = []
        for _ in range(repeats):
            shuffled = values.copy()
            shuffled[:, groups[name]] = shuffled[random.permutation(len(values))][:, groups[name]]
            drops.append(loss(shuffled) - base)
        found[name] = (float(np.mean(drops)), float(np.std(drops)))
    return dict(sorted(found.items(), key=lambda item: -item[1][0]))


def shap_importance(model, data):
    """Mean |SHAP| by feature of the ensemble's heaviest XGBoost member, from XGBoost's own TreeSHAP; {} without one."""
    boosted = [copies[0] for _, copies in sorted(zip(model.weights, model.members), key=lambda pair: -pair[0])
               if type(copies[0]).__name__.startswith("XGB")]
    if not boosted or data["val"][0].shape[1] > 500:
        return {}
    import xgboost
    matrix = xgboost.DMatrix(data["val"][0].to_numpy()[:300])
    values = np.abs(boosted[0].get_booster().predict(matrix, pred_contribs=True))
    values = values.reshape(-1, values.shape[-1])[:, :-1].mean(axis=0)
    return {name: float(value) for name, value in sorted(zip(data["features"], values), key=lambda pair: -pair[1])[:20]}


def draw_models(search):
    models = sorted(search["models"], key=lambda model: as_loss(search["metric"], model["score"]))[:14][::-1]
    figure, axes = start_figure(8, 0.9 + 0.32 * (len(models) + 1))
    names = [model["name"].replace("_", " ") for model in models] + ["ensemble"]
    scores = [model["score"] for model in models] + [search["ensemble_score"]]
    spread = [model["score_sd"] / math.sqrt(search["folds"]) for model in models] + [0]
    colours = [BLUE if model["weight"] else "#b6c2cf" for model in models] + [ORANGE]
    axes.errorbar(scores, range(len(names)), xerr=spread, fmt="none", ecolor=QUIET, elinewidth=1)
    axes.scatter(scores, range(len(names)), c=colours, s=45, zorder=3)
    axes.set_yticks(range(len(names)), names)
    axes.set_xlabel(f"{search['metric']}, out of fold on train (bars: standard error over folds)")
    axes.set_title("Models compared (blue: in the ensemble)")
    return save_figure(figure, "models_compared")


def draw_importance(importance, metric):
    shown = list(importance.items())[:15][::-1]
    figure, axes = start_figure(8, 0.9 + 0.3 * len(shown))
    axes.barh([short(name) for name, _ in shown], [mean for _, (mean, _) in shown],
              xerr=[spread for _, (_, spread) in shown], color=BLUE, ecolor=QUIET)
    axes.set_xlabel(f"{metric} lost on val when the column is shuffled")
    axes.set_title("What the model relies on")
    return save_figure(figure, "importance")


def draw_confusion(truth, chosen, names):
    count = len(names)
    table = np.zeros((count, count), dtype=int)
    np.add.at(table, (truth, chosen), 1)
    most = np.argsort(-table.sum(axis=1))[:15]
    table = table[np.ix_(most, most)]
    share = table / np.maximum(1, table.sum(axis=1, keepdims=True))
    side = 3.2 + 0.45 * len(most)
    figure, axes = start_figure(side + 0.8, side)
    axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    axes.grid(False)
    for row in range(len(most)):
        for column in range(len(most)):
            axes.text(column, row, f"{table[row, column]:,}", ha="center", va="center",
                      color="white" if share[row, column] > 0.55 else INK, fontsize=9)
    shown = [short(names[place], 14) for place in most]
    axes.set_xticks(range(len(most)), shown, rotation=45 if count > 4 else 0, ha="right" if count > 4 else "center")
    axes.set_yticks(range(len(most)), shown)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    axes.set_title("Confusion matrix on val")
    return save_figure(figure, "confusion_matrix")


def draw_binary_curves(truth, probability, positive):
    from sklearn.calibration import calibration_curve
    from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve
    figure, (left, middle, right) = start_figure(11.5, 3.9, 1, 3)
    false_rate, true_rate, _ = roc_curve(truth, probability)
    left.plot(false_rate, true_rate, color=BLUE, lw=2)
    left.plot([0, 1], [0, 1], color=QUIET, lw=1, ls="--")
    left.set(title=f"ROC, area {roc_auc_score(truth, probability):.3f}", xlabel="false positive rate",
             ylabel="true positive rate")
    precision, recall, _ = precision_recall_curve(truth, probability)
    middle.plot(recall, precision, color=BLUE, lw=2)
    middle.axhline(truth.mean(), color=QUIET, lw=1, ls="--")
    middle.set(title=f"Precision–recall, area {average_precision_score(truth, probability):.3f}", xlabel="recall",
               ylabel="precision", ylim=(0, 1.03))
    bins = int(np.clip(len(truth) // 40, 4, 10))
    seen, said = calibration_curve(truth, probability, n_bins=bins, strategy="quantile")
    right.plot(said, seen, "o-", color=BLUE, lw=1.5)
    right.plot([0, 1], [0, 1], color=QUIET, lw=1, ls="--")
    right.set(title="Calibration", xlabel=f"predicted probability of {short(positive, 14)}", ylabel="share observed")
    return save_figure(figure, "curves")


def draw_regression(truth, guess, target):
    figure, (left, right) = start_figure(10, 4.2, 1, 2)
    some = np.random.default_rng(0).permutation(len(truth))[:3000]
    low, high = min(truth.min(), guess.min()), max(truth.max(), guess.max())
    left.scatter(truth[some], guess[some], s=10, alpha=0.35, color=BLUE, linewidths=0)
    left.plot([low, high], [low, high], color=ORANGE, lw=1.2)
    left.set(title="Predicted and true values on val", xlabel=f"true {short(target)}", ylabel="predicted")
    right.scatter(guess[some], (truth - guess)[some], s=10, alpha=0.35, color=BLUE, linewidths=0)
    right.axhline(0, color=ORANGE, lw=1.2)
    right.set(title="Residuals on val", xlabel="predicted", ylabel="true − predicted")
    return save_figure(figure, "residuals")


def write_report(data, search, final, baselines, importance, figures, strategy, caveats):
    metric, problem = data["metric"], data["problem"]
    val = final["val_metrics"]
    best = search["models"][0]
    lines = ["# Training", "",
             f"The final model is a weighted mean of {len(search['weights'])} models. On **{len(data['val'][1]):,} "
             f"val rows**, "
             f"used once and after every choice was made, it reaches **{metric} {val[metric]:.4f}**; answering without "
             f"looking at the features gives {baselines.get('constant', math.nan):.4f}.", "",
             "The score on the held test rows is measured by the host after this stage and is not in this report.", "",
             "## Models compared", "",
             f"{search['folds']}-fold cross-validation ({search['folds_how']}) on "
             f"{search['rows']:,} train rows, {len(search['models'])} "
             f"configurations in {search['seconds']:.0f} s; one standard deviation over folds.", "",
             f"| model | {metric} | ± | s a fold | weight |", "|---|---:|---:|---:|---:|",
             f"| **ensemble** | **{search['ensemble_score']:.4f}** | | | |"]
    lines += [f"| {model['name'].replace('_', ' ')} | {model['score']:.4f} | {model['score_sd']:.4f} | "
              f"{model['seconds_per_fold']:.2f} | " + (f"{model['weight']:.0%} |" if model["weight"] else "– |")
              for model in search["models"][:25]]
    lines += [f"| small tree (depth 4) | {baselines.get('small_tree', math.nan):.4f} | | | |",
              f"| constant | {baselines.get('constant', math.nan):.4f} | | | |", ""]
    if search["left_out"]:
        lines += ["Left out: " + "; ".join(f"{name.replace('_', ' ')} ({why})" for name, why in
                                           list(search["left_out"].items())[:8]) + ".", ""]
    lines += [f"The best single model was {best['name'].replace('_', ' ')} ({best['score']:.4f}). Weights come from "
              f"greedy "
              "selection on out-of-fold predictions, averaged over bootstraps. The ensemble's own cross-validated "
              "score is "
              "a little optimistic, because its weights were chosen on the same predictions; the val score is not.", "",
              f"![Models compared]({figures['models']})", "", "## Val metrics", "", "| metric | val |", "|---|---:|"]
    lines += [f"| {name}{' (main)' if name == metric else ''} | {value:.4f} |" for name, value in val.items()
              if value is not None]
    lines += ["", f"With {len(data['val'][1]):,} val rows these figures carry a sampling error; differences smaller "
                  f"than "
              f"about {typical_error(data, val):.3f} in {metric} mean little.", ""]
    for title, key in (("Confusion matrix", "confusion"), ("ROC, precision–recall and calibration", "curves"),
                       ("Predictions and residuals", "residuals")):
        if key in figures:
            lines += [f"![{title}]({figures[key]})", ""]
    lines += ["## What the model relies on", "", f"Loss in {metric} on val when a raw column is shuffled (all its "
                                                 f"features "
              "together), measured on the model fitted on train alone. Correlated columns share their importance.", "",
              f"| column | {metric} lost | ± |", "|---|---:|---:|"]
    lines += [f"| {short(re.sub('[|]', ' ', str(name)), 60)} | {mean:.4f} | {spread:.4f} |"
              for name, (mean, spread) in list(importance.items())[:20]]
    lines += ["", f"![Importance]({figures['importance']})", "", "## Choices", "", f"- Class balance: {strategy}",
              f"- Final fit: the same plan refitted on {final['rows_final']:,} of {final['rows_working']:,} working "
              f"rows "
              "(train and val); the val figures above come from before that refit.",
              f"- Tuning: fixed good configurations first, then {search['tuning_trials']} Optuna trials on XGBoost "
              f"with the "
              "time left."]
    if problem != "regression":
        lines.append(f"- Probabilities are sharpened or softened by one temperature ({search['temperature']:.2f}), "
                     f"chosen out of fold.")
    lines += ["", "## Caveats", ""] + [f"- {caveat}" for caveat in caveats]
    Path("report.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def typical_error(data, val):
    """Roughly one standard error of the main metric on val."""
    truth, metric = data["val"][1], data["metric"]
    value = val[metric] or 0.0
    if data["problem"] == "regression":
        return abs(value) / math.sqrt(2 * len(truth))
    smaller = max(1, np.bincount(truth).min()) if metric in ("roc_auc", "average_precision", "f1") else len(truth)
    return math.sqrt(max(1e-4, abs(value) * (1 - min(1.0, abs(value)))) / smaller)


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
            shown = f"at a threshold of {weights[0] / sum(weights):.2f}"
        return how + f"instead predicted labels are chosen {shown}, found out of fold."
    return how + f"{metric} does not depend on the balance, and labels are the likeliest class."


def main():
    started = time.time()
    data, search = load_prepared(), read_json("data/search.json")
    final, baselines = read_json("data/final.json"), read_json("data/baselines.json")
    if not final or not Path("data/candidate.pkl").exists():
        stop("data/final.json is missing; fit the final model first.")
    metric, problem = data["metric"], data["problem"]
    candidate = cloudpickle.loads(Path("data/candidate.pkl").read_bytes())
    guesses = np.load("data/val_guesses.npz")
    importance = permutation_importance(candidate, data, 0.4 * PARAMS["budget_s"], PARAMS["seed"])
    shap = shap_importance(candidate, data)

    truth = guesses["truth"]
    figures = {"models": draw_models(search), "importance": draw_importance(importance, metric)}
    if problem == "regression":
        figures["residuals"] = draw_regression(truth, guesses["guess"], data["target"])
    else:
        names = labels(pd.Series(data["classes"])).tolist()
        figures["confusion"] = draw_confusion(truth, guesses["chosen"], names)
        if problem == "binary" and len(np.unique(truth)) == 2:
            figures["curves"] = draw_binary_curves(truth, guesses["p1"], names[1])

    strategy = describe_balance(search, metric)
    caveats = []
    gap = as_loss(metric, final["val_metrics"][metric]) - as_loss(metric, search["ensemble_score"])
    error = typical_error(data, final["val_metrics"])
    if gap > 2 * error:
        caveats.append(f"Val came out worse than cross-validation by {gap:.3f}, more than chance explains; the "
                       f"splits may differ.")
    if len(truth) < 100:
        caveats.append(f"Val has only {len(truth)} rows; its figures are rough.")
    asked = PARAMS["group_column"] or PARAMS["time_column"]
    if asked and search["folds_how"] == "by rows":
        caveats.append(f"Cross-validation inside train is by rows, for {asked} could not be used there; the val score "
                       "follows the group or time split and is the one to trust.")
    if final["rows_final"] < final["rows_working"]:
        caveats.append(f"To keep to the time, the final models were fitted on {final['rows_final']:,} of "
                       f"{final['rows_working']:,} rows.")
    caveats.append("The search stops by the clock, so another machine may reach a different plan; the plan that won "
                   "is in "
                   "`data/search.json`, and the final fit is seeded.")
    write_report(data, search, final, baselines, importance, figures, strategy, caveats)
    write_json("data/metadata.json", {
        "best_model": "ensemble of " + ", ".join(search["weights"]),
        "best_model_params": {model["name"]: {**model["config"]["params"], "weight": model["weight"]}
                              for model in search["models"] if model["weight"]},
        "models_evaluated": [{"name": model["name"], "family": model["config"]["family"], metric: model["score"],
                              "sd": model["score_sd"]} for model in search["models"]],
        "val_metrics": final["val_metrics"], "main_metric": metric, "baseline": baselines,
        "feature_importance": {name: mean for name, (mean, _) in list(importance.items())[:200]},
        "shap_importance": shap, "class_imbalance_strategy": strategy,
        "tuning_method": f"{search['folds']}-fold cross-validation ({search['folds_how']}) of fixed configurations, "
                         "then Optuna (TPE)",
        "tuning_trials": search["tuning_trials"], "cv_score": search["ensemble_score"], "random_seed": PARAMS["seed"]})
    Path("data/candidate.pkl").unlink()

    print(f"What the model relies on ({metric} lost on val when shuffled):")
    for name, (mean, spread) in list(importance.items())[:10]:
        print(f"  {short(name, 32):<32} {mean:+.4f} ± {spread:.4f}")
    print(f"Class balance: {strategy}")
    for caveat in caveats:
        print("Caveat: " + caveat)
    print(f"Wrote report.md, data/metadata.json and {len(figures)} figures.")
    top = list(importance)[:3]
    finish({"metric": metric, "val_score": final["val_metrics"][metric], "top_importance": ", ".join(map(str, top)),
            "most_important": top[0] if top else None, "n_figures": len(figures), "balance": strategy,
            "report": "report.md", "report_seconds": time.time() - started})


if __name__ == "__main__":
    main()
