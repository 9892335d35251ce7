"""Looks at a finished session with the sandbox's interpreter, from a folder of its own, as the referee does.

Usage: probe.py SESSION DATASET TARGET; prints one JSON object.
"""

import json
import sys
import warnings
from pathlib import Path

import cloudpickle
import numpy as np
import pandas as pd

from trainable import labels

warnings.filterwarnings("ignore")
session, dataset, target = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
raw = pd.read_csv(dataset, low_memory=False)
splits = {path.stem: pd.read_parquet(path) for path in (session / "prep/data").glob("*.parquet")}
pipeline = cloudpickle.loads((session / "prep/data/prep_pipeline.pkl").read_bytes())
rows = np.load(session / "prep/data/split.npz")
features = [name for name in splits["train"].columns if name != target]
whole = pipeline.transform(raw.drop(columns=[target]))
some = np.random.default_rng(0).permutation(len(raw))
shuffled = pipeline.transform(raw.drop(columns=[target]).iloc[some])
single = [pipeline.transform(raw.drop(columns=[target]).iloc[[place]]).to_numpy()[0] for place in some[:15]]
strange = raw.drop(columns=[target]).head(20).astype(object)
strange.loc[:] = "never seen"
empty = raw.drop(columns=[target]).head(3).copy()
empty.loc[:] = np.nan
try:
    pipeline.transform(raw.drop(columns=[target, pipeline.raw_columns[0]]))
    absent = ""
except ValueError as error:
    absent = str(error)
found = {
    "rows": {name: len(frame) for name, frame in splits.items()},
    "nulls": int(sum(frame.isna().to_numpy().sum() for frame in splits.values())),
    "one_schema": len({(tuple(frame.columns), tuple(map(str, frame.dtypes))) for frame in splits.values()}) == 1,
    "features": features,
    "output_columns_match": list(whole.columns) == features,
    "val_reproduced": bool(np.allclose(whole.iloc[rows["val"]].to_numpy(), splits["val"][features].to_numpy(),
                                       rtol=1e-9)),
    "rows_consistent": bool(np.allclose(np.array(single), whole.to_numpy()[some[:15]], rtol=1e-9, atol=0)),
    "shuffle_consistent": bool(np.allclose(shuffled.to_numpy(), whole.to_numpy()[some], rtol=1e-9, atol=0)),
    "finite_on_strange": bool(np.isfinite(pipeline.transform(strange).to_numpy()).all()),
    "finite_on_empty": bool(np.isfinite(pipeline.transform(empty).to_numpy()).all()),
    "absent_column_message": absent,
    "disjoint": len(set(rows["train"]) & set(rows["val"])) == 0,
    "shared_rows": len(pd.merge(splits["train"].drop_duplicates(), splits["val"].drop_duplicates())),
    "raw_train_rows": rows["train"].tolist(),
}
model_path = session / "train/models/model.pkl"
if model_path.exists():
    model = cloudpickle.loads(model_path.read_bytes())
    guess = model.predict(splits["val"][features])
    found["predictions"] = [str(value) for value in labels(pd.Series(guess))[:50]]
    found["first_values"] = [float(value) for value in guess[:20]] if model.classes_ is None else None
    if model.classes_ is not None:
        found["classes"] = labels(pd.Series(model.classes_)).tolist()
        found["label_kinds"] = [str(np.asarray(guess).dtype), str(splits["val"][target].dtype)]
        given = model.predict_proba(splits["val"][features])
        found["sums_to_one"] = bool(np.allclose(given.sum(axis=1), 1))
        found["shape"] = list(given.shape)
        found["first_values"] = [float(value) for value in given[:10, -1]]
print(json.dumps(found))
