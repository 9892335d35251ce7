"""The harness over well-made, faulty and hostile objects."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import cloudpickle
import numpy as np
import pandas as pd
import pytest
import scipy.sparse

import trainable
from runner_client import RunnerClient

pytestmark = pytest.mark.usefixtures("libduckdb")
# Objects of this module must load in the harness, which cannot import it.
cloudpickle.register_pickle_by_value(sys.modules[__name__])

REFEREE = Path(__file__).resolve().parent.parent / "referee"
ROWS = 30


@pytest.fixture(scope="module")
def harness(tmp_path_factory, libduckdb):
    """Runs the harness as the host does: through a runner that has pandas loaded."""
    client = RunnerClient(tmp_path_factory.mktemp("runner"), preload="pandas,sklearn.pipeline,scipy.sparse,cloudpickle",
                          env={"LIBDUCKDB": str(libduckdb)})
    yield client
    client.close()


@pytest.fixture(scope="module")
def rows(tmp_path_factory, libduckdb):
    """A folder with raw rows and train."""
    folder = tmp_path_factory.mktemp("rows")
    frame = pd.DataFrame({"age": range(ROWS), "city": ["Bern", "Zürich", "Genf"] * (ROWS // 3)})
    frame.loc[3, "city"] = None
    frame.to_csv(folder / "raw.csv", index=False)
    prepare(frame).assign(target="x").to_parquet(folder / "train.parquet", index=False)
    return folder


@pytest.fixture
def raw(tmp_path, harness, rows):
    for name in ("raw.csv", "train.parquet"):
        (tmp_path / name).symlink_to(rows / name)
    return Workplace(tmp_path, harness)


def prepare(frame):
    return pd.DataFrame({"age": frame["age"] * 1.5, "bern": (frame["city"] == "Bern").astype(float)})


class Pipeline:
    """A pipeline whose transform is any function."""

    def __init__(self, function):
        self.transform = function


class Workplace:
    """A folder with raw and prepared rows, in which the harness's scripts run."""

    def __init__(self, folder, client):
        self._folder, self._client = folder, client

    def __truediv__(self, name):
        return self._folder / name

    def run_script(self, name, *arguments):
        out = self / "out"
        done = self._client.run("", script=str(REFEREE / name), args=["--out", str(out), *map(str, arguments)],
                                cwd=str(self._folder))
        lines = (out / "result.json").read_text().splitlines()
        assert len(lines) == 1, done.stderr
        return SimpleNamespace(code=done.exited["code"], out=out, **json.loads(lines[0]))


def transform(raw, function, reference=True, features="raw.csv"):
    trainable.save(Pipeline(function), raw / "pipeline.pkl")
    extra = ["--reference", raw / "train.parquet", "--target", "target"] if reference else []
    result = raw.run_script("transform.py", "--pipeline", raw / "pipeline.pkl", "--features", raw / features, *extra)
    result.codes = [problem["code"] for problem in getattr(result, "problems", [])]
    return result


def test_a_good_pipeline_has_no_problems(raw):
    result = transform(raw, prepare)
    assert (result.code, result.rows, result.columns, result.problems) == (0, ROWS, ["age", "bern"], [])
    assert result.row_consistent and result.shuffle_consistent
    assert result.dtypes == {"age": "float64", "bern": "float64"}
    written = pd.read_parquet(result.out / "transformed.parquet")
    assert written["age"].tolist() == [value * 1.5 for value in range(ROWS)]


def test_features_may_be_parquet(raw):
    pd.read_csv(raw / "raw.csv").to_parquet(raw / "raw.parquet", index=False)
    assert transform(raw, prepare, features="raw.parquet").codes == []


def centred(frame):
    return prepare(frame).assign(age=frame["age"] - frame["age"].mean())


def by_order(frame):
    return prepare(frame).assign(age=range(len(frame)))


def dummies_of_what_is_there(frame):
    return pd.get_dummies(frame["city"]).astype(float)


def fails_on_one_row(frame):
    if len(frame) == 1:
        raise ValueError(f"secret {frame['age'].iloc[0]}")
    return prepare(frame)


def sorted_rows(frame):
    return prepare(frame).sort_values("age", ascending=False)


def in_place(frame):
    frame["age"] *= 2
    return prepare(frame)


