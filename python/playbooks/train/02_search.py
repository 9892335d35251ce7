# Compare model families by cross-validation and weigh them
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
    "budget_s": 9.0,
    "holdout": "host",
    "instructions": "",
    "safe": False,
}
# end of parameters
import json
import math
import re
import shutil
import sys
import tempfile
import time
import warnings
from concurrent.futures import FIRST_COMPLETED, Future, wait
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from trainable import labels, log

# include: common/facts.py

# include: common/parsing.py

# include: common/metrics.py

# include: common/prepared.py

# include: common/folds.py

# include: common/models.py

# include: common/ensemble_weights.py

# include: common/workers.py

WORKERS = 2
TRIALS = 40
ALWAYS = 3          # the first configurations are finished even when the budget is short


def fit_fold(folder, config, number, problem, classes, numeric_columns, seed, patience_s):
    """Fit one configuration without one fold. -> ({strength: guesses for that fold}, loss curves or None, seconds)"""
    started = time.time()
    warnings.filterwarnings("ignore")
    values, goal, fold, forward = (np.load(f"{folder}/{name}.npy") for name in ("values", "goal", "fold", "forward"))
    inside, outside = fold == number, fold < number if forward else fold != number
    family, params = config["family"], config["params"]
    if family == "xgboost":
        return fit_boosted(values, goal, inside, outside, config, problem, classes, seed, patience_s, started,
                           number == 0)
    guesses = {}
    if family == "linear":
        for penalty in params["C"]:
            model = build({**config, "params": {"C": penalty}}, problem, seed, numeric_columns)
            model.fit(values[outside], goal[outside])
            guesses[penalty] = predict_with(model, values[inside], problem, classes)
            if time.time() - started > patience_s and len(guesses) == 1:
                break
        return guesses, None, time.time() - started
    model = build(config, problem, seed, numeric_columns).fit(values[outside], goal[outside])
    if family == "hist_gradient_boosting":
        staged = model.staged_predict if problem == "regression" else model.staged_predict_proba
        wanted = set(np.unique(np.geomspace(10, params["max_iter"], 12).astype(int)).tolist())
        guesses = {rounds: guess for rounds, guess in enumerate(staged(values[inside]), 1) if rounds in wanted}
    else:
        guesses[0] = predict_with(model, values[inside], problem, classes)
    return guesses, None, time.time() - started


def fit_boosted(values, goal, inside, outside, config, problem, classes, seed, patience_s, started, show_curves):
    """XGBoost with early stopping; its guesses after several numbers of rounds, so that all folds can agree on one."""
    import xgboost

    class Patience(xgboost.callback.TrainingCallback):
        def after_iteration(self, model, epoch, evals_log):
            return time.time() - started > patience_s

    most = config["params"]["n_estimators"]
    model = build(config, problem, seed).set_params(early_stopping_rounds=30, callbacks=[Patience()])
    watched = [(values[inside], goal[inside])]
    if show_curves:
        watched.insert(0, (values[outside], goal[outside]))
    model.fit(values[outside], goal[outside], verbose=False, eval_set=watched)
    done = model.get_booster().num_boosted_rounds()
    guesses = {}
    for rounds in np.unique(np.geomspace(10, most, 14).astype(int)).tolist():
        if rounds <= done or not guesses:
            guesses[rounds] = predict_with(model, values[inside], problem, classes, min(rounds, done))
        else:
            guesses[rounds] = guesses[max(guesses)]
    curves = [list(result.values())[0] for result in model.evals_result().values()]
    return guesses, curves if show_curves else None, time.time() - started


