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
            "metric": main_metric(PARAMS["metric"], problem), "classes": None}
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
        data[name] = (frame[features].astype(np.float32), np.asarray(goals[name], dtype=kind))
    return data
