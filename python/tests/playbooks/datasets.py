"""Small datasets, each made once with the sandbox's interpreter."""

from __future__ import annotations

import shutil
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from playbook_runner import WARM

_FOLDER = TemporaryDirectory(prefix="trainable-datasets-")


def make(kind: str, folder: Path) -> Path:
    """A dataset of this kind in a folder of the test's own; returns its path."""
    path = folder / f"{kind}.csv"
    shutil.copyfile(_made(kind), path)
    return path


@lru_cache(maxsize=None)
def _made(kind: str) -> Path:
    path = Path(_FOLDER.name) / f"{kind}.csv"
    code, output, errors = WARM.run(Path(__file__).with_name("make_dataset.py"), path.parent, kind, str(path))
    assert code == 0, output + errors
    return path