class Search:
    """Runs configurations fold by fold until the time is up, and keeps their out-of-fold guesses."""

    def __init__(self, data, folder, fold, folds, values, goal, numeric_columns, end):
        self.problem, self.metric = data["problem"], data["metric"]
        self.classes = 0 if data["classes"] is None else len(data["classes"])
        self.folder, self.fold, self.folds, self.numeric_columns = folder, fold, folds, numeric_columns
        self.goal, self.rows, self.end = goal, len(goal), end
        self.scored = fold >= 0
        self.loss = blend_loss(self.metric, self.problem)
        self.finished, self.guesses, self.running, self.failed = {}, {}, {}, {}
        self.patience_s = max(2.0, PARAMS["budget_s"])

    def run(self, executor, configurations, more):
        """Feed the workers from `configurations`, then from `more()` until it gives None or the time is up."""
        queue, pending, results, number = list(configurations), {}, {}, 0
        hard_end = self.end + max(30.0, 2 * PARAMS["budget_s"])
        while True:
            while len(pending) <= WORKERS:
                if not queue or queue[0][1] == 0 and time.time() > self.end and len(self.finished) >= ALWAYS:
                    queue = [] if queue and queue[0][1] == 0 else queue
                    following = more() if not queue and time.time() < self.end else None
                    if following is None:
                        break
                    queue = [(following, fold) for fold in range(self.folds)]
                config, fold = queue.pop(0)
                if config["name"] in self.failed:
                    continue
                future = executor.submit(fit_fold, self.folder, config, fold, self.problem, self.classes,
                                         self.numeric_columns, PARAMS["seed"] + number, self.patience_s)
                pending[future] = (config, fold)
                number += 1
            if not pending:
                return
            late = self.end if len(self.finished) >= ALWAYS else hard_end
            done, _ = wait(pending, timeout=max(0.0, late + 0.3 - time.time()), return_when=FIRST_COMPLETED)
            if not done:
                unfinished = sorted({config["name"] for config, _ in pending.values()})
                print("Time is up; stopped while fitting " + ", ".join(unfinished) + ".")
                return
            for future in done:
                config, fold = pending.pop(future)
                self.take(future, config, fold, results)

    def take(self, future, config, fold, results):
        name = config["name"]
        if name in self.failed:
            return
        if future.exception() is not None:
            self.failed[name] = f"{type(future.exception()).__name__}: {future.exception()}"[:200]
            print(f"  {name}: left out ({self.failed[name]})")
            return
        guesses, curves, seconds = future.result()
        parts = results.setdefault(name, {})
        parts[fold] = (guesses, seconds)
        inside = self.fold == fold
        best = min(guesses.values(), key=lambda guess: self.loss(self.goal[inside], guess))
        log(step=fold, metrics={f"cv_{self.metric}": measure(self.metric, self.goal[inside], best, self.problem)},
            run=name)
        if curves and not name.startswith("tuned"):
            for step in range(0, len(curves[0]), max(1, len(curves[0]) // 150)):
                log(step=step, metrics={"train_loss": float(curves[0][step]), "val_loss": float(curves[1][step])},
                    run=name)
        remaining = self.folds - len(parts)
        if remaining == 0:
            self.finish(config, parts)
        elif len(self.finished) >= ALWAYS and time.time() + remaining * seconds / WORKERS > self.end + 0.5:
            self.failed[name] = f"{seconds:.1f} s a fold was too long for the time left"

    def finish(self, config, parts):
        """All folds of a configuration are in: choose its strength by all of them together, and score it."""
        name = config["name"]
        strengths = [key for key in parts[0][0] if all(key in part for part, _ in parts.values())]
        candidates = {}
        for strength in strengths:
            guess = np.zeros(self.rows) if self.problem == "regression" else np.zeros((self.rows, self.classes))
            for fold, (part, _) in parts.items():
                guess[self.fold == fold] = part[strength]
            candidates[strength] = guess
        losses = {key: self.loss(self.goal[self.scored], guess[self.scored]) for key, guess in candidates.items()}
        strength = min(losses, key=losses.get)
        if not math.isfinite(losses[strength]):
            self.failed[name] = "its guesses are not finite"
            return
        guess, goal = candidates[strength][self.scored], self.goal[self.scored]
        by_fold = [measure(self.metric, self.goal[self.fold == fold], candidates[strength][self.fold == fold],
                           self.problem)
                   for fold in parts]
        setting = {"xgboost": "n_estimators", "hist_gradient_boosting": "max_iter", "linear": "C"}.get(config["family"])
        chosen = {**config, "params": {**config["params"], **({setting: strength} if setting else {})}}
        score = measure(self.metric, goal, guess, self.problem)
        self.finished[name] = {"config": chosen, "score": score, "score_sd": float(np.nanstd(by_fold)),
                               "loss": losses[strength],
                               "seconds_per_fold": sum(s for _, s in parts.values()) / self.folds}
        self.guesses[name] = guess
        print(f"  {name:<24} {self.metric} {score:.4f} ± {np.nanstd(by_fold):.4f}   "
              f"{self.finished[name]['seconds_per_fold']:.2f} s a fold", flush=True)
        singles = [as_loss(self.metric, entry["score"]) for entry in self.finished.values()]
        log(step=len(self.finished), metrics={"best_single": abs(min(singles))}, run="search")


def tuner(search, template):
    """Optuna over XGBoost's settings: a function giving the next configuration to try, or None at the end."""
    import optuna
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    sampler = optuna.samplers.TPESampler(seed=PARAMS["seed"], n_startup_trials=6, multivariate=True,
                                         warn_independent_sampling=False)
    study = optuna.create_study(sampler=sampler)
    open_trials = {}

    def following():
        for name in [name for name in open_trials if name in search.finished or name in search.failed]:
            trial = open_trials.pop(name)
            if name in search.finished:
                study.tell(trial, search.finished[name]["loss"])
            else:
                study.tell(trial, state=optuna.trial.TrialState.FAIL)
        needed = template["seconds_per_fold"] * search.folds / WORKERS
        if len(study.trials) >= TRIALS or time.time() + needed > search.end:
            return None
        trial = study.ask()
        columns = template["config"]["params"]["colsample_bytree"]
        params = {**template["config"]["params"], "n_estimators": template["most_rounds"],
                  "max_depth": trial.suggest_int("max_depth", 2, 9),
                  "min_child_weight": trial.suggest_float("min_child_weight", 0.1, 30, log=True),
                  "subsample": trial.suggest_float("subsample", 0.5, 1.0),
                  "colsample_bytree": trial.suggest_float("colsample_bytree", 0.4 * columns, min(1.0, 1.25 * columns)),
                  "reg_lambda": trial.suggest_float("reg_lambda", 0.01, 30, log=True),
                  "reg_alpha": trial.suggest_float("reg_alpha", 1e-3, 5, log=True)}
        name = f"tuned_xgboost_{trial.number + 1}"
        open_trials[name] = trial
        return {"name": name, "family": "xgboost", "view": "plain", "params": params}
    return following


def main():
    started = time.time()
    data = load_prepared()
    problem = data["problem"]
    features, goal = data["train"]
    values, keys = features.to_numpy(), read_fold_keys(len(goal))
    limit = int(np.clip(PARAMS["budget_s"] * 2.0e5 / values.shape[1], 3000, 200_000))
    if len(goal) > limit:
        rare = np.bincount(goal)[goal] < 200 if problem != "regression" else np.zeros(len(goal), dtype=bool)
        drawn = np.random.default_rng(PARAMS["seed"]).random(len(goal)) < limit / len(goal)
        values, goal = values[drawn | rare], goal[drawn | rare]
        keys = {kind: key[drawn | rare] for kind, key in keys.items()}
        print(f"Comparing on {len(goal):,} of {features.shape[0]:,} training rows; the final models use more.")
    folds = 5 if values.size < 2e6 else 3
    if problem != "regression":
        folds = int(np.clip(np.sort(np.bincount(goal))[-2], 2, folds))
    fold, how, forward = make_folds(goal, problem, folds, PARAMS["seed"], keys)
    folds = int(fold.max()) + 1
    distinct = [len(np.unique(column[:5000])) for column in values.T]
    numeric_columns = [place for place, count in enumerate(distinct) if count > 8][:150]
    folder = tempfile.mkdtemp()
    for name, array in (("values", values), ("goal", goal), ("fold", fold), ("forward", np.array(forward))):
        np.save(f"{folder}/{name}.npy", array)
    end = started + 0.93 * PARAMS["budget_s"] - 0.4
    search = Search(data, folder, fold, folds, values, goal, numeric_columns, end)
    configurations = portfolio(problem, int(len(goal) * (1 - 1 / folds)), values.shape[1], numeric_columns,
                               max(0.3, PARAMS["budget_s"] * WORKERS / folds / 9))
    print(f"{len(goal):,} rows, {values.shape[1]:,} features, {count(folds, 'fold')} ({how}), "
          f"{count(len(configurations), 'configuration')}, {PARAMS['budget_s']:.0f} s:")
    executor = start_workers(WORKERS, PARAMS["safe"])
    state = {}

    def more():
        if "next" not in state:
            boosted = [name for name in search.finished if search.finished[name]["config"]["family"] == "xgboost"]
            best = min(boosted, key=lambda name: search.finished[name]["loss"]) if boosted else None
            if best is None or PARAMS["safe"]:
                return None
            template = {**search.finished[best], "most_rounds": next(
                config["params"]["n_estimators"] for config in configurations if config["name"] == best)}
            state["next"] = tuner(search, template)
        return state["next"]()

    queue = [(config, number) for config in configurations for number in range(folds)]
    try:
        search.run(executor, queue, more)
    finally:
        stop_workers(executor)
        shutil.rmtree(folder, ignore_errors=True)
    if not search.finished:
        stop("No model could be fitted: " + "; ".join(f"{name}: {why}" for name, why in search.failed.items()))
    conclude(search, data, goal[search.scored], how, numeric_columns, time.time() - started)


def conclude(search, data, truth, how, numeric_columns, seconds):
    """Weigh the models, calibrate the blend on out-of-fold guesses, and write down the plan."""
    problem, metric = data["problem"], data["metric"]
    tuned = sorted((name for name in search.finished if name.startswith("tuned")),
                   key=lambda name: search.finished[name]["loss"])
    candidates = {name: guess for name, guess in search.guesses.items() if name not in tuned[3:]}
    weights = ensemble_weights(truth, candidates, metric, problem, PARAMS["seed"])
    blend = sum(weight * candidates[name] for name, weight in weights.items())
    temperature, multipliers, ratio = 1.0, None, None
    if problem != "regression":
        loss = blend_loss(metric, problem)
        temperature = float(min(np.geomspace(0.5, 2.0, 33), key=lambda value: loss(truth, temper(blend, value))))
        blend = temper(blend, temperature)
        counts = np.bincount(truth, minlength=search.classes)
        ratio = float(counts.max() / max(1, counts.min()))
        multipliers = class_weights(truth, blend, metric, problem, ratio)
    score = measure(metric, truth, blend, problem, None if multipliers is None else decide(blend, multipliers))
    ranked = sorted(search.finished, key=lambda name: as_loss(metric, search.finished[name]["score"]))
    best = search.finished[ranked[0]]["score"]
    log(step=len(search.finished), metrics={"ensemble": score}, run="search")
    write_json("data/search.json", {
        "metric": metric, "problem_type": problem, "folds": search.folds, "folds_how": how, "rows": search.rows,
        "numeric_columns": numeric_columns,
        "models": [{"name": name, **search.finished[name], "weight": weights.get(name, 0.0)} for name in ranked],
        "weights": weights, "temperature": temperature, "class_weights": multipliers, "ensemble_score": score,
        "imbalance_ratio": ratio, "left_out": search.failed, "tuning_trials": len(tuned), "seconds": seconds})
    families = {search.finished[name]["config"]["family"] for name in search.finished}
    print(f"\n{count(len(search.finished), 'configuration')} of {count(len(families), 'family', 'families')} in "
          f"{seconds:.1f} s" + (f", {len(tuned)} of them tuning." if tuned else "."))
    print("Ensemble: " + ", ".join(f"{name} {weight:.0%}" for name, weight in weights.items())
          + f" → {metric} {score:.4f} out of fold (best single: {ranked[0]} {best:.4f}).")
    finish({"metric": metric, "n_models": len(search.finished), "n_families": len(families), "best_single": ranked[0],
            "best_single_score": best, "ensemble_score": score, "ensemble_members": len(weights),
            "ensemble_names": ", ".join(weights), "tuning_trials": len(tuned), "folds": search.folds, "folds_how": how,
            "search_rows": search.rows,
            "search_seconds": seconds})


if __name__ == "__main__":
    main()
