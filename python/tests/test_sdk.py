"""What step scripts import: records, charts, labels, saved objects."""

from __future__ import annotations

import datetime
import decimal
import json
import os
import pickle
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import trainable
from trainable._channel import RecordChannel, _chunks

PYTHON_FOLDER = Path(__file__).resolve().parent.parent


def lines(captured):
    return [json.loads(line) for line in captured.out.splitlines()]


def python(source, **options):
    """Run a program that can import the SDK, as an interpreter outside any sandbox."""
    program = f"import sys; sys.path.append({str(PYTHON_FOLDER)!r})\n" + textwrap.dedent(source)
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, **options)


def test_a_record_is_one_line_of_json(capsys):
    trainable.log(3, {"loss": 0.5, "acc": 1.0}, run="xgboost")
    trainable.log(step=4, metrics={"loss": 0.25})
    assert capsys.readouterr().out == ('{"step":3,"metrics":{"loss":0.5,"acc":1.0},"run":"xgboost"}\n'
                                       '{"step":4,"metrics":{"loss":0.25}}\n')


@pytest.mark.parametrize("value, written", [
    (1, 1.0), (True, 1.0), (np.float64(0.1), 0.1), (np.float32(0.5), 0.5), (np.int64(3), 3.0), (np.bool_(True), 1.0),
    (np.array(2.5), 2.5), (np.array([2.5]), 2.5), (decimal.Decimal("0.5"), 0.5), (float("nan"), "NaN"),
    (float("inf"), "Infinity"), (np.float64("-inf"), "-Infinity"), (1e-300, 1e-300), (10**400, "Infinity"),
    (0.1 + 0.2, 0.1 + 0.2), (-0.0, -0.0),
])
def test_numbers_of_all_kinds_are_written(capsys, value, written):
    for _ in range(2):  # the second call takes the short way where there is one
        trainable.log(0, {"value": value})
    for record in lines(capsys.readouterr()):
        assert record == {"step": 0, "metrics": {"value": written}}


@pytest.mark.parametrize("value", ["0.5", None, [1, 2], np.array([1, 2]), {}, 1 + 2j, pd.NA, datetime.date(2020, 1, 1)])
def test_what_is_no_number_is_skipped_with_one_warning(capsys, value):
    name = f"metric {type(value).__name__}"
    for _ in range(3):
        trainable.log(1, {name: value, "other": 1.0})
    captured = capsys.readouterr()
    assert lines(captured) == [{"step": 1, "metrics": {"other": 1.0}}] * 3
    assert captured.err.count(name) == 1


def test_metrics_without_a_number_write_nothing(capsys):
    trainable.log(1, {})
    trainable.log(1, {"text": "a"})
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("name", ["a%d", "100%", 'quo"te', "back\\slash", "new\nline", "ü 数", "\ud800", "", "{x}"])
def test_any_name_survives(capsys, name):
    for _ in range(2):
        trainable.log(1, {name: 0.5}, run=name or None)
    readable = name.encode("utf-8", "replace").decode()
    assert [list(record["metrics"]) for record in lines(capsys.readouterr())] == [[readable]] * 2


@pytest.mark.parametrize("step", [np.int32(7), 7.0, True + 6])
def test_any_integer_is_a_step(capsys, step):
    trainable.log(step, {"a": 1.0})
    assert lines(capsys.readouterr())[0]["step"] == 7


@pytest.mark.parametrize("arguments, message", [
    (("1", {"a": 1.0}), "step must be an integer"),
    ((1.5, {"a": 1.0}), "step must be an integer"),
    ((None, {"a": 1.0}), "step must be an integer"),
    ((1, [1.0]), "metrics must map"),
    ((1, 0.5), "metrics must map"),
    ((1, pd.Series([1.0])), "metrics must map"),
    ((1, {0: 0.5}), "name must be a string"),
    ((1, {"a": 1.0}, 5), "run must be a string"),
    ((1, {"a": 1.0}, ["x"]), "run must be a string"),
])
def test_wrong_arguments_are_type_errors(arguments, message):
    with pytest.raises(TypeError, match=message):
        trainable.log(*arguments)


