class FeatureReader:
    """How models read prepared features: numbers (missing again where a flag says so), codes of levels, and flags.

    Columns of text, which a preparation other than ours may leave, get codes here; an unknown level is missing.
    """

    def __init__(self, frame, kinds):
        self.features = list(frame.columns)
        place = {name: number for number, name in enumerate(self.features)}
        self.words, self.kinds, self.levels, self.flag_of = {}, [], [], {}
        for name in self.features:
            about = kinds.get(name, {"kind": "number"})
            if not (pd.api.types.is_numeric_dtype(frame[name]) or pd.api.types.is_bool_dtype(frame[name])):
                counts = frame[name].astype(str).value_counts()
                ranked = sorted(counts.index, key=lambda level: (-counts[level], level))
                self.words[name] = {level: float(code) for code, level in enumerate(ranked)}
                about = {"kind": "level", "levels": len(ranked)}
            self.kinds.append(about["kind"])
            self.levels.append(int(about.get("levels", 0)))
            if about["kind"] == "flag" and about["of"] in place:
                self.flag_of[place[name]] = place[about["of"]]

    def read(self, table):
        """A float32 matrix, NaN where a number or a level is missing."""
        if not hasattr(table, "columns"):
            table = pd.DataFrame(np.asarray(table), columns=self.features)
        if self.words:
            table = table.assign(**{name: table[name].astype(str).map(codes) for name, codes in self.words.items()})
        values = table[self.features].to_numpy(dtype=np.float32)
        for flag, place in self.flag_of.items():
            values[values[:, flag] > 0.5, place] = np.nan
        levels = [place for place, kind in enumerate(self.kinds) if kind == "level"]
        values[:, levels] = np.where(values[:, levels] < 0, np.nan, values[:, levels])
        return values


def load_prepared():
    """Prep's output for training: features and targets of train and val, with class codes 0..K-1 for labels.

    For two classes the positive class has code 1.
    """
    about = read_json("../prep/data/metadata.json")
    if not about:
        stop("../prep/data/metadata.json is missing; run preparation first.")
    target, problem = about["target_column"], PARAMS["problem_type"] or about["problem_type"]
    train, val = (pd.read_parquet(f"../prep/data/{name}.parquet") for name in ("train", "val"))
    features = [name for name in train.columns if name != target]
    data = {"about": about, "target": target, "problem": problem, "features": features,
            "metric": main_metric(PARAMS["metric"], problem), "classes": None,
            "reader": FeatureReader(train[features], about.get("feature_kinds") or {})}
    goals = {"train": train[target], "val": val[target]}
    if problem != "regression":
        classes = np.array(sorted(set(goals["train"]) | set(goals["val"])), dtype=train[target].dtype)
        if problem == "binary" and len(classes) == 2:
            positive = PARAMS["positive_class"] or about.get("positive_class")
            if str(labels(pd.Series(classes)).iloc[0]) == str(positive):
                classes = classes[::-1]
        data["classes"] = classes
        codes = {label: code for code, label in enumerate(classes)}
        goals = {name: goal.map(codes).to_numpy(dtype=np.int64) for name, goal in goals.items()}
    for name, frame in (("train", train), ("val", val)):
        kind = float if problem == "regression" else np.int64
        data[name] = (frame[features], np.asarray(goals[name], dtype=kind))
    return data
