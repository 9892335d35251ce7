"""serve.py as the host runs it, and how it reads values."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import cloudpickle
import numpy as np
import pandas as pd
import pytest

import trainable
from predictor import columns as raw
from predictor.novelty import Profile, Seen

cloudpickle.register_pickle_by_value(sys.modules[__name__])

SCRIPT = Path(__file__).resolve().parent.parent / "predictor" / "serve.py"
ROWS = 300


class Pipeline:
    def transform(self, rows):
        return pd.DataFrame({"age": rows["age"].to_numpy(dtype=float), "lima": (rows["city"] == "Lima").to_numpy()})


class Model:
    classes_ = np.array(["no", "yes"])

    def predict_proba(self, rows):
        print("noise on standard output")
        yes = 1 / (1 + np.exp(-(rows["age"].to_numpy() - 50) / 10 + rows["lima"].to_numpy()))
        return np.column_stack([1 - yes, yes])

    def predict(self, rows):
        return self.classes_[self.predict_proba(rows).argmax(axis=1)]


def working(rows=ROWS, seed=3, least=18):
    random = np.random.default_rng(seed)
    return pd.DataFrame({"age": random.integers(least, 80, rows), "city": random.choice(["Lima", "Oslo"], rows),
                         "paid": random.choice([True, False], rows), "note": [f"text {row}" for row in range(rows)],
                         "target": random.choice(["no", "yes"], rows)})


@pytest.fixture
def server(tmp_path):
    working().to_csv(tmp_path / "working.csv", index=False)
    trainable.save(Pipeline(), tmp_path / "pipeline.pkl")
    trainable.save(Model(), tmp_path / "model.pkl")
    os.mkfifo(tmp_path / "requests")
    process = subprocess.Popen(
        [sys.executable, "-I", SCRIPT, "--requests", tmp_path / "requests", "--working", tmp_path / "working.csv",
         "--target", "target", "--pipeline", tmp_path / "pipeline.pkl", "--model", tmp_path / "model.pkl",
         "--problem-type", "binary", "--positive", "yes"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    with os.fdopen(os.open(tmp_path / "requests", os.O_RDWR), "wb", buffering=0) as requests:
        facts = json.loads(process.stdout.readline())

        def ask(names, rows, **more):
            request = {"do": "predict", "names": names, "rows": rows, "first": 1, "stream": "s", "last": True, **more}
            (tmp_path / "request.json").write_text(json.dumps(request))
            requests.write(json.dumps({"id": 7, "file": "request.json"}).encode() + b"\n")
            return json.loads(process.stdout.readline())
        yield facts, ask
    process.wait(30)
    process.stdout.close()


def test_a_row_is_predicted_explained_and_compared(server):
    facts, ask = server
    assert facts["ready"] and facts["classes"] == ["no", "yes"]
    assert [column["kind"] for column in facts["columns"]] == ["whole", "text", "truth", "text"]
    answer = ask(["city", "age", "paid", "note"], [["Lima", "60", True, "x"]], explain=1)
    assert answer["id"] == 7 and answer["prediction"] == ["no"]
    explained = answer["explanations"][0]
    assert explained["value"] == pytest.approx(answer["probabilities"][0][1])
    assert sum(item["effect"] for item in explained["columns"]) == pytest.approx(explained["value"] - explained["base"])
    assert {item["column"]: item["effect"] for item in explained["columns"]}["note"] == 0
    assert answer["novelty"]["columns"] == []


def test_columns_that_nothing_depends_on_need_not_be_sent(server):
    _, ask = server
    answer = ask(["city", "age"], [["Oslo", 60]])
    assert answer["prediction"] == ["yes"] and answer["filled"] == ["paid", "note"]
    problems = ask(["city", "paid"], [["Oslo", "perhaps"]])["problems"]
    assert [(problem["code"], problem["column"], problem["row"]) for problem in problems] == [
        ("column_missing", "age", None), ("mistyped", "paid", 1)]


@pytest.mark.parametrize("values, cells, expected", [
    ([1, 2], ["3", 4, "5.0"], [3, 4, 5]),
    ([1, 2], ["", None], [np.nan, np.nan]),
    ([1.5, 2], ["1e3", " 7 "], [1000.0, 7.0]),
    (["a", "b"], [7.0, "NA", "007"], ["7", np.nan, "007"]),
    ([True, False], ["true", False], [True, False]),
])
def test_values_are_read_as_the_working_rows_were(values, cells, expected):
    column = raw.learn(pd.DataFrame({"c": values}))
    table = raw.read(column, ["c"], [[cell] for cell in cells], 1).table
    pd.testing.assert_series_equal(table["c"], pd.Series(expected, name="c"))


@pytest.mark.parametrize("values, cell", [([1, 2], "1_000"), ([1, 2], True), ([1, 2], "inf"), ([1.5], "1,5"),
                                          ([True, False], "maybe"), ([True, False], 1)])
def test_a_value_of_another_type_is_a_problem(values, cell):
    read = raw.read(raw.learn(pd.DataFrame({"c": values})), ["c"], [[cell]], 5)
    assert [(problem.code, problem.column, problem.row) for problem in read.problems] == [("mistyped", "c", 5)]


def drifted(new):
    table = working().drop(columns="target")
    profiles = [Profile(column, table[column.name]) for column in raw.learn(table)]
    seen = Seen(profiles)
    for start in range(0, len(new), 70):
        seen.add(profiles, new.iloc[start:start + 70])
    return [column["column"] for column in seen.verdict(profiles)["columns"] if column["drifted"]]


def test_data_of_the_same_kind_has_seldom_drifted():
    assert sum(len(drifted(working(rows, seed))) for seed in range(10, 35) for rows in (100, 400)) == 0


def test_data_that_moved_has_drifted():
    assert drifted(working(150, 8, least=55)) == ["age"]
    moved = working(150, 8)
    moved["city"] = "Oslo"
    assert drifted(moved) == ["city"]
