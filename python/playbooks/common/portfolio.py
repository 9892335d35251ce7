# Good fixed configurations, most wanted first, sized so that one fit takes about `seconds` on one core. What is in it,
# and in which order, was settled on public data sets of many kinds; nothing looks at a dataset's name.


def is_installed(package):
    import importlib.util
    return importlib.util.find_spec(package) is not None


class Portfolio:
    """The configurations for a table of this shape: `rows` to learn from, kinds and levels of its features."""

    def __init__(self, problem, metric, goal, rows, kinds, levels, classes, seconds, safe=False):
        self.problem, self.metric, self.rows, self.seconds, self.classes = problem, metric, rows, seconds, classes
        self.regression, self.safe, self.found = problem == "regression", safe, []
        levels = np.array(levels)[np.array(kinds) == "level"]
        self.columns = len(kinds)
        self.has_levels, self.has_many = len(levels) > 0, bool((levels > 5).any())
        self.numbers = kinds.count("number")
        self.width = self.numbers + kinds.count("flag") + int(levels[levels <= MOST_COLUMNS].sum()
                                                              + 2 * (levels > MOST_COLUMNS).sum())
        self.outputs = classes if classes > 2 else 1
        self.skewed = self.regression and goal.min() >= 0 and goal.std() > 0 and \
            float(np.mean(((goal - goal.mean()) / goal.std()) ** 3)) > 1.5
        self.counts = self.regression and goal.min() >= 0

    def add(self, name, family, view, goal=None, **params):
        self.found.append({"name": name, "family": family, "view": view, **({"goal": goal} if goal else {}),
                           "params": params})

    def configurations(self):
        """Families that differ most come first: a short search must not spend its time on twins."""
        some = 0.8 if self.columns < 100 else 0.3 if self.columns < 1000 else 0.1
        fewer = 0.6 if self.columns < 100 else 0.2 if self.columns < 1000 else 0.07
        self.linear("linear", "scaled")
        self.xgboost("xgboost", max_depth=6, subsample=0.8, colsample_bytree=some)
        self.forest("extra_trees", "extra_trees", "codes", 3 if self.regression else 1)
        self.svm("svm", "scaled", 10.0)
        self.forest("random_forest", "random_forest", "columns", 3 if self.regression else 1)
        self.network("neural_network", "normal", hidden=[128, 64],
                     **({"dropout": 0.1} if self.regression else {"dropout": 0.0, "decay": 0.05, "rate": 5e-3}))
        self.linear("linear_splines", "normal+splines", [0.03, 0.3, 3.0])
        self.xgboost("xgboost_shallow", max_depth=3, subsample=0.7, colsample_bytree=fewer, min_child_weight=2,
                     max_cat_to_onehot=100)
        if self.width <= 40:
            self.linear("linear_pairs", "scaled+pairs", [0.003, 0.03, 0.3, 3.0] + ([] if self.regression
                                                                                else [30.0, 300.0]))
        if self.safe:
            return self.found[:7]
        if is_installed("catboost"):
            self.boosted("catboost", "catboost", 6e-8, depth=6, l2_leaf_reg=3.0)
        if is_installed("lightgbm"):
            self.boosted("lightgbm", "lightgbm", 1.5e-8, num_leaves=31, min_child_samples=15, colsample_bytree=some,
                         subsample=0.8, subsample_freq=1, reg_lambda=1.0)
        if self.metric in ("mae", "median_ae", "mape"):
            self.xgboost("xgboost_absolute", max_depth=6, subsample=0.8, colsample_bytree=some,
                         objective="reg:absoluteerror")
            self.boosted("hist_absolute", "hist_gradient_boosting", 4e-8, loss="absolute_error", max_leaf_nodes=31,
                         l2_regularization=1.0)
        if self.skewed:
            self.xgboost("xgboost_log", goal="log", max_depth=6, subsample=0.8, colsample_bytree=some)
            self.linear("linear_log", "normal+splines", [0.03, 0.3, 3.0], goal="log")
        self.network("neural_pieces", "ranks+pieces", hidden=[96, 96], dropout=0.25, smooth=True, rate=2e-3)
        self.boosted("hist_gradient_boosting", "hist_gradient_boosting", 2.3e-8, max_leaf_nodes=31,
                     min_samples_leaf=15, l2_regularization=1.0)
        if self.has_many:
            self.xgboost("xgboost_means", view="means", max_depth=5, subsample=0.8, colsample_bytree=some)
        self.svm("svm_soft", "normal", 1.0)
        self.forest("extra_trees_wide", "extra_trees", "columns", 5 if self.regression else 2, max_features=0.5)
        self.neighbours("nearest_neighbours", "scaled", 15)
        if not self.regression:
            self.discriminant()
        self.xgboost("xgboost_deep", max_depth=10, subsample=0.9, colsample_bytree=0.6 * some, reg_lambda=4,
                     min_child_weight=2, max_cat_to_onehot=100)
        self.svm("svm_firm", "scaled", 100.0)
        self.svm("svm_broad", "scaled", 30.0 if self.regression else 1000.0, gamma=0.15)
        if not self.regression:
            self.svm("svm_cubic", "scaled", 10.0, kernel="poly")
            self.xgboost("xgboost_free", hurry=3.0, max_depth=4, subsample=0.9, colsample_bytree=some,
                         min_child_weight=0.01, reg_lambda=0.05)
        if self.counts:
            self.xgboost("xgboost_poisson", max_depth=5, subsample=0.8, colsample_bytree=some,
                         objective="count:poisson")
        self.forest("random_forest_smooth", "random_forest", "codes", 8 if self.regression else 4, max_features=0.4)
        self.neighbours("nearest_neighbours_many", "normal", 40)
        self.network("neural_network_big", "scaled", hidden=[192, 128], dropout=0.3, decay=0.1, rate=2e-3)
        return self.found

    def xgboost(self, name, view="native", goal=None, hurry=1.0, **params):
        depth = params["max_depth"]
        depth_cost = {2: 0.5, 3: 0.6, 4: 0.7, 5: 0.85}.get(depth, 1 + 0.25 * max(0, depth - 6))
        cells = self.rows * self.columns * params["colsample_bytree"]
        rounds = int(np.clip(self.seconds / (self.outputs * (1.2e-8 * cells + 3e-4) * depth_cost), 40, 3000))
        eta = float(np.clip(10 * hurry / rounds, 0.03 * hurry, 0.3))
        self.add(name, "xgboost", view, goal, rounds=rounds, eta=eta, **params)

    def boosted(self, name, family, cost, **params):
        rounds = int(np.clip(self.seconds / (self.outputs * (cost * self.rows * self.columns + 6e-4)), 40, 1000))
        self.add(name, family, "native", rounds=rounds, learning_rate=float(np.clip(8 / rounds, 0.03, 0.3)), **params)

    def forest(self, name, family, view, leaf, max_features=None):
        cost = 4e-8 if family == "extra_trees" else 1.2e-7
        trees = self.seconds / (self.rows * np.log2(self.rows + 2) * np.sqrt(self.columns) * cost + 1e-4)
        leaf = max(leaf, self.rows // 10_000)
        nodes = 2 * self.rows / leaf * (self.classes or 1)           # at most some 100 MB for a forest
        trees = int(np.clip(trees, 60, min(400, max(60, 4e6 / nodes))))
        more = {"criterion": "entropy"} if family == "extra_trees" and not self.regression else {}
        self.add(name, family, view, n_estimators=trees, min_samples_leaf=leaf,
                 max_features=max_features or (0.5 if self.regression else "sqrt"), **more)

    def linear(self, name, view, penalties=None, goal=None):
        width = self.width * (7 if "splines" in view else 1) + (self.width ** 2 / 2 if "pairs" in view else 0)
        if self.rows * width > 1.5e7:        # at most some 300 MB in a worker
            return
        penalties = penalties or ([0.003, 0.03, 0.3, 3.0] if self.width > 50 else [0.01, 0.1, 1.0, 10.0])
        most = int(np.clip(2e9 * self.seconds / (self.rows * width * max(self.classes, 2) * 40), 60, 400))
        self.add(name, "linear", view, goal, C=penalties, **({} if self.regression else {"max_iter": most}))

    def svm(self, name, view, penalty, **params):
        if self.rows * max(1, self.width / 50) <= 8_000 * min(1.0, max(0.4, self.seconds)):
            self.add(name, "svm", view, C=penalty / 5 if self.regression else penalty, **params)

    def neighbours(self, name, view, count):
        if self.rows <= 8_000 and self.width <= 100:
            self.add(name, "nearest_neighbours", view, n_neighbors=int(min(count, self.rows // 4)))

    def discriminant(self):
        if self.width <= 150:
            self.add("quadratic_discriminant", "discriminant", "scaled", reg_param=0.01)
        if self.width <= 1000:
            self.add("linear_discriminant", "discriminant", "scaled")

    def network(self, name, view, hidden, **params):
        if self.width > 2000 or self.rows > 100_000:
            return
        inputs = self.width * 12 if "pieces" in view else self.width
        batch = 32 if self.rows < 1000 else 64 if self.rows < 3000 else 128
        sizes = [min(inputs, 1200), *hidden, self.outputs]
        weights = sum(before * after for before, after in zip(sizes, sizes[1:]))
        step = batch * 2 * 6 * weights / 6e9 + 14 * weights / 1e9 + 4e-4
        steps = int(np.clip(self.seconds / step, 200, min(4000, max(1200, 60 * self.rows / batch))))
        self.add(name, "neural_network", view, hidden=hidden, batch=batch, steps=steps, **params)
