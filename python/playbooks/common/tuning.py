# What the search does with the time that the portfolio leaves: repeats of the chosen models, then Optuna on XGBoost.
TRIALS = 150


class Afterwards:
    """Gives the search one more (configuration, repeat) at a time, or None when there is nothing worth its time."""

    def __init__(self, search, templates, repeats, seed, chosen):
        self.search, self.repeats, self.seed, self.chosen = search, repeats, seed, chosen
        self.rounds = {config["name"]: config["params"].get("rounds") for config in templates}
        self.study, self.open, self.queue = None, {}, None
        self.fold_losses = {}
        search.after_fold = self.watch

    def __call__(self):
        if not self.search.finished:
            return None
        if self.queue is None:
            self.queue = [(self.search.finished[name]["config"], repeat) for repeat in range(1, self.repeats)
                          for name in self.chosen()]
        while self.queue:
            config, repeat = self.queue.pop(0)
            if self.fits(config["name"]):
                return config, repeat
        return self.trial()

    def fits(self, name):
        needed = self.search.finished[name]["seconds_per_fold"] * self.search.folds / WORKERS
        return time.time() + needed < self.search.end

    def trial(self):
        boosted = [name for name, entry in self.search.finished.items() if entry["config"]["family"] == "xgboost"
                   and name in self.rounds and "goal" not in entry["config"]]
        if not boosted:
            return None
        best = min(boosted, key=lambda name: self.search.finished[name]["loss"])
        if self.study is None:
            import optuna
            optuna.logging.set_verbosity(optuna.logging.ERROR)
            sampler = optuna.samplers.TPESampler(seed=self.seed, n_startup_trials=6, multivariate=True,
                                                 warn_independent_sampling=False)
            pruner = optuna.pruners.MedianPruner(n_startup_trials=4, n_warmup_steps=1)
            self.study = optuna.create_study(sampler=sampler, pruner=pruner)
        self.settle()
        if len(self.study.trials) >= TRIALS or not self.fits(best):
            return None
        trial = self.study.ask()
        start = self.search.finished[best]["config"]
        columns = start["params"]["colsample_bytree"]
        params = {**start["params"], "rounds": self.rounds[best],
                  "max_depth": trial.suggest_int("max_depth", 2, 10),
                  "min_child_weight": trial.suggest_float("min_child_weight", 0.02, 30, log=True),
                  "subsample": trial.suggest_float("subsample", 0.5, 1.0),
                  "colsample_bytree": trial.suggest_float("colsample_bytree", 0.4 * columns, min(1.0, 1.25 * columns)),
                  "reg_lambda": trial.suggest_float("reg_lambda", 0.01, 30, log=True),
                  "reg_alpha": trial.suggest_float("reg_alpha", 1e-3, 5, log=True),
                  "max_cat_to_onehot": trial.suggest_categorical("max_cat_to_onehot", [5, 100])}
        name = f"tuned_xgboost_{trial.number + 1}"
        self.open[name] = trial
        return {"name": name, "family": "xgboost", "view": start["view"], "params": params}, 0

    def watch(self, name, loss):
        """Each fold's loss of a trial: one that is worse than the median of the others so far is stopped."""
        if name not in self.open:
            return
        losses = self.fold_losses.setdefault(name, [])
        losses.append(loss)
        self.open[name].report(float(np.mean(losses)), len(losses))
        if self.open[name].should_prune() and len(losses) < self.search.folds:
            self.search.failed[name] = f"stopped after {count(len(losses), 'fold')}: worse than most trials"

    def settle(self):
        """Tell the study what became of its trials."""
        import optuna
        for name in [name for name in self.open if name in self.search.finished or name in self.search.failed]:
            trial = self.open.pop(name)
            if name in self.search.finished:
                self.study.tell(trial, self.search.finished[name]["loss"])
            else:
                self.study.tell(trial, state=optuna.trial.TrialState.PRUNED if name in self.fold_losses else
                                optuna.trial.TrialState.FAIL)
