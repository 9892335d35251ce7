# Fit the preparation on train and write the prepared splits
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
    "budget_s": 3.0,
    "holdout": "host",
    "holdout_reason": None,
    "instructions": "",
    "safe": False,
}
# end of parameters
import json
import math
import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from trainable import labels, save

# include: common/facts.py

# include: common/parsing.py

# include: common/target.py

# include: common/encoders.py


ENCODED_AS = {"numeric_text": "numeric", "categorical": "levels", "high_cardinality": "levels"}


class PrepPipeline:
    """Raw columns in, numbers without nulls out (levels as codes): one row for each, whatever the other rows are."""

    def __init__(self, plan, seed):
        self.plan, self.seed = plan, seed
        self.raw_columns = list(plan)

    def make_encoders(self):
        by_kind = {}
        for name, about in self.plan.items():
            kind = "ordered" if "order" in about else about["role"]
            by_kind.setdefault(ENCODED_AS.get(kind, kind), []).append(name)
        formats = {name: about.get("date_format") for name, about in self.plan.items()}
        orders = {name: about.get("order") for name, about in self.plan.items()}
        make = {"numeric": NumberEncoder, "boolean": BooleanEncoder, "levels": LevelEncoder,
                "ordered": lambda names: RankEncoder(names, orders),
                "datetime": lambda names: DateEncoder(names, formats),
                "text": lambda names: TextEncoder(names, self.seed)}
        return [make[kind](names) for kind, names in by_kind.items()]

    def fit(self, X, y):
        self.encoders = [encoder.fit(X, y) for encoder in self.make_encoders()]
        names = [name for encoder in self.encoders for name in encoder.names]
        sources = [source for encoder in self.encoders for source in encoder.sources]
        values = np.hstack([encoder.transform(X) for encoder in self.encoders])
        self.dtype = np.float32 if values.size > 2e7 else np.float64
        varies = np.ptp(values, axis=0) > 0
        if not varies.any():
            varies[0] = True
        self.kept = np.flatnonzero(varies)
        self.features = safe_names([names[place] for place in self.kept], taken=[y.name])
        self.sources = {feature: sources[place] for feature, place in zip(self.features, self.kept)}
        self.kinds = self.describe(names)
        return self

    def describe(self, names):
        """Features that are no plain numbers: {name: {"kind": "level", "levels": n}} or {"kind": "flag", "of": …}."""
        feature_of = dict(zip(self.kept, self.features))
        kinds, first = {}, 0
        for encoder in self.encoders:
            for place, name in enumerate(encoder.names, first):
                if isinstance(encoder, LevelEncoder) and place in feature_of:
                    kinds[feature_of[place]] = {"kind": "level", "levels": len(encoder.codes[name])}
            for place, flagged in enumerate(getattr(encoder, "flagged", []), first + len(encoder.columns)):
                if place in feature_of and first + flagged in feature_of:
                    kinds[feature_of[place]] = {"kind": "flag", "of": feature_of[first + flagged]}
            first += len(encoder.names)
        return kinds

    def transform(self, X):
        absent = [name for name in self.raw_columns if name not in X.columns]
        if absent:
            raise ValueError("These columns are missing from the data: " + ", ".join(map(str, absent[:20])))
        return self.frame(np.hstack([encoder.transform(X) for encoder in self.encoders]), X.index)

    def frame(self, values, index):
        limit = np.finfo(self.dtype).max
        values = np.clip(np.nan_to_num(values[:, self.kept], copy=False), -limit, limit).astype(self.dtype)
        return pd.DataFrame(values, columns=self.features, index=index)


def safe_names(names, taken):
    """Feature names of letters, digits and underscores, unique even when case is ignored."""
    used, safe = {str(name).lower() for name in taken}, []
    for name in names:
        plain = re.sub(r"\W+", "_", str(name)).strip("_")[:80] or "column"
        candidate, number = plain, 2
        while candidate.lower() in used:
            candidate, number = f"{plain}_{number}", number + 1
        used.add(candidate.lower())
        safe.append(candidate)
    return safe


