# The plan is all that the search decided, as JSON: members with settings, seeds, weights and calibration, versions.
# refit() makes the same model of it again, on any machine with the same packages: nothing in it looks at a clock.
class Ensemble:
    """The weighted mean of fitted members. Takes prepared features, gives raw target values.

    classes_ holds the raw labels in the order of predict_proba's columns; it is None for regression.
    """

    def __init__(self, plan, reader, classes, fitted, goal):
        self.problem, self.reader, self.features, self.classes_ = plan["problem_type"], reader, reader.features, classes
        self.weights = [member["weight"] for member in plan["members"]]
        self.calibrations = [member["calibration"] for member in plan["members"]]
        self.names = [member["name"] for member in plan["members"]]
        self.members, self.temperature, self.class_weights = fitted, plan["temperature"], plan["class_weights"]
        self.bounds = None
        if self.problem == "regression":
            reach = 0.1 * np.ptp(goal)
            low = max(goal.min() - reach, 0.0) if goal.min() >= 0 else goal.min() - reach
            self.bounds = (float(low), float(goal.max() + reach))

    def blend(self, X):
        values = self.reader.read(X)
        return sum(weight * calibrate(sum(copy.guess(values) for copy in copies) / len(copies), calibration)
                   for weight, calibration, copies in zip(self.weights, self.calibrations, self.members))

    def predict_proba(self, X):
        if self.problem == "regression":
            raise AttributeError("a regression model has no class probabilities")
        return temper(self.blend(X), self.temperature)

    def predict(self, X):
        if self.problem == "regression":
            return np.clip(self.blend(X), *self.bounds)
        return self.classes_[decide(self.predict_proba(X), self.class_weights)]


def fit_copy(folder, member, shape, seed, rows):
    """One of the plan's members fitted on these rows of the folder's arrays."""
    warnings.filterwarnings("ignore")
    values, goal = (np.load(f"{folder}/{name}.npy", mmap_mode="r") for name in ("values", "goal"))
    config = {**member["config"], "params": member["final_params"]}
    return Member(config, *shape, seed).fit(values[rows], np.array(goal[rows]))


def plan_copies(plan, copies):
    """Write into the plan how each member is fitted in the end: once, or with several seeds where chance is part of it.

    Boosters get a few more rounds, for all working rows are more than those of a fold.
    """
    chancy = {*BOOSTERS, "neural_network"} - {"hist_gradient_boosting"}
    for member in plan["members"]:
        family, params = member["config"]["family"], member["config"]["params"]
        member["seeds"] = [plan["seed"] + number for number in range(copies if family in chancy else 1)]
        member["final_params"] = {**params, "rounds": int(1.1 * params["rounds"]) + 1} if family in BOOSTERS else params


def refit(plan, executor, reader, classes, values, goal):
    """The plan's ensemble fitted on these rows: the same plan, rows and packages give the same model to 1e-6.

    values and goal are FeatureReader's matrix and class codes (or numbers), rows in Prep's order: train, then val.
    """
    folder = tempfile.mkdtemp()
    try:
        for name, array in (("values", values), ("goal", goal)):
            np.save(f"{folder}/{name}.npy", array)
        shape = (reader.kinds, reader.levels, 0 if classes is None else len(classes))
        rows = plan_rows(plan, goal)
        futures = [[executor.submit(fit_copy, folder, member, shape, seed, rows) for seed in member["seeds"]]
                   for member in plan["members"]]
        fitted = [[future.result() for future in copies] for copies in futures]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return Ensemble(plan, reader, classes, fitted, goal)


def plan_rows(plan, goal):
    """The rows that the plan is fitted on: a seeded share of them, with all rows of rare classes."""
    if plan["row_share"] >= 1:
        return np.arange(len(goal))
    drawn = np.random.default_rng(plan["seed"]).random(len(goal)) < plan["row_share"]
    if plan["problem_type"] != "regression":
        drawn |= np.bincount(goal)[goal] < 200
    return np.flatnonzero(drawn)


def package_versions():
    """Versions of what a model is made with."""
    import platform
    from importlib import metadata
    found = {"python": platform.python_version()}
    for name in ("numpy", "pandas", "scipy", "scikit-learn", "xgboost", "lightgbm", "catboost", "cloudpickle"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
