# A configuration is a dict {name, family, view, params}; Member is what it becomes when it is fitted.
# "strengths" are values of one setting (boosting rounds, penalty) that one fit tries together; the best is kept.
BOOSTERS = {"xgboost": BoostedTrees, "hist_gradient_boosting": HistogramBoosting, "lightgbm": LightBoosting,
            "catboost": CatBoosting}
STRENGTH = {**dict.fromkeys(BOOSTERS, "rounds"), "linear": "C"}


class Member:
    """One fitted configuration: its view of the features and its estimator.

    Guesses are numbers, or one probability for each class; a support vector machine's are scores, for calibrate().
    """

    def __init__(self, config, kinds, levels, classes, seed):
        self.config, self.classes, self.seed = config, classes, seed
        self.view = View(config["view"], kinds, levels, classes, seed)

    def fit(self, values, goal, watched=None, patience_s=None):
        """Fit on these rows; with watched=(values, goal) a booster may stop early by them."""
        family, params = self.config["family"], dict(self.config["params"])
        if self.config.get("goal") == "log":
            goal = np.log1p(goal)
            watched = None if watched is None else (watched[0], np.log1p(watched[1]))
        seen = self.view.fit_transform(values, goal)
        if family in BOOSTERS:
            watched = None if watched is None else (self.view.transform(watched[0]), watched[1])
            self.model = BOOSTERS[family](self.classes, self.seed, **params)
            self.model.fit(seen, goal, self.view.is_category, watched, patience_s)
        elif family == "linear":
            penalties = params["C"] if isinstance(params["C"], list) else [params["C"]]
            self.model = {penalty: plain_model(family, {**params, "C": penalty}, self.classes, self.seed, seen)
                          .fit(seen, goal) for penalty in penalties}
        else:
            self.model = plain_model(family, params, self.classes, self.seed, seen).fit(seen, goal)
        return self

    def staged(self, values):
        """{strength: guess}; a family without strengths has the one 0."""
        seen = self.view.transform(values)
        if self.config["family"] in BOOSTERS:
            return {rounds: self.unscaled(guess) for rounds, guess in self.model.staged(seen).items()}
        if self.config["family"] == "linear":
            return {penalty: self.unscaled(self.ask(model, seen)) for penalty, model in self.model.items()}
        return {0: self.guess(values)}

    def keep(self, strength):
        """Keep what this strength needs."""
        if self.config["family"] in BOOSTERS:
            self.model.keep(strength)
        elif self.config["family"] == "linear":
            self.model = {strength: self.model[strength]}

    def guess(self, values):
        seen = self.view.transform(values)
        model = next(iter(self.model.values())) if self.config["family"] == "linear" else self.model
        return self.unscaled(self.ask(model, seen))

    def ask(self, model, seen):
        if hasattr(model, "guess"):
            return model.guess(seen)
        if hasattr(model, "estimators_"):
            return forest_guess(model, seen, self.classes)
        if not self.classes:
            return model.predict(seen)
        if self.config["family"] == "svm":
            scores = model.decision_function(seen).reshape(len(seen), -1)
            return scores if scores.shape[1] == 1 else spread_classes(model, scores, self.classes)
        return spread_classes(model, model.predict_proba(seen), self.classes)

    def unscaled(self, guess):
        return np.expm1(np.clip(guess, -50, 50)) if self.config.get("goal") == "log" else guess


def forest_guess(forest, values, classes):
    """The mean over the trees, asked directly: for a single row scikit-learn's own way takes five times as long."""
    values = np.ascontiguousarray(values, dtype=np.float32)
    total = 0.0
    for tree in forest.estimators_:
        found = tree.tree_.predict(values).reshape(len(values), -1)
        total = total + (found / found.sum(axis=1, keepdims=True) if classes else found[:, 0])
    total = total / len(forest.estimators_)
    return spread_classes(forest, total, classes) if classes else total


def plain_model(family, params, classes, seed, seen):
    """The unfitted estimator of a family that does not boost; labels are class codes 0..K-1."""
    from sklearn import discriminant_analysis, ensemble, linear_model, neighbors, svm
    if family in ("extra_trees", "random_forest"):
        kind = {"extra_trees": "ExtraTrees", "random_forest": "RandomForest"}[family]
        kind = getattr(ensemble, kind + ("Classifier" if classes else "Regressor"))
        return kind(random_state=seed, n_jobs=1, **params)
    if family == "linear":
        if not classes:
            return linear_model.Ridge(alpha=1 / params["C"])
        return linear_model.LogisticRegression(**params)
    if family == "svm":
        params = {"cache_size": 200, **params}
        if "gamma" in params:
            params["gamma"] = params["gamma"] / max(1e-9, seen.shape[1] * seen.var())
        if not classes:
            from sklearn.compose import TransformedTargetRegressor
            from sklearn.preprocessing import StandardScaler
            return TransformedTargetRegressor(svm.SVR(epsilon=0.1, **params), transformer=StandardScaler())
        return svm.SVC(coef0=1.0, decision_function_shape="ovr", **params)
    if family == "neural_network":
        return NeuralNetwork(classes, seed, **params)
    if family == "discriminant":
        return discriminant_analysis.QuadraticDiscriminantAnalysis(**params) if "reg_param" in params else \
            discriminant_analysis.LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")
    return (neighbors.KNeighborsClassifier if classes else neighbors.KNeighborsRegressor)(weights="distance", p=1,
                                                                                         **params)
