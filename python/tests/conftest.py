"""Fixtures shared by the runner's tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Callable, Iterator, List

import pytest

from runner_client import RunnerClient

NOBODY = 65534


@pytest.fixture
def scripts() -> Iterator[Path]:
    """A folder that other users can read: pytest's own are private, and some runners here run as nobody."""
    folder = Path(tempfile.mkdtemp(prefix="trainable-scripts-"))
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def start_runner(scripts: Path) -> Iterator[Callable[..., RunnerClient]]:
    """Start runners; those that a test leaves open are closed."""
    started: List[RunnerClient] = []

    def start(**options) -> RunnerClient:
        started.append(RunnerClient(scripts, **options))
        return started[-1]

    yield start
    for client in started:
        client.close()


@pytest.fixture
def runner(start_runner: Callable[..., RunnerClient]) -> RunnerClient:
    """A runner with nothing preloaded: ready in a few dozen milliseconds."""
    return start_runner()


@pytest.fixture
def unprivileged_runner(start_runner: Callable[..., RunnerClient]) -> RunnerClient:
    """A runner without capabilities, as in a sandbox; root's could read any process's memory."""
    if os.getuid() != 0:
        return start_runner()
    return start_runner(prefix=["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
                                "--inh-caps=-all", "--no-new-privs"])


@pytest.fixture
def namespaced_runner(start_runner: Callable[..., RunnerClient]) -> RunnerClient:
    """A runner in a pid namespace of its own, made by bubblewrap."""
    bubblewrap = ["bwrap", "--dev-bind", "/", "/", "--unshare-pid", "--proc", "/proc", "--die-with-parent"]
    if shutil.which("bwrap") is None or subprocess.run([*bubblewrap, "true"], capture_output=True).returncode != 0:
        pytest.skip("bubblewrap cannot make a pid namespace here")
    return start_runner(prefix=bubblewrap, env={"TRAINABLE_PID_NAMESPACE": "1"})