def test_a_dashboard_is_one_record(capsys):
    trainable.configure_dashboard([
        {"title": "Loss", "metrics": ("train_loss", "val_loss"), "type": "line"},
        {"title": "Accuracy", "metrics": "accuracy", "color": "red"},
    ])
    assert lines(capsys.readouterr()) == [{"chart_config": {"charts": [
        {"title": "Loss", "metrics": ["train_loss", "val_loss"], "type": "line"},
        {"title": "Accuracy", "metrics": ["accuracy"], "color": "red", "type": "line"},
    ]}}]


@pytest.mark.parametrize("charts, error, message", [
    ({"title": "a"}, TypeError, "list of mappings"),
    ("x", TypeError, "list of mappings"),
    ([1], TypeError, r"charts\[0\]"),
    ([{"metrics": ["a"]}], ValueError, "title"),
    ([{"title": "a"}], TypeError, "metrics"),
    ([{"title": "a", "metrics": []}], ValueError, "at least one"),
    ([{"title": "a", "metrics": [1]}], TypeError, "no string"),
    ([{"title": "a", "metrics": ["b"], "type": "pie"}], ValueError, "pie"),
    ([{"title": "a", "metrics": ["b"], "extra": {1, 2}}], TypeError, "JSON"),
    ([{"title": "a", "metrics": ["b"], "extra": float("nan")}], ValueError, "JSON"),
])
def test_wrong_charts_are_named(charts, error, message):
    with pytest.raises(error, match=message):
        trainable.configure_dashboard(charts)


@pytest.mark.parametrize("values, text", [
    ([0, 1], ["0", "1"]),
    ([0.0, 1.0, np.nan], ["0", "1", None]),
    ([0.5, 2.0, 1e22], ["0.5", "2", "10000000000000000000000"]),
    ([True, False, None], ["True", "False", None]),
    (np.array([True, False]), ["True", "False"]),
    (["a", "1.0", " x ", None], ["a", "1.0", " x ", None]),
    ([1, "1", 1.0, True], ["1", "1", "1", "True"]),
    (pd.array([1, None], dtype="Int64"), ["1", None]),
    (pd.array([True, None], dtype="boolean"), ["True", None]),
    (pd.Categorical([1.0, None, 2.0]), ["1", None, "2"]),
    (pd.Index(["a", "b"]), ["a", "b"]),
    (np.array([[1], [2]]), ["1", "2"]),
    (pd.DataFrame({"y": [1, 2]}), ["1", "2"]),
    (np.array([1, 2], dtype="float32"), ["1", "2"]),
    ([np.inf, -0.0], ["inf", "0"]),
    (pd.to_datetime(["2020-01-02"]), ["2020-01-02"]),
    ([], []),
])
def test_labels_are_text(values, text):
    assert trainable.labels(values).tolist() == text


def test_labels_keep_index_and_name():
    series = pd.Series([1.0, 2.0], index=[7, 9], name="y")
    result = trainable.labels(series)
    assert result.index.tolist() == [7, 9] and result.name == "y" and result.dtype == object


@pytest.mark.parametrize("values", [np.zeros((2, 2)), pd.DataFrame({"a": [1], "b": [2]})])
def test_labels_of_a_table_are_refused(values):
    with pytest.raises(ValueError):
        trainable.labels(values)


SAVER = """
    import trainable, {module}
    class Pipeline:
        def __init__(self): self.helper = {module}.helper
        def transform(self, x): return self.helper(x) + extra(x)
    def extra(x): return 100
    trainable.save(Pipeline(), "deep/er/pipeline.pkl")
"""


@pytest.mark.parametrize("module", ["local_module", "playbooks.prep"])
def test_a_saved_object_loads_where_its_script_and_local_modules_are_not(tmp_path, module):
    code = tmp_path / "code"
    source = code.joinpath(*module.split(".")).with_suffix(".py")
    source.parent.mkdir(parents=True)
    if "." in module:
        (source.parent / "__init__.py").touch()
    source.write_text("FACTOR = 2\ndef inner(x): return x * FACTOR\ndef helper(x): return inner(x)\n")
    prelude = f"import sys; sys.path.insert(0, {str(code)!r})\n"
    saved = python(prelude + textwrap.dedent(SAVER.format(module=module)), cwd=tmp_path)
    assert saved.returncode == 0, saved.stderr
    loaded = python("import trainable; print(trainable.load('deep/er/pipeline.pkl').transform(5))", cwd=tmp_path)
    assert loaded.stdout == "110\n", loaded.stderr


