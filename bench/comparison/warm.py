"""Scripts forked from a warm runner, as in a session, with the memory that they and their workers take."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "python"), str(ROOT / "python/tests"), str(ROOT / "python/tests/playbooks")]

from playbook_runner import PYTHON, WarmScripts, render  # noqa: E402,F401


class MeasuredScripts(WarmScripts):
    """Runs a script to its end, or raises with the end of what it said."""

    patience_s = 1200.0

    def run(self, script: Path, cwd: Path, *args: str) -> str:
        code, output, errors = super().run(script, cwd, *args)
        if code:
            raise RuntimeError(f"{script.name} ended with {code}:\n{output[-2000:]}\n{errors[-3000:]}")
        return output

    def process(self) -> int | None:
        return None if self._client is None else self._client.process.pid


class PeakMemory:
    """The most memory that a process and its descendants took together, in MB, looked at twice a second."""

    def __init__(self, scripts: MeasuredScripts) -> None:
        self.scripts, self.peak_mb, self._stop = scripts, 0.0, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "PeakMemory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.5):
            root = self.scripts.process()
            if root is not None:
                self.peak_mb = max(self.peak_mb, sum(map(_share_mb, _family(root))))


def _family(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found, open_ = [], [root]
    while open_:
        found.append(open_.pop())
        open_ += children.get(found[-1], [])
    return found


def _share_mb(pid: int) -> float:
    """Its memory, what it shares with others counted in parts (Pss)."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


def write_rows(path: Path, task, rows: np.ndarray, with_target: bool = True) -> None:
    table = task.table.iloc[rows]
    (table if with_target else table.drop(columns=[task.target])).to_csv(path, index=False)


WARM = MeasuredScripts()
