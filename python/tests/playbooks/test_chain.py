"""EDA, Prep and Train run one after the other, and what they leave behind keeps the pipeline contract."""

from __future__ import annotations

import pytest

# Each is a whole run of the three stages; the smallest one is quick enough for every day.
QUICK = "tiny"
WHOLE = ["breast_cancer", "wine", "diabetes", "messy", "messy_regression", "tiny", "rare", "imbalanced"]
PREP_KEYS = {"target_column", "problem_type", "features", "categorical_features", "numeric_features", "n_classes",
             "class_distribution", "splits", "transforms", "random_seed", "original_shape", "duplicates_removed",
             "outliers_removed"}
TRAIN_KEYS = {"best_model", "best_model_params", "models_evaluated", "val_metrics", "feature_importance",
              "class_imbalance_strategy", "tuning_method", "tuning_trials", "random_seed"}


def kinds(*left_out):
    return [kind if kind == QUICK else pytest.param(kind, marks=pytest.mark.slow)
            for kind in WHOLE if kind not in left_out]


@pytest.mark.parametrize("kind", kinds())
def test_prepared_data_keeps_the_contract(kind, finished, probed):
    session, _ = finished(kind)
    found = probed(kind)
    metadata = session.json("prep/data/metadata.json")
    assert PREP_KEYS <= set(metadata)
    assert found["nulls"] == 0
    assert found["one_schema"] and found["output_columns_match"]
    assert found["features"] == metadata["features"]
    assert sorted(metadata["categorical_features"] + metadata["numeric_features"]) == sorted(found["features"])
    assert len({name.lower() for name in found["features"]}) == len(found["features"])
    assert all(name.replace("_", "a").isalnum() for name in found["features"])
    assert found["disjoint"] and found["shared_rows"] == 0
    assert {name: split["rows"] for name, split in metadata["splits"].items()} == found["rows"]
    assert 0.12 < found["rows"]["val"] / sum(found["rows"].values()) < 0.24


@pytest.mark.parametrize("kind", kinds())
def test_the_pipeline_is_a_function_of_one_row(kind, probed):
    found = probed(kind)
    assert found["val_reproduced"]
    assert found["rows_consistent"] and found["shuffle_consistent"]
    assert found["finite_on_strange"] and found["finite_on_empty"]
    assert "missing from the data" in found["absent_column_message"]


@pytest.mark.parametrize("kind", kinds("tiny"))
def test_the_model_beats_the_constant_answer(kind, finished):
    session, steps = finished(kind)
    metadata = session.json("train/data/metadata.json")
    assert TRAIN_KEYS <= set(metadata)
    facts = steps["train/03_final_model.py"].facts
    constant = metadata["baseline"]["constant"]
    better = facts["val_score"] < constant if facts["metric"] == "rmse" else facts["val_score"] > constant
    assert better, (facts["metric"], facts["val_score"], constant)
    assert len({model["family"] for model in metadata["models_evaluated"]}) >= 3


@pytest.mark.parametrize("kind", kinds("messy_regression", "diabetes"))
def test_classifiers_answer_in_raw_labels(kind, finished, probed):
    session, _ = finished(kind)
    found = probed(kind)
    assert set(found["predictions"]) <= set(found["classes"])
    assert set(found["classes"]) == set(session.json("prep/data/metadata.json")["class_distribution"])
    assert found["label_kinds"][0] == found["label_kinds"][1]
    assert found["sums_to_one"] and found["shape"][1] == len(found["classes"])


@pytest.mark.parametrize("kind", kinds())
def test_reports_show_their_figures(kind, finished):
    session, _ = finished(kind)
    for stage in ("eda", "train"):
        report = session.text(f"{stage}/report.md")
        shown = [part.split(")")[0] for part in report.split("](")[1:]]
        assert shown and all((session.folder / stage / path).stat().st_size > 4000 for path in shown)
        drawn = {f"figures/{path.name}" for path in (session.folder / stage / "figures").glob("*.png")}
        assert drawn == set(shown) and len(drawn) <= 8
    assert "nan" not in session.text("eda/report.md").lower().split()
    assert "measured by the host" in session.text("train/report.md")


@pytest.mark.slow
def test_every_step_ends_with_facts_and_logs_metrics(finished):
    _, steps = finished("breast_cancer")
    for step in steps.values():
        assert step.facts
    charts = [record for record in steps["train/01_baselines.py"].records if "chart_config" in record]
    assert len(charts) == 1
    logged = steps["train/02_search.py"].records
    assert {name for record in logged for name in record["metrics"]} >= {"train_loss", "val_loss", "cv_roc_auc",
                                                                         "best_single"}
    assert len({record["run"] for record in logged}) >= 3


@pytest.mark.slow
def test_breast_cancer_is_nearly_solved_and_diabetes_is_as_good_as_known(finished):
    assert finished("breast_cancer")[1]["train/03_final_model.py"].facts["val_score"] > 0.97
    assert finished("diabetes")[1]["train/03_final_model.py"].facts["val_metrics"]["r2"] > 0.3
    assert finished("wine")[1]["train/03_final_model.py"].facts["val_score"] > 0.9
