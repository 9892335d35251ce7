"""The step scripts themselves: format, style, and the same result twice."""

from __future__ import annotations

import ast
import json
import re
import subprocess

import pytest

from playbook_runner import BOOK, DEFAULTS, PLAYBOOKS, PYTHON, render

FILES = [entry["file"] for entries in BOOK.values() for entry in entries]


def test_the_playbook_lists_every_step_in_order():
    found = sorted(str(path.relative_to(PLAYBOOKS)) for stage in BOOK for path in (PLAYBOOKS / stage).glob("*.py"))
    assert sorted(FILES) == found
    for entries in BOOK.values():
        assert [entry["file"] for entry in entries] == sorted(entry["file"] for entry in entries)
        assert sum(entry["budget_share"] for entry in entries) == pytest.approx(1.0)


@pytest.mark.parametrize("file", FILES)
def test_a_step_names_itself_and_holds_the_common_parameters(file):
    lines = (PLAYBOOKS / file).read_text(encoding="utf-8").splitlines()
    assert re.match(r"# \w{3,}", lines[0])
    assert lines[1] == "PARAMS = {" and "# end of parameters" in lines
    block = "\n".join(lines[1:lines.index("# end of parameters")])
    assert set(ast.literal_eval(block.removeprefix("PARAMS = "))) == set(DEFAULTS)


@pytest.mark.parametrize("file", [*FILES, "verify/refit_plan.py", "verify/refit_model.py"])
def test_a_rendered_step_stands_alone_and_is_clean(file, tmp_path):
    text = render(file, DEFAULTS)
    assert "# include:" not in text
    imported = {name.split(".")[0] for node in ast.walk(ast.parse(text)) for name in
                ([alias.name for alias in node.names] if isinstance(node, ast.Import) else
                 [node.module] if isinstance(node, ast.ImportFrom) else [])}
    assert not imported & {"playbooks", "common"}
    script = tmp_path / "step.py"
    script.write_text(text, encoding="utf-8")
    # Parameters come before imports (E402), the host formats them (E128), includes bring one blank line (E302).
    done = subprocess.run([PYTHON, "-m", "flake8", "--max-line-length", "120", "--extend-ignore",
                           "E402,E128,E302,E305,F401",
                           str(script)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_the_same_seed_gives_the_same_preparation(finished):
    first, _ = finished("messy")
    second, _ = finished("messy", ("eda", "prep"))
    for path in ("prep/data/metadata.json", "prep/report.md", "eda/report.md"):
        assert first.text(path) == second.text(path)
    train = first.folder / "prep/data/train.parquet"
    assert train.stat().st_size == (second.folder / "prep/data/train.parquet").stat().st_size


def test_a_finished_model_is_made_again_from_its_plan(finished):
    session, _ = finished("tiny")
    step = session.run_step("verify/refit_plan.py", stage="train", safe=True)
    assert step.code == 0, step.errors
    assert step.facts["verified"] and step.facts["max_difference"] <= 1e-6
    path = session.folder / "train/data/plan.json"
    kept = path.read_text(encoding="utf-8")
    plan = json.loads(kept)
    plan["members"][0]["weight"] *= 1.01
    path.write_text(json.dumps(plan), encoding="utf-8")
    try:
        assert session.run_step("verify/refit_plan.py", stage="train", safe=True).code == 1
    finally:
        path.write_text(kept, encoding="utf-8")


@pytest.mark.slow
def test_the_final_fit_repeats_from_its_plan(finished):
    session, steps = finished("wine")
    # In a process of its own, as a person would run the saved script later.
    again = session.run_step("train/03_final_model.py", alone=True)
    assert again.facts["val_metrics"] == steps["train/03_final_model.py"].facts["val_metrics"]