def test_installed_modules_are_saved_by_reference(tmp_path):
    trainable.save(json.JSONDecoder, tmp_path / "class.pkl")
    assert (tmp_path / "class.pkl").stat().st_size < 200
    assert trainable.load(tmp_path / "class.pkl") is json.JSONDecoder


def test_saving_replaces_the_file_only_when_complete(tmp_path):
    path = tmp_path / "model.pkl"
    trainable.save({"version": 1}, path)
    with pytest.raises((TypeError, pickle.PicklingError)):
        trainable.save({"version": 2, "lock": threading.Lock()}, path)
    assert trainable.load(path) == {"version": 1}
    assert os.listdir(tmp_path) == ["model.pkl"]
    assert path.stat().st_mode & 0o044 == 0o044 & ~current_umask()


def current_umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_a_killed_script_loses_no_line_that_is_older_than_a_moment(runner):
    source = """
import os, signal, time
from trainable import log
for i in range(5000):
    log(i, {"loss": 0.5})
# Busy, as a training loop is, for 50 ms of this process's own time.
end = time.process_time() + 0.05
while time.process_time() < end:
    pass
os.kill(os.getpid(), signal.SIGKILL)
"""
    result = runner.run(source)
    assert result.exited["signal"] == 9
    assert [record["step"] for record in result.records] == list(range(5000))


def test_records_of_threads_are_whole_lines(runner):
    source = """
import threading
from trainable import log
def work(name):
    for i in range(2000):
        log(i, {"a long name of a metric " * 5: 0.5}, run=name)
threads = [threading.Thread(target=work, args=(str(n),)) for n in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""
    records = runner.run(source).records
    assert len(records) == 8000
    for name in "0123":
        assert [record["step"] for record in records if record["run"] == name] == list(range(2000))


def test_records_of_forks_are_neither_lost_nor_doubled(runner):
    source = """
import os
from trainable import log
for i in range(100): log(i, {"a": 0.5}, "parent")
children = []
for child in range(3):
    pid = os.fork()
    if pid == 0:
        for i in range(1000): log(i, {"a": 0.5}, f"child {child}")
        os._exit(0)
    children.append(pid)
for i in range(100, 200): log(i, {"a": 0.5}, "parent")
for pid in children: os.waitpid(pid, 0)
"""
    records = runner.run(source).records
    for run, count in {"parent": 200, "child 0": 1000, "child 1": 1000, "child 2": 1000}.items():
        assert [record["step"] for record in records if record["run"] == run] == list(range(count))


def test_a_script_that_closes_the_channel_prints_its_records(runner):
    result = runner.run("import os\nfrom trainable import log\nos.close(3)\nlog(1, {'a': 0.5})\nlog(2, {'a': 0.5})")
    assert [json.loads(line)["step"] for line in result.stdout.splitlines()] == [1, 2]


def test_a_batch_is_cut_at_line_ends_into_atomic_writes():
    batch = [f"{'x' * (index * 37 % 600)}\n" for index in range(200)] + ["y" * 9000 + "\n", "z\n"]
    chunks = _chunks(batch)
    assert b"".join(chunks).decode() == "".join(batch)
    assert all(chunk.endswith(b"\n") for chunk in chunks)
    assert [len(chunk) for chunk in chunks if len(chunk) > 4096] == [9001]


def test_a_channel_may_be_used_from_a_signal_handler_that_interrupts_it(monkeypatch, capsys):
    channel = RecordChannel()
    channel._write_lock.acquire()
    channel.write("1\n")
    channel._write_lock.release()
    channel.flush()
    assert capsys.readouterr().out == "1\n"


def test_importing_the_sdk_imports_no_heavy_package():
    loaded = python("import trainable; print('pandas' in sys.modules, 'numpy' in sys.modules)")
    assert loaded.stdout == "False False\n"