@pytest.mark.parametrize("function, code", [
    (centred, "row_inconsistent"),
    (by_order, "shuffle_inconsistent"),
    (sorted_rows, "shuffle_inconsistent"),
    (dummies_of_what_is_there, "row_inconsistent"),
    (fails_on_one_row, "row_inconsistent"),
    (lambda frame: prepare(frame).iloc[:-1], "row_count"),
    (lambda frame: prepare(frame).head(0), "row_count"),
    (lambda frame: prepare(frame)[["age"]], "columns_missing"),
    (lambda frame: prepare(frame).assign(more=1.0), "columns_unexpected"),
    (lambda frame: prepare(frame)[["bern", "age"]], "column_order"),
    (lambda frame: prepare(frame).assign(target="x"), "target_in_output"),
    (lambda frame: prepare(frame).assign(bern=frame["city"]), "dtype_changed"),
    (lambda frame: prepare(frame).assign(bern=frame["city"]), "nulls"),
    (lambda frame: prepare(frame).assign(age=np.inf), "infinite"),
    (lambda frame: prepare(frame).to_numpy(), "not_a_dataframe"),
    (lambda frame: scipy.sparse.csr_matrix(prepare(frame).to_numpy()), "not_a_dataframe"),
    (lambda frame: pd.concat([prepare(frame), prepare(frame)], axis=1), "duplicate_columns"),
    (lambda frame: prepare(frame).assign(age=[1, "a"] * (len(frame) // 2) or [1]), "mixed_types"),
])
def test_a_fault_is_a_problem_with_a_code(raw, function, code):
    result = transform(raw, function)
    assert result.code == 0 and code in result.codes
    assert len(pd.read_parquet(result.out / "transformed.parquet")) == result.rows
    for problem in result.problems:
        assert problem["message"].endswith(".") and "secret" not in problem["message"]
    if code in ("row_inconsistent", "shuffle_inconsistent"):
        assert not (result.row_consistent if code == "row_inconsistent" else result.shuffle_consistent)


def test_a_pipeline_that_changes_its_input_is_judged_by_what_it_returns(raw):
    assert transform(raw, in_place).codes == []


def test_a_sparse_frame_is_stored_dense(raw):
    result = transform(raw, lambda frame: prepare(frame).astype(pd.SparseDtype(float, 0.0)))
    assert result.codes == [] and set(result.dtypes.values()) == {"float64"}


def fails(frame):
    raise KeyError("city of residence")


def leaves(frame):
    sys.exit(0)


@pytest.mark.parametrize("function, error", [
    (fails, "city of residence"),
    (leaves, "SystemExit"),
    (lambda frame: None, "NoneType"),
    (lambda frame: frame["age"].tolist(), "list"),
    (lambda frame: frame["age"].to_numpy(), "shape"),
])
def test_what_cannot_be_judged_is_an_error(raw, function, error):
    result = transform(raw, function)
    assert result.code == 1 and error in result.error and not (result.out / "transformed.parquet").exists()


def test_the_traceback_of_a_failure_is_kept(raw):
    assert 'in fails' in transform(raw, fails).traceback


@pytest.mark.parametrize("content", [b"", b"no pickle", b"\x80\x04cno_such_module\nThing\n."])
def test_a_file_that_does_not_load_is_an_error(raw, content):
    (raw / "pipeline.pkl").write_bytes(content)
    result = raw.run_script("transform.py", "--pipeline", raw / "pipeline.pkl", "--features", raw / "raw.csv")
    assert result.code == 1 and result.error and result.traceback


def test_an_object_without_the_method_is_an_error(raw):
    trainable.save({"transform": 1}, raw / "pipeline.pkl")
    result = raw.run_script("transform.py", "--pipeline", raw / "pipeline.pkl", "--features", raw / "raw.csv")
    assert result.code == 1 and "transform()" in result.error


class Model:
    """A model of any predictions and probabilities."""

    def __init__(self, predict, classes=None, proba=None):
        self._predict, self._proba = predict, proba
        if classes is not None:
            self.classes_ = classes
        if proba is not None:
            self.predict_proba = lambda features: proba(len(features))

    def predict(self, features):
        return self._predict(len(features))


def halves(rows):
    return np.full((rows, 2), 0.5)


def predict(raw, model, *extra):
    trainable.save(model, raw / "model.pkl")
    result = raw.run_script("predict.py", "--model", raw / "model.pkl", "--features", raw / "train.parquet", *extra)
    if result.code == 0:
        result.codes = [problem["code"] for problem in result.problems]
        result.table = pd.read_parquet(result.out / "predictions.parquet")
        assert len(result.table) == result.rows == ROWS
        assert result.seconds >= 0
    return result


@pytest.mark.parametrize("classes, predicted, text", [
    (np.array([0, 1]), lambda n: np.ones(n), "1"),
    (np.array([0.0, 1.0]), lambda n: np.ones(n, int), "1"),
    (np.array([False, True]), lambda n: np.ones(n, bool), "True"),
    (np.array(["no", "yes"]), lambda n: np.array(["yes"] * n), "yes"),
    (["no", "yes"], lambda n: ["yes"] * n, "yes"),
    (np.array(["no", "yes"], object), lambda n: pd.DataFrame({"p": ["yes"] * n}), "yes"),
    (np.array([0, 1]), lambda n: np.ones((n, 1)), "1"),
    (np.array([0, 1]), lambda n: pd.Series(1, index=range(5, 5 + n)), "1"),
])
def test_a_classifiers_labels_are_text(raw, classes, predicted, text):
    result = predict(raw, Model(predicted, classes, halves))
    assert result.codes == [] and result.has_proba and result.classes[1] == text
    assert set(result.table["prediction"]) == {text}
    assert list(result.table.columns) == ["prediction", "p0", "p1"]


@pytest.mark.parametrize("predicted", [lambda n: np.arange(n), lambda n: np.arange(n, dtype="float32"),
                                       lambda n: list(range(n)), lambda n: np.arange(n).reshape(-1, 1)])
def test_a_regressors_numbers_are_doubles(raw, predicted):
    result = predict(raw, Model(predicted))
    assert (result.codes, result.classes, result.has_proba) == ([], None, False)
    assert result.table["prediction"].dtype == "float64" and result.table["prediction"].tolist() == list(range(ROWS))


BINARY = np.array(["no", "yes"])


def yes(rows):
    return np.array(["yes"] * rows)


@pytest.mark.parametrize("model, problem_type, code", [
    (Model(yes), "binary", "classes_missing"),
    (Model(yes, np.array(["yes", "yes"])), "binary", "classes_duplicate"),
    (Model(yes, np.array(["yes", None])), "binary", "classes_null"),
    (Model(yes, np.zeros((2, 2))), "binary", "classes_type"),
    (Model(lambda n: np.array(["maybe"] * n), BINARY), "binary", "prediction_unknown"),
    (Model(lambda n: np.ones(n), BINARY), "binary", "prediction_unknown"),
    (Model(lambda n: [None] * n, BINARY), "binary", "prediction_null"),
    (Model(lambda n: yes(n - 1), BINARY), "binary", "row_count"),
    (Model(lambda n: halves(n), BINARY), "binary", "prediction_shape"),
    (Model(lambda n: "yes", BINARY), "binary", "prediction_type"),
    (Model(lambda n: None, BINARY), "binary", "prediction_type"),
    (Model(yes, BINARY, lambda n: np.full((n, 3), 1 / 3)), "binary", "proba_shape"),
    (Model(yes, BINARY, lambda n: np.full(n, 0.5)), "binary", "proba_shape"),
    (Model(yes, BINARY, lambda n: np.full((n, 2), 0.4)), "binary", "proba_sum"),
    (Model(yes, BINARY, lambda n: np.full((n, 2), [-1, 2])), "binary", "proba_range"),
    (Model(yes, BINARY, lambda n: np.full((n, 2), np.nan)), "binary", "proba_range"),
    (Model(yes, BINARY, lambda n: 1 / 0), "binary", "proba_failed"),
    (Model(yes, BINARY, lambda n: "half"), "binary", "proba_failed"),
    (Model(yes), "regression", "prediction_type"),
    (Model(lambda n: np.full(n, np.nan)), "regression", "prediction_null"),
    (Model(lambda n: np.full(n, np.inf)), "regression", "prediction_null"),
    (Model(lambda n: np.full(n, 1j)), "regression", "prediction_type"),
])
def test_a_faulty_model_is_a_problem_with_a_code(raw, model, problem_type, code):
    result = predict(raw, model, "--problem-type", problem_type)
    assert result.code == 0 and code in result.codes
    assert all(problem["message"].endswith(".") for problem in result.problems)
    if problem_type == "regression":
        assert result.table["prediction"].dtype == "float64" and np.isfinite(result.table["prediction"].dropna()).all()


def test_a_model_that_fails_is_an_error(raw):
    result = predict(raw, Model(lambda n: 1 / 0))
    assert result.code == 1 and "ZeroDivisionError" in result.error and "in <lambda>" in result.traceback


@pytest.mark.parametrize("script, option, judged, features", [
    ("transform.py", "--pipeline", Pipeline(prepare), "raw.csv"),
    ("predict.py", "--model", Model(np.zeros), "train.parquet"),
])
def test_the_scripts_run_under_a_plain_interpreter(raw, script, option, judged, features):
    trainable.save(judged, raw / "object.pkl")
    done = subprocess.run([sys.executable, "-I", str(REFEREE / script), "--out", str(raw / "out"), option,
                           str(raw / "object.pkl"), "--features", str(raw / features)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads((raw / "out" / "result.json").read_text())["rows"] == ROWS
