# Folds as new rows will come: by rows, by whole groups, or forward in time, as the split of train and val was made.
def raw_column(name, rows):
    """One raw column of train's rows, in their order; None where it is not there or Prep left no record of its rows."""
    record = Path("../prep/data/split.npz")
    if name is None or not record.exists():
        return None
    places, path = np.load(record)["train"], str(PARAMS["dataset"])
    if len(places) != rows:
        return None
    if path.lower().endswith((".parquet", ".pq")):
        table = pd.read_parquet(path)
    elif name in pd.read_csv(path, nrows=0).columns:
        table = pd.read_csv(path, usecols=[name], low_memory=False)
    else:
        return None
    return table[name].iloc[places].reset_index(drop=True) if name in table.columns else None


def read_fold_keys(rows):
    """What folds are made by: {"group": codes} or {"time": numbers, NaN where unknown}, or {} for single rows."""
    times = raw_column(PARAMS["time_column"], rows)
    if times is not None:
        if pd.api.types.is_numeric_dtype(times):
            return {"time": as_numbers(times).to_numpy()}
        date_format = "native" if pd.api.types.is_datetime64_any_dtype(times) else date_format_of(
            as_text(times).dropna().drop_duplicates().tolist()[:2000])
        numbers = as_dates(times, date_format) if date_format else as_numbers(times)
        if date_format:
            numbers = numbers.astype("int64").where(numbers.notna())
        return {"time": numbers.to_numpy(dtype=float)} if numbers.notna().sum() > 1 else {}
    groups = raw_column(PARAMS["group_column"], rows)
    return {} if groups is None else {"group": pd.factorize(as_text(groups).fillna(""))[0]}


def make_folds(goal, problem, count, seed, keys):
    """(fold of every row, how, whether a fold is learnt from earlier folds only). Fold -1 is always learnt from."""
    if "group" in keys:
        fold = group_folds(goal, problem, count, keys["group"])
        if fold is not None:
            return fold, f"whole groups of {PARAMS['group_column']} in one fold", False
    if "time" in keys:
        fold = time_folds(goal, problem, count, keys["time"])
        if fold is not None:
            return fold, f"forward in time by {PARAMS['time_column']}, each fold learnt from earlier rows only", True
    return row_folds(goal, problem, count, seed, keys.get("copies")), "by rows", False


def row_folds(goal, problem, count, seed, copies=None):
    """Stratified by class or by the target's order; rows of classes too rare for every fold are always learnt from.

    copies holds a key for each row: rows of one key share a fold, unless that leaves the folds or a class lopsided.
    """
    random = np.random.default_rng(seed)
    fold = np.full(len(goal), -1)
    if problem == "regression":
        order = np.argsort(np.argsort(goal, kind="stable") // count * count + random.permutation(len(goal)) / len(goal))
        fold[order] = np.arange(len(goal)) % count
    else:
        for label in np.unique(goal):
            rows = random.permutation(np.flatnonzero(goal == label))
            if len(rows) >= count:
                fold[rows] = (np.arange(len(rows)) + random.integers(count)) % count
    if copies is None:
        return fold
    together = pd.Series(fold).groupby(copies).transform("first").to_numpy()
    sizes = np.bincount(together[together >= 0], minlength=count)
    if sizes.min() < 0.5 * len(goal) / count:
        return fold
    spared = known_classes(together, goal, problem, lambda number: together != number)
    return fold if spared is None or spared.max() + 1 < count else spared


def group_folds(goal, problem, count, groups):
    """No group in two folds, classes in proportion; None with fewer than two groups."""
    from sklearn.model_selection import GroupKFold, StratifiedGroupKFold
    count = min(count, len(np.unique(groups)))
    if count < 2:
        return None
    splitter = GroupKFold(count) if problem == "regression" else StratifiedGroupKFold(count)
    fold = np.full(len(goal), -1)
    for number, (_, inside) in enumerate(splitter.split(goal, goal, groups)):
        fold[inside] = number
    return known_classes(fold, goal, problem, lambda number: fold != number)


def time_folds(goal, problem, count, times):
    """Blocks of equal size, later ones higher; the earliest is -1. Equal times share one. None without two blocks."""
    place = pd.Series(times).rank(method="max", na_option="top").to_numpy() / len(times)
    block = np.minimum(np.ceil(place * (count + 1) - 1e-9).astype(int) - 1, count)
    fold = np.unique(block, return_inverse=True)[1] - 1
    return None if fold.max() < 0 else known_classes(fold, goal, problem, lambda number: fold < number)


def known_classes(fold, goal, problem, learnt_from):
    """Rows of a class that some fold could not learn are always learnt from: models need every class's code."""
    if problem == "regression":
        return fold
    unlearnt = set()
    for number in range(fold.max() + 1):
        unlearnt |= set(np.unique(goal)) - set(np.unique(goal[learnt_from(number)]))
    spared = np.where(np.isin(goal, list(unlearnt)), -1, fold)
    scored = np.unique(spared[spared >= 0])
    if not len(scored) or len(np.unique(goal[spared >= 0])) < 2:
        return None
    return np.where(spared < 0, -1, np.searchsorted(scored, spared))
