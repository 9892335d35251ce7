from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from datasets import make  # noqa: E402
from playbook_runner import PYTHON, SEARCH_PATH, WARM, Session  # noqa: E402

TARGETS = {"breast_cancer": "target", "wine": "target", "diabetes": "target", "messy": "outcome",
           "messy_regression": "outcome",
           "tiny": "label", "rare": "label", "imbalanced": "flag", "duplicated": "label"}
# Their Train fits in its own process, as after a failure; workers cost more than all else there, and others have them.
TRAINED_SAFELY = {"tiny", "rare", "imbalanced", "messy_regression", "duplicated"}


@pytest.fixture(scope="session", autouse=True)
def parquet() -> None:
    """Skip, visibly, where pandas in the sandbox's interpreter has no Parquet engine."""
    probe = "import io, pandas; pandas.DataFrame({'a': [1]}).to_parquet('/dev/null')"
    done = subprocess.run([PYTHON, "-c", probe], env={**os.environ, "PYTHONPATH": SEARCH_PATH}, capture_output=True,
                          text=True)
    if done.returncode:
        pytest.skip("pandas has no Parquet engine here: " + done.stderr.strip().splitlines()[-1])


@pytest.fixture(scope="session", autouse=True)
def warm_scripts():
    yield
    WARM.close()


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """Sessions by dataset and stages, each run once: finished("wine") -> (session, steps)."""
    ready = {}

    def get(kind: str, stages=("eda", "prep", "train"), **params):
        key = (kind, stages, json.dumps(params, sort_keys=True))
        if key not in ready:
            folder = tmp_path_factory.mktemp(kind)
            session = Session(folder, make(kind, folder), {"target": TARGETS[kind], **params})
            steps = session.run(*(stage for stage in stages if stage != "train"))
            if "train" in stages:
                steps |= session.run("train", **({"safe": True, "budget_s": 1.0} if kind in TRAINED_SAFELY else {}))
            ready[key] = (session, steps)
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
            code, output, errors = WARM.run(probe, tmp_path_factory.mktemp("probe"), str(session.folder),
                                            str(session.dataset), session.params["target"])
            assert code == 0, errors[-3000:]
            ready[session.folder] = json.loads(output)
        return ready[session.folder]
    return get
