# A configuration is a dict {name, family, view, params}; build() makes the estimator that it describes.
# "strengths" are values of one setting (boosting rounds, penalty) that one fit tries together; the best is kept.


def portfolio(problem, rows, columns, numeric_columns, seconds):
    """Good fixed configurations, most wanted first, sized so that one fit takes about `seconds` on one core."""
    regression = problem == "regression"
    cells = rows * columns
    rounds = int(np.clip(seconds / (2.5e-8 * cells + 8e-4), 40, 500))
    trees = int(np.clip(seconds / (rows * np.log2(rows + 2) * np.sqrt(columns) * 6e-8 + 1.5e-3), 40, 250))
    leaf = max(1, rows // 20000) * (3 if regression else 1)
    some_columns = 0.8 if columns < 60 else 0.4 if columns < 500 else 0.1
    rate = float(np.clip(20 / rounds, 0.05, 0.3))
    penalties = [0.01, 0.1, 1.0, 10.0]
    found = []

    def add(name, family, view="plain", **params):
        found.append({"name": name, "family": family, "view": view, "params": params})

    boost = {"n_estimators": rounds, "learning_rate": rate, "colsample_bytree": some_columns}
    add("linear", "linear", "scaled", C=penalties)
    add("xgboost", "xgboost", max_depth=4, subsample=0.8, min_child_weight=2, **boost)
    add("extra_trees", "extra_trees", n_estimators=trees, min_samples_leaf=leaf)
    add("hist_gradient_boosting", "hist_gradient_boosting", max_iter=min(rounds, 200), l2_regularization=1.0,
        learning_rate=max(rate, 0.06), max_leaf_nodes=15 if rows < 3000 else 31)
    if numeric_columns and cells < 3e6:
        add("linear_splines", "linear", "splines", C=penalties)
    add("random_forest", "random_forest", n_estimators=trees, min_samples_leaf=leaf)
    add("xgboost_deep", "xgboost", max_depth=7, subsample=0.8, min_child_weight=1, reg_lambda=3.0, **boost)
    if rows <= 4000 and columns <= 500:
        add("svm", "svm", "scaled", C=1.0)
        add("svm_firm", "svm", "scaled", C=10.0)
    if rows <= 20000 and columns <= 300:
        add("neural_network", "neural_network", "scaled", hidden_layer_sizes=(96, 48), alpha=0.01,
            max_iter=int(np.clip(3e5 / rows, 15, 150)), batch_size=int(np.clip(rows // 20, 16, 256)),
            learning_rate_init=3e-3)
    if columns <= 40 and cells < 1e6:
        add("linear_pairs", "linear", "pairs", C=[0.001, 0.01, 0.1, 1.0])
    add("xgboost_shallow", "xgboost", max_depth=2, subsample=0.7, min_child_weight=5, **boost)
    if rows <= 20000 and columns <= 100:
        add("nearest_neighbours", "nearest_neighbours", "scaled", n_neighbors=int(np.clip(np.sqrt(rows) / 2, 5, 25)))
    return found


def view_steps(view, numeric_columns):
    """The transformers between prepared features and a model that is not a tree."""
    from sklearn.compose import ColumnTransformer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import (FunctionTransformer, PolynomialFeatures, QuantileTransformer, SplineTransformer,
                                       StandardScaler)
    scale = [StandardScaler(), FunctionTransformer(np.clip, kw_args={"a_min": -6, "a_max": 6})]
    if view == "scaled":
        return scale
    if view == "pairs":
        return scale + [PolynomialFeatures(2, include_bias=False), StandardScaler(),
                        FunctionTransformer(np.clip, kw_args={"a_min": -6, "a_max": 6})]
    if view == "splines":
        curves = make_pipeline(QuantileTransformer(n_quantiles=100, output_distribution="normal", random_state=0),
                               FunctionTransformer(np.clip, kw_args={"a_min": -2.5, "a_max": 2.5}),
                               SplineTransformer(n_knots=7, include_bias=False), StandardScaler())
        return [ColumnTransformer([("curves", curves, numeric_columns), ("all", make_pipeline(*scale), every_column)])]
    return []


def every_column(values):
    return list(range(values.shape[1]))


def build(config, problem, seed, numeric_columns=()):
    """The unfitted estimator of a configuration; labels are class codes 0..K-1."""
    from sklearn.pipeline import make_pipeline
    regression = problem == "regression"
    params, family = dict(config["params"]), config["family"]
    if family == "xgboost":
        import xgboost
        kind = xgboost.XGBRegressor if regression else xgboost.XGBClassifier
        metric = "rmse" if regression else "logloss" if problem == "binary" else "mlogloss"
        return kind(tree_method="hist", n_jobs=1, random_state=seed, verbosity=0, eval_metric=metric, **params)
    if family == "hist_gradient_boosting":
        from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
        kind = HistGradientBoostingRegressor if regression else HistGradientBoostingClassifier
        return kind(early_stopping=False, random_state=seed, **params)
    if family in ("extra_trees", "random_forest"):
        from sklearn import ensemble
        kind = getattr(ensemble, {"extra_trees": "ExtraTrees", "random_forest": "RandomForest"}[family]
                       + ("Regressor" if regression else "Classifier"))
        return kind(max_features=0.5 if regression else "sqrt", random_state=seed, n_jobs=1, **params)
    model = plain_model(family, regression, params, seed)
    if regression and family != "nearest_neighbours":
        from sklearn.compose import TransformedTargetRegressor
        from sklearn.preprocessing import StandardScaler
        model = TransformedTargetRegressor(model, transformer=StandardScaler())
    return make_pipeline(*view_steps(config["view"], list(numeric_columns)), model)


def plain_model(family, regression, params, seed):
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.svm import SVC, SVR
    if family == "linear":
        return Ridge(alpha=1 / params["C"]) if regression else LogisticRegression(C=params["C"], max_iter=300)
    if family == "svm":
        if regression:
            return SVR(C=params["C"], epsilon=0.1, cache_size=200)
        return CalibratedClassifierCV(SVC(C=params["C"], cache_size=200, random_state=seed), cv=3, ensemble=False)
    if family == "neural_network":
        return (MLPRegressor if regression else MLPClassifier)(random_state=seed, **params)
    return (KNeighborsRegressor if regression else KNeighborsClassifier)(weights="distance", **params)


def predict_with(model, values, problem, classes, rounds=None):
    """Numbers, or one probability for each class code 0..K-1 (zero for a class the model never saw)."""
    extra = {} if rounds is None else {"iteration_range": (0, int(rounds))}
    if problem == "regression":
        return np.asarray(model.predict(values, **extra), dtype=float)
    given = model.predict_proba(values, **extra)
    guess = np.zeros((len(given), classes))
    guess[:, np.asarray(model.classes_, dtype=int)] = given
    return guess


def temper(guess, temperature):
    """Probabilities made sharper (below 1) or softer (above 1)."""
    logits = np.log(np.clip(guess, 1e-12, 1)) / temperature
    logits -= logits.max(axis=1, keepdims=True)
    return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)


def decide(guess, weights):
    """Class codes: the largest probability after each class is multiplied by its weight."""
    return (guess * np.asarray(weights)).argmax(axis=1)
