"""Train on what another agent's Prep left: only the contract is kept, with columns of text and the least of metadata."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import trainable  # noqa: F401 (to_parquet without pyarrow)
from playbook_runner import Session


@pytest.mark.slow
def test_train_takes_a_prep_that_only_keeps_the_contract(tmp_path: Path) -> None:
    chance = np.random.default_rng(7)
    rows = 240
    table = pd.DataFrame({"size": chance.normal(size=rows), "colour": chance.choice(["red", "blue", "green"], rows),
                          "flag": chance.integers(0, 2, rows).astype(bool)})
    goal = table["size"] + (table["colour"] == "red") + chance.normal(scale=0.3, size=rows) > 0.4
    table["bought"] = np.where(goal, "yes", "no")
    data = tmp_path / "prep" / "data"
    data.mkdir(parents=True)
    table[:200].to_parquet(data / "train.parquet", index=False)
    table[200:].to_parquet(data / "val.parquet", index=False)
    (data / "metadata.json").write_text(json.dumps({"target_column": "bought", "problem_type": "binary"}),
                                        encoding="utf-8")
    raw = tmp_path / "data.csv"
    table.to_csv(raw, index=False)
    steps = Session(tmp_path, raw).run("train", target="bought")
    assert steps["train/03_final_model.py"].facts["val_score"] > 0.85
    assert (tmp_path / "train" / "models" / "model.pkl").stat().st_size > 0
    assert (tmp_path / "train" / "report.md").read_text(encoding="utf-8").strip()