def main():
    plan = read_json("data/plan.json")
    if not plan or not Path("data/split.npz").exists():
        stop("The split is missing; run the first preparation step before this one.")
    table = read_table(PARAMS["dataset"])
    split = np.load("data/split.npz")
    target, problem = plan["target"], plan["problem_type"]
    goal = clean_target(table[target], problem)
    kept = {name: about for name, about in plan["columns"].items() if about["action"] == "keep"}
    if PARAMS["safe"]:
        kept = {name: about for name, about in kept.items() if about["role"] != "text"} or kept
    sides = {name: (table.iloc[split[name]][list(kept)], plain_target(goal.iloc[split[name]])) for name in split.files}
    original = list(table.shape)
    del table

    pipeline = PrepPipeline(kept, PARAMS["seed"])
    pipeline.fit(*sides["train"])
    prepared = {name: pipeline.transform(sides[name][0]) for name in sides}
    for name, features in prepared.items():
        whole = features.assign(**{target: sides[name][1].to_numpy()}).reset_index(drop=True)
        whole.to_parquet(f"data/{name}.parquet", index=False)
    save(pipeline, "data/prep_pipeline.pkl")

    everything = pd.concat([sides[name][1] for name in sides])
    levels = labels(everything).value_counts() if problem != "regression" else None
    levelled = [feature for feature, source in pipeline.sources.items()
                if kept[source]["role"] in ("categorical", "boolean", "high_cardinality")]
    made = {name: [feature for feature, source in pipeline.sources.items() if source == name] for name in kept}
    metadata = {
        "target_column": target, "problem_type": problem, "features": pipeline.features,
        "categorical_features": levelled,
        "numeric_features": [name for name in pipeline.features if name not in set(levelled)],
        "n_classes": None if levels is None else int(len(levels)),
        "class_distribution": None if levels is None else levels.to_dict(),
        "splits": {name: {"rows": len(prepared[name])} for name in prepared},
        "transforms": [{"column": name, "role": about["role"], "features": made[name]} for name, about in kept.items()],
        "random_seed": PARAMS["seed"], "original_shape": original, "duplicates_removed": plan["duplicates_removed"],
        "outliers_removed": 0, "rows_without_target": plan["target_missing"], "split_method": plan["how"],
        "dropped_columns": {name: about["action_reason"] for name, about in plan["columns"].items()
                            if about["action"] == "drop"},
        "feature_sources": pipeline.sources, "feature_kinds": pipeline.kinds,
        "levels": {name: list(codes)[:200] for encoder in pipeline.encoders if isinstance(encoder, LevelEncoder)
                   for name, codes in encoder.codes.items()},
    }
    if problem == "binary":
        metadata["positive_class"] = positive_of(labels(everything), PARAMS["positive_class"])
    write_json("data/metadata.json", metadata)

    print(f"{count(len(kept), 'raw column')} became {count(len(pipeline.features), 'feature')}.")
    for name in list(made)[:30]:
        shown = ", ".join(made[name][:6]) + (f", … ({len(made[name])})" if len(made[name]) > 6 else "")
        print(f"  {str(name)[:30]:<30} {kept[name]['role']:<16} → {shown or 'nothing that varies in train'}")
    print("Written: " + ", ".join(f"{name} {len(frame):,} rows" for name, frame in prepared.items())
          + ", and the pipeline.")
    finish({"n_features": len(pipeline.features), "n_raw_kept": len(kept), "train_rows": len(prepared["train"]),
            "val_rows": len(prepared["val"]), "n_classes": metadata["n_classes"],
            "n_level_columns": sum(info["kind"] == "level" for info in pipeline.kinds.values()) or None,
            "n_text_columns": sum(about["role"] == "text" for about in kept.values()) or None,
            "positive_class": metadata.get("positive_class")})


def plain_target(goal):
    """The target without nullable dtypes, as every Parquet reader returns it."""
    if str(goal.dtype) == "Int64":
        return goal.astype("int64")
    if goal.dtype == object and {type(value) for value in goal} <= {bool}:
        return goal.astype(bool)
    return goal


if __name__ == "__main__":
    main()
