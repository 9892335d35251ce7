# Gradient boosting behind one interface: fit(), guess() at the number of rounds kept, and staged() for several numbers.
def stages_of(most_rounds, cells):
    """Numbers of rounds to compare, closer where they are small; fewer of them where guesses take much memory."""
    return np.unique(np.geomspace(5, most_rounds, int(np.clip(4e6 / cells, 8, 40))).astype(int)).tolist()


class BoostedTrees:
    """XGBoost on one thread, with native levels and missing values. Settings are those of xgboost.train."""

    def __init__(self, classes, seed, rounds, max_cat_to_onehot=5, **params):
        self.classes, self.seed, self.rounds = classes, seed, rounds
        self.params = {"max_cat_to_onehot": max_cat_to_onehot, **params}

    def settings(self, goal):
        objective = "reg:squarederror" if not self.classes else "binary:logistic" if self.classes == 2 \
            else "multi:softprob"
        found = {"objective": objective, **self.params, "tree_method": "hist", "nthread": 1, "seed": self.seed,
                 "verbosity": 0}
        found["eval_metric"] = {0: "mae" if found["objective"] == "reg:absoluteerror" else "rmse",
                                2: "logloss"}.get(self.classes, "mlogloss")
        if self.classes > 2:
            found["num_class"] = self.classes
        self.start = 0.5 if self.classes else float(np.median(goal) if "absolute" in found["objective"]
                                                    else max(np.mean(goal), 1e-9) if "poisson" in found["objective"]
                                                    else np.mean(goal))
        found["base_score"] = self.start
        return found

    def matrix(self, values, goal=None):
        import xgboost
        kinds = ["c" if category else "q" for category in self.categories]
        return xgboost.DMatrix(values, label=goal, feature_types=kinds, enable_categorical=True, nthread=1)

    def fit(self, values, goal, categories, watched=None, patience_s=None):
        """Stops early on watched=(values, goal), and where patience_s runs out; curves then holds both losses."""
        import xgboost
        started = time.time()

        class Patience(xgboost.callback.TrainingCallback):
            def after_iteration(self, model, epoch, evals_log):
                return time.time() - started > patience_s

        self.categories, self.curves = categories, None
        settings, matrix, more, losses = self.settings(goal), self.matrix(values, goal), {}, {}
        if watched is not None:
            more = {"evals": [(matrix, "train"), (self.matrix(*watched), "val")],
                    "early_stopping_rounds": int(max(25, 3 / settings["eta"])), "callbacks": [Patience()]}
        self.booster = xgboost.train(settings, matrix, self.rounds, evals_result=losses, verbose_eval=False, **more)
        if watched is not None:
            self.curves = [list(losses[name].values())[0] for name in ("train", "val")]
        self.booster.set_param({"nthread": 1})
        self.most_rounds, self.rounds = self.rounds, self.booster.num_boosted_rounds()
        return self

    def link(self, margin):
        if not self.classes:
            return np.exp(margin) if self.params.get("objective") == "count:poisson" else margin
        if self.classes == 2:
            share = sigmoid(margin)
            return np.column_stack([1 - share, share])
        margin = np.exp(margin - margin.max(axis=1, keepdims=True))
        return margin / margin.sum(axis=1, keepdims=True)

    def staged(self, values):
        """{rounds: guess} for some numbers of rounds up to those fitted, each adding to the one before."""
        matrix, found, total, done = self.matrix(values), {}, 0.0, 0
        # xgboost adds its starting value to the margin of every range of rounds
        start = {2: 0.0}.get(self.classes, np.log(self.start) if "poisson" in str(self.params.get("objective"))
                             else self.start)
        for rounds in stages_of(self.most_rounds, len(values) * max(1, self.classes)):
            if rounds > self.rounds and found:
                break
            margin = self.booster.predict(matrix, output_margin=True, iteration_range=(done, min(rounds, self.rounds)))
            total, done = margin + (total - start if done else 0.0), rounds
            found[rounds] = self.link(total.astype(np.float64)).astype(np.float32)
        return found

    def keep(self, rounds):
        if rounds < self.rounds:
            self.booster, self.rounds = self.booster[:int(rounds)], int(rounds)

    def guess(self, values):
        return self.link(self.booster.predict(self.matrix(values), output_margin=True).astype(np.float64))


