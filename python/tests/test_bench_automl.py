"""The comparison over outer folds runs from end to end and prints what it promises."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parents[2] / "bench" / "automl"


@pytest.mark.slow
def test_a_folder_of_tables_is_compared_fold_by_fold(tmp_path, libduckdb):
    rows = ["x,kind,label"] + [f"{number % 17},{'ab'[number % 2]},{'yes' if number % 17 > 5 + number % 7 else 'no'}"
                               for number in range(200)]
    (tmp_path / "small.csv").write_text("\n".join(rows), encoding="utf-8")
    (tmp_path / "targets.csv").write_text("small.csv,label,log_loss\n", encoding="utf-8")
    done = subprocess.run([str(BENCH), str(tmp_path), "--folds", "3", "--only", "1", "--seconds", "4", "--json",
                           str(tmp_path / "found.json")], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert found["metric"] == "log_loss" and found["folds"] == 1 and found["peak_mb"] > 50
    assert found["ours"] < found["constant"]
    assert "small" in done.stdout and "Better than the best of the others" in done.stdout


@pytest.mark.parametrize(("asked", "said"), [("no/such.csv:y", "give an existing FILE:TARGET"),
                                             ("--list", "synthetic:")])
def test_what_it_needs_it_says(asked, said):
    done = subprocess.run([str(BENCH), asked], capture_output=True, text=True, timeout=60)
    assert said in done.stdout + done.stderr
