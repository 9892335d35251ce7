"""Every trap in the messy datasets is seen by EDA and dealt with by Prep."""

from __future__ import annotations

import pytest

from datasets import make
from playbook_runner import Session

# What they look at takes whole runs over messy tables.
pytestmark = pytest.mark.slow

PREP = ("eda", "prep")


@pytest.mark.parametrize(("column", "role"), [
    ("customer_id", "id"), ("row", "id"), ("price, in $", "numeric_text"), ("blank number", "numeric_text"),
    ("share", "numeric_text"), ("signed up", "datetime"), ("seen at", "datetime"), ("aktiv?", "boolean"),
    ("city", "high_cardinality"), ("colour", "categorical"), ("note", "text"), ("empty", "all_missing"),
    ("always", "constant"), ("leaky", "leak"), ("outcome", "target"), ("half empty", "numeric")])
def test_a_column_gets_its_role(column, role, finished):
    findings = finished("messy")[0].json("eda/data/findings.json")
    assert findings["columns"][column]["role"] == role, findings["columns"][column]


def test_useless_columns_and_leaks_are_dropped_with_reasons(finished):
    session, _ = finished("messy")
    dropped = session.json("prep/data/metadata.json")["dropped_columns"]
    assert set(dropped) == {"customer_id", "row", "empty", "always", "leaky", "colour copy"}
    assert all(len(reason) > 10 for reason in dropped.values())
    report = session.text("prep/report.md")
    assert all(name in report for name in dropped)
    assert "Leak dropped" in report


def test_natural_order_gives_ranks(finished):
    columns = finished("messy")[0].json("eda/data/findings.json")["columns"]
    assert columns['größe "quoted"']["order"] == ["small", "medium", "large"]


def test_rows_without_target_are_left_out_and_duplicates_leave_train_only(finished):
    metadata = finished("messy")[0].json("prep/data/metadata.json")
    assert metadata["rows_without_target"] == 8
    assert 0 < metadata["duplicates_removed"] <= 20


def test_a_target_written_as_text_becomes_numbers_for_regression(finished, probed):
    session, _ = finished("messy_regression")
    assert session.json("prep/data/metadata.json")["problem_type"] == "regression"
    assert max(abs(value) for value in probed("messy_regression")["first_values"]) > 100


def test_float_coded_labels_come_back_as_whole_numbers(probed):
    assert probed("tiny")["classes"] in (["1", "2"], ["2", "1"])


def test_classes_of_one_or_two_members_are_kept(finished):
    metadata = finished("rare")[0].json("prep/data/metadata.json")
    assert metadata["class_distribution"]["6"] == 1
    assert metadata["class_distribution"]["7"] == 2


def test_imbalance_is_handled_and_said(finished):
    session, _ = finished("imbalanced")
    metadata = session.json("train/data/metadata.json")
    assert "to 1" in metadata["class_imbalance_strategy"]
    assert metadata["val_metrics"]["recall"] > 0


@pytest.mark.parametrize(("kind", "target"), [("breast_cancer", "target"), ("wine", "target"), ("messy", "outcome"),
                                              ("imbalanced", "flag")])
def test_the_target_is_inferred_and_explained(kind, target, tmp_path):
    session = Session(tmp_path, make(kind, tmp_path))
    facts = session.run_step("eda/01_profile.py").facts
    assert facts["target"] == target
    assert facts["target_reason"].startswith("chosen by")
    assert facts["target_runner_up"]


def test_a_wrong_target_ends_with_a_clear_sentence(tmp_path):
    step = Session(tmp_path, make("wine", tmp_path), {"target": "no such"}).run_step("eda/01_profile.py")
    assert step.code == 1
    assert "is not a column" in step.output and not step.errors


def test_groups_stay_together(finished, probed, tmp_path):
    session, _ = finished("duplicated", ("prep",), group_column="group")
    groups = [line.split(",")[4] for line in session.text("duplicated.csv").splitlines()[1:]]
    train = set(probed("duplicated", ("prep",), group_column="group")["raw_train_rows"])
    sides = {}
    for row, group in enumerate(groups):
        sides.setdefault(group, set()).add(row in train)
    assert all(len(side) == 1 for side in sides.values())
    assert "group" in session.json("prep/data/metadata.json")["dropped_columns"]


def test_a_time_split_holds_back_the_latest_rows(probed, finished):
    train = probed("duplicated", ("prep",), time_column="when")["raw_train_rows"]
    assert max(row % 300 for row in train) < 300 * 0.87     # later rows are copies of the first
    assert "by time" in finished("duplicated", ("prep",), time_column="when")[0].text("prep/report.md")


def test_the_agents_holdout_writes_three_splits(probed):
    rows = probed("duplicated", ("prep",), holdout="agent")["rows"]
    assert set(rows) == {"train", "val", "test"}
    assert rows["test"] > 30


def test_prep_works_without_findings_and_in_safe_mode(finished, probed):
    found = probed("messy", ("prep",), safe=True)
    assert found["nulls"] == 0 and found["val_reproduced"]


def test_asked_for_columns_are_dropped(finished):
    session, _ = finished("duplicated", ("prep",), drop_columns=["z"])
    assert "z" in session.json("prep/data/metadata.json")["dropped_columns"]
