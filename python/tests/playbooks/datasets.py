"""Small datasets, each made once with the sandbox's interpreter."""

from __future__ import annotations

import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

from playbook_runner import WARM


def make(kind: str, folder: Path) -> Path:
    """A dataset of this kind in a folder of the test's own; returns its path."""
    path = folder / f"{kind}.csv"
    shutil.copyfile(_made(kind), path)
    return path


@lru_cache(maxsize=None)
def _made(kind: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="trainable-datasets-"))
    path = folder / f"{kind}.csv"
    code, output, errors = WARM.run(Path(__file__).with_name("make_dataset.py"), folder, kind, str(path))
    assert code == 0, output + errors
    return path
