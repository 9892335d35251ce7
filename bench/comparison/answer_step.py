"""Loads the pipeline and the model that a fold's playbooks left, and writes their answers for features.csv."""

import json
import sys
from pathlib import Path

import cloudpickle
import numpy as np
import pandas as pd

folder, classes = Path(sys.argv[1]), json.loads(sys.argv[2])
pipeline = cloudpickle.loads((folder / "prep/data/prep_pipeline.pkl").read_bytes())
model = cloudpickle.loads((folder / "train/models/model.pkl").read_bytes())
rows = pd.read_csv(folder / "features.csv", low_memory=False)
features = pipeline.transform(rows)
if classes is None:
    np.savez(folder / "answers.npz", guess=model.predict(features))
else:
    place = {label: number for number, label in enumerate(classes)}
    given = model.predict_proba(features)
    guess = np.zeros((len(rows), len(classes)))
    guess[:, [place[str(label)] for label in model.classes_]] = given
    chosen = np.array([place[str(label)] for label in model.predict(features)])
    np.savez(folder / "answers.npz", guess=guess, chosen=chosen)
