"""importance.py as the host runs it: shuffled columns, no target anywhere."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import cloudpickle
import numpy as np
import pandas as pd
import pytest

import trainable
from referee import importance

pytestmark = pytest.mark.usefixtures("libduckdb")
cloudpickle.register_pickle_by_value(sys.modules[__name__])

SCRIPT = Path(__file__).resolve().parent.parent / "referee" / "importance.py"
ROWS = 60


class Pipeline:
    def transform(self, rows):
        return rows[["age", "noise"]].astype(float)


class Model:
    classes_ = np.array(["no", "yes"])

    def predict_proba(self, rows):
        yes = 1 / (1 + np.exp(-(rows["age"].to_numpy() - 30) / 10))
        return np.column_stack([1 - yes, yes])

    def predict(self, rows):
        return self.classes_[self.predict_proba(rows).argmax(axis=1)]


class Broken(Model):
    def predict(self, rows):
        return super().predict(rows)[1:]


@pytest.fixture
def place(tmp_path, libduckdb, monkeypatch):
    monkeypatch.setenv("LIBDUCKDB", str(libduckdb))
    pd.DataFrame({"age": range(ROWS), "noise": [3] * ROWS}).to_csv(tmp_path / "features.csv", index=False)
    trainable.save(Pipeline(), tmp_path / "pipeline.pkl")
    trainable.save(Model(), tmp_path / "model.pkl")
    return tmp_path


def measure(place, *more):
    """-> (exit code, result, the file's rows or None)"""
    done = subprocess.run(
        [sys.executable, SCRIPT, "--pipeline", place / "pipeline.pkl", "--model", place / "model.pkl", "--features",
         place / "features.csv", "--problem-type", "binary", "--repeats", "2", "--out", place / "out", *more],
        capture_output=True, text=True, timeout=120)
    file = place / "out" / "importance.parquet"
    return (done.returncode, json.loads((place / "out" / "result.json").read_text()),
            pd.read_parquet(file) if file.exists() else None)


def test_only_the_column_that_the_model_uses_changes_predictions(place):
    code, result, table = measure(place)
    assert code == 0 and result["columns"] == ["age", "noise"] and result["classes"] == ["no", "yes"]
    blocks = [block.reset_index(drop=True) for _, block in table.groupby("block")]
    assert len(blocks) == 1 + 2 * 2
    assert all((block["p1"] != blocks[0]["p1"]).any() for block in blocks[1:3])
    assert all((block["p1"] == blocks[0]["p1"]).all() for block in blocks[3:])


def test_rows_left_out_and_rows_beyond_the_limit_are_not_predicted(place):
    (place / "left.json").write_text("[0, 5]")
    _, result, table = measure(place, "--left-out", place / "left.json", "--rows", "10")
    assert len(result["chosen"]) == 10 and (table["block"] == 0).sum() == 10
    kept = pd.read_csv(place / "features.csv").drop(index=[0, 5]).reset_index(drop=True)
    expected = Model().predict_proba(kept.iloc[result["chosen"]])[:, 1]
    assert np.allclose(table.loc[table["block"] == 0, "p1"], expected)


WIDE = [f"c{number}" for number in range(23)]


class Wide:
    def transform(self, rows):
        return rows[WIDE].astype(float)


class Weights:
    """Column ``c`` n adds n + 1 to the prediction where it is 1."""

    def predict(self, rows):
        return rows.to_numpy() @ (1.0 + np.arange(len(WIDE)))


def test_many_columns_at_once_are_each_shuffled_alone(place):
    random = np.random.default_rng(1)
    pd.DataFrame({name: random.integers(0, 2, ROWS) for name in WIDE}).to_csv(place / "features.csv", index=False)
    trainable.save(Wide(), place / "pipeline.pkl")
    trainable.save(Weights(), place / "model.pkl")
    _, result, table = measure(place, "--problem-type", "regression")
    assert result["columns"] == WIDE
    blocks = [block["prediction"].to_numpy() for _, block in table.groupby("block")]
    assert len(blocks) == 1 + 2 * len(WIDE)
    for number in range(len(WIDE)):
        for block in blocks[1 + 2 * number:3 + 2 * number]:
            moved = np.abs(block - blocks[0])
            assert set(np.round(moved, 6)) == {0, number + 1}


def test_columns_are_tried_more_at_a_time_while_there_is_time(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(importance.time, "monotonic", lambda: clock[0])
    tried = []
    for first, count in importance.batches(rows=100, columns=40, repeats=3, deadline=10):
        tried.append((first, count))
        clock[0] += 0.5 + 0.1 * count
    assert tried[:4] == [(0, 1), (1, 2), (3, 4), (7, 8)]
    assert sum(count for _, count in tried) == 40
    assert max(count for _, count in importance.batches(100_000, 40, 3, deadline=10)) == 1


def test_when_time_is_up_the_columns_so_far_are_given(place):
    _, result, table = measure(place, "--seconds", "0")
    assert result["columns"] == [] and result["all_columns"] == 2 and set(table["block"]) == {0}


def test_a_model_whose_predictions_do_not_fit_is_an_error(place):
    trainable.save(Broken(), place / "model.pkl")
    code, result, table = measure(place)
    assert code == 1 and "59 values for 60 rows" in result["error"] and table is None