class HistogramBoosting:
    """scikit-learn's boosting with native levels (at most 255 of them) and missing values."""

    def __init__(self, classes, seed, rounds, **params):
        self.classes, self.seed, self.rounds, self.params = classes, seed, rounds, params
        self.curves = None

    def fit(self, values, goal, categories, watched=None, patience_s=None):
        from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
        kind = HistGradientBoostingClassifier if self.classes else HistGradientBoostingRegressor
        self.most_rounds = self.rounds
        self.model = kind(max_iter=self.rounds, early_stopping=False, random_state=self.seed,
                          categorical_features=np.flatnonzero(categories) if any(categories) else None,
                          **self.params).fit(values, goal)
        return self

    def stages(self, values):
        if not self.classes:
            return self.model.staged_predict(values)
        return (spread_classes(self.model, guess, self.classes) for guess in self.model.staged_predict_proba(values))

    def staged(self, values):
        wanted = set(stages_of(self.most_rounds, len(values) * max(1, self.classes)))
        return {rounds: guess.astype(np.float32) for rounds, guess in enumerate(self.stages(values), 1)
                if rounds in wanted}

    def keep(self, rounds):
        self.rounds = int(rounds)

    def guess(self, values):
        if self.rounds < self.most_rounds:
            return next(itertools.islice(self.stages(values), self.rounds - 1, None))
        return self.model.predict(values) if not self.classes else \
            spread_classes(self.model, self.model.predict_proba(values), self.classes)


class LightBoosting(HistogramBoosting):
    """LightGBM, where it is installed."""

    def fit(self, values, goal, categories, watched=None, patience_s=None):
        import lightgbm
        kind = lightgbm.LGBMClassifier if self.classes else lightgbm.LGBMRegressor
        self.most_rounds = self.rounds
        self.model = kind(n_estimators=self.rounds, random_state=self.seed, n_jobs=1, deterministic=True,
                          force_row_wise=True, verbose=-1, **self.params)
        self.model.fit(values, goal, categorical_feature=np.flatnonzero(categories).tolist() or "auto")
        return self

    def at(self, values, rounds):
        if not self.classes:
            return self.model.predict(values, num_iteration=rounds)
        return spread_classes(self.model, self.model.predict_proba(values, num_iteration=rounds), self.classes)

    def staged(self, values):
        return {rounds: self.at(values, rounds).astype(np.float32)
                for rounds in stages_of(self.most_rounds, len(values) * max(1, self.classes))}

    def guess(self, values):
        return self.at(values, self.rounds)


class CatBoosting(LightBoosting):
    """CatBoost, where it is installed; it wants levels as whole numbers."""

    def fit(self, values, goal, categories, watched=None, patience_s=None):
        import catboost
        kind = catboost.CatBoostClassifier if self.classes else catboost.CatBoostRegressor
        self.most_rounds, self.categories = self.rounds, np.flatnonzero(categories).tolist()
        self.model = kind(iterations=self.rounds, random_seed=self.seed, thread_count=1, verbose=False,
                          allow_writing_files=False, cat_features=self.categories, **self.params)
        self.model.fit(self.table(values), goal)
        return self

    def table(self, values):
        table = pd.DataFrame(values)
        for place in self.categories:
            table[place] = table[place].fillna(-1).astype(int)
        return table

    def at(self, values, rounds):
        table = self.table(values)
        if not self.classes:
            return self.model.predict(table, ntree_end=rounds)
        return spread_classes(self.model, self.model.predict_proba(table, ntree_end=rounds), self.classes)


def spread_classes(model, guess, classes):
    """One column for each class code 0..K-1, zero for a class that the model never saw."""
    if guess.shape[1] == classes:
        return guess
    spread = np.zeros((len(guess), classes))
    spread[:, np.asarray(model.classes_, dtype=int)] = guess
    return spread
