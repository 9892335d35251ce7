"""The samples are what their catalogue says they are, and the same every time."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Dict, List

import pytest

PROGRAM = Path(__file__).resolve().parents[2] / "trainable_samples"
NAMES = ["breast-cancer", "messy-churn", "wine", "iris", "digits", "diabetes"]


def run(*arguments: str, code: int = 0) -> subprocess.CompletedProcess:
    done = subprocess.run([sys.executable, "-I", "-B", str(PROGRAM), *arguments], capture_output=True, text=True)
    assert done.returncode == code, done.stderr
    return done


@pytest.fixture(scope="module")
def catalogue() -> Dict[str, dict]:
    return {sample["name"]: sample for sample in json.loads(run("list").stdout)}


def written(name: str, folder: Path) -> List[Dict[str, str]]:
    path = folder / f"{name}.csv"
    run("write", name, str(path))
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def test_the_list_names_every_sample(catalogue):
    assert sorted(catalogue) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_has_the_shape_and_target_it_promises(name, catalogue, tmp_path):
    rows = written(name, tmp_path)
    promised = catalogue[name]
    assert len(rows) == promised["rows"]
    assert len(rows[0]) == promised["columns"]
    assert promised["target"] in rows[0]
    values = {row[promised["target"]] for row in rows}
    if promised["problem_type"] == "binary":
        assert len(values) == 2
    elif promised["problem_type"] == "multiclass":
        assert 2 < len(values) <= 10
    else:
        assert all(float(value) >= 0 for value in values)


def test_classes_are_named_not_numbered(tmp_path):
    assert {row["diagnosis"] for row in written("breast-cancer", tmp_path)} == {"malignant", "benign"}
    assert {row["species"] for row in written("iris", tmp_path)} == {"setosa", "versicolor", "virginica"}


def test_the_messy_one_is_the_same_every_time(tmp_path):
    run("write", "messy-churn", str(tmp_path / "a.csv"))
    run("write", "messy-churn", str(tmp_path / "b.csv"))
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_the_messy_one_is_messy(tmp_path):
    rows = written("messy-churn", tmp_path)
    assert 0.09 < sum(row["churned"] == "yes" for row in rows) / len(rows) < 0.15
    assert len({row["customer_id"] for row in rows}) < len(rows)
    assert len({row["town"] for row in rows}) > 300
    assert len({row["currency"] for row in rows}) == 1
    assert {"", "NA", "n/a", "-", "null"} <= {row["last_contact"] for row in rows}
    assert any("," in row["total_spend"] for row in rows)
    assert all(row["monthly_fee"].startswith("$") for row in rows)


def test_an_unknown_sample_is_refused_by_name(tmp_path):
    refused = run("write", "nope", str(tmp_path / "x.csv"), code=2)
    assert "nope" in refused.stderr and "iris" in refused.stderr
    run(code=2)
