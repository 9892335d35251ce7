"""Images, tables, confusion matrices and curves as records."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import trainable


@pytest.fixture
def record(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    def last():
        return json.loads(capsys.readouterr().out.splitlines()[-1])["rich_log"]

    return last


def test_a_confusion_matrix_counts_truth_by_row(record):
    trainable.log_confusion("Validation", np.array(["yes", "no", "no", "yes"]), ["yes", "yes", "no", "yes"], run="tree")
    assert record() == {"kind": "confusion", "name": "Validation", "step": None, "run": "tree",
                        "data": {"labels": ["no", "yes"], "matrix": [[1, 1], [0, 2]]}}
    trainable.log_confusion("Validation", [1, 0], [1, 1], labels=[1, 0], step=np.int64(3))
    assert record()["data"] == {"labels": ["1", "0"], "matrix": [[1, 0], [1, 0]]}


def test_a_curve_keeps_its_ends_when_it_is_thinned(record):
    trainable.log_curve("ROC", np.linspace(0, 1, 5000), np.linspace(0, 1, 5000) ** 2, x_label="false", y_label="true")
    data = record()["data"]
    assert len(data["x"]) == len(data["y"]) == 1000 and (data["x"][0], data["x"][-1]) == (0.0, 1.0)
    assert (data["x_label"], data["y_label"]) == ("false", "true")
    trainable.log_curve("gap", [0, 1, 2], [0, float("nan"), 2])
    assert record()["data"]["x"] == [0.0, 2.0]


@pytest.mark.parametrize("table", [
    pd.DataFrame({"a": [1, 2], "b": ["x", None], "c": [0.5, float("nan")]}),
    {"a": [1, 2], "b": ["x", None], "c": [0.5, float("nan")]},
    [{"a": 1, "b": "x", "c": 0.5}, {"a": 2}],
])
def test_a_table_comes_as_columns_and_rows(record, table):
    trainable.log_table("Worst", table)
    assert record()["data"] == {"columns": ["a", "b", "c"], "rows": [[1, "x", 0.5], [2, None, None]], "total_rows": 2,
                                "total_columns": 3}


def test_a_large_table_is_cut_to_what_one_line_may_hold(record):
    trainable.log_table("Big", pd.DataFrame({f"c{n}": ["x" * 500] * 1000 for n in range(80)}))
    data = record()["data"]
    assert (data["total_rows"], data["total_columns"], len(data["columns"])) == (1000, 80, 50)
    assert 1 <= len(data["rows"]) < 200 and len(json.dumps(data)) <= 200_000


def test_an_image_is_a_file_and_the_record_says_where(record, tmp_path):
    path = trainable.log_image("Heat map", np.random.default_rng(1).random((4, 6)), step=2, caption="warm")
    told = record()
    assert path == told["data"]["path"] == "figures/heat_map.png" and (tmp_path / path).read_bytes()[1:4] == b"PNG"
    assert told["step"] == 2 and told["data"]["caption"] == "warm"
    assert trainable.log_image("Again", path) == path
    from matplotlib.figure import Figure
    assert trainable.log_image("Figure", Figure(figsize=(1, 1)), run="a") == "figures/figure_a.png"


@pytest.mark.parametrize(("call", "error"), [
    (lambda: trainable.log_image("x", "/etc/passwd"), ValueError),
    (lambda: trainable.log_image("x", "none.png"), FileNotFoundError),
    (lambda: trainable.log_image("x", np.zeros((2, 2, 7))), TypeError),
    (lambda: trainable.log_table("x", 5), TypeError),
    (lambda: trainable.log_table("x", {"a": [1], "b": []}), ValueError),
    (lambda: trainable.log_confusion("x", [1], [1, 2]), ValueError),
    (lambda: trainable.log_confusion("x", range(200), range(200)), ValueError),
    (lambda: trainable.log_curve("x", [1], [1, 2]), ValueError),
    (lambda: trainable.log_curve("", [1], [1]), TypeError),
    (lambda: trainable.log_curve("x", [1], [1], step="one"), TypeError),
])
def test_what_does_not_fit_is_an_error_that_says_so(record, call, error):
    with pytest.raises(error):
        call()
