from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from datasets import make  # noqa: E402
from playbook_runner import PYTHON, SEARCH_PATH, Session  # noqa: E402

TARGETS = {"breast_cancer": "target", "wine": "target", "diabetes": "target", "messy": "outcome",
           "messy_regression": "outcome",
           "tiny": "label", "rare": "label", "imbalanced": "flag", "duplicated": "label"}


@pytest.fixture(scope="session", autouse=True)
def parquet() -> None:
    """Skip, visibly, where pandas in the sandbox's interpreter has no Parquet engine."""
    probe = "import io, pandas; pandas.DataFrame({'a': [1]}).to_parquet('/dev/null')"
    done = subprocess.run([PYTHON, "-c", probe], env={**os.environ, "PYTHONPATH": SEARCH_PATH}, capture_output=True,
                          text=True)
    if done.returncode:
        pytest.skip("pandas has no Parquet engine here: " + done.stderr.strip().splitlines()[-1])


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """Sessions by dataset and stages, each run once: finished("wine") -> (session, steps)."""
    ready = {}

    def get(kind: str, stages=("eda", "prep", "train"), **params):
        key = (kind, stages, json.dumps(params, sort_keys=True))
        if key not in ready:
            folder = tmp_path_factory.mktemp(kind)
            session = Session(folder, make(kind, folder), {"target": TARGETS[kind], **params})
            ready[key] = (session, session.run(*stages))
        return ready[key]
    return get


@pytest.fixture(scope="session")
def probed(finished, tmp_path_factory):
    """What probe.py finds in a finished session."""
    ready = {}

    def get(kind: str, stages=("eda", "prep", "train"), **params):
        session, _ = finished(kind, stages, **params)
        if session.folder not in ready:
            probe = Path(__file__).with_name("probe.py")
            done = subprocess.run(
                [PYTHON, str(probe), str(session.folder), str(session.dataset), session.params["target"]],
                cwd=tmp_path_factory.mktemp("probe"), env={**os.environ, "PYTHONPATH": SEARCH_PATH},
                capture_output=True, text=True, timeout=120)
            assert done.returncode == 0, done.stderr[-3000:]
            ready[session.folder] = json.loads(done.stdout)
        return ready[session.folder]
    return get
