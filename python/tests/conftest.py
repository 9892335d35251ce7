"""Fixtures shared by the runner's tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Callable, Iterator, List, Optional

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


class SharedRunner:
    """A runner that tests use one after another, replaced when one has ended it or left a step open."""

    def __init__(self) -> None:
        self._client: Optional[RunnerClient] = None

    def take(self, scripts: Path) -> RunnerClient:
        if self._client is None or self._client.process.poll() is not None or self._client.open_steps():
            self.close()
            self._client = RunnerClient(scripts)
        self._client.scripts = scripts
        self._client.steps.clear()
        return self._client

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None


@pytest.fixture(scope="session")
def shared_runner() -> Iterator[SharedRunner]:
    shared = SharedRunner()
    yield shared
    shared.close()


@pytest.fixture
def runner(shared_runner: SharedRunner, scripts: Path) -> RunnerClient:
    """A runner with nothing preloaded."""
    return shared_runner.take(scripts)


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


def find_libduckdb() -> Path:
    """The library that LIBDUCKDB names, or the one that NuGet has restored for the server."""
    if "LIBDUCKDB" in os.environ:
        return Path(os.environ["LIBDUCKDB"])
    packages = Path(os.environ.get("NUGET_PACKAGES", Path.home() / ".nuget" / "packages"))
    found = sorted(packages.glob("duckdb.net.bindings.full/*/runtimes/linux-x64/native/libduckdb.so"))
    # Not skipped: a missing library means that no test of Parquet runs anywhere.
    assert found, "libduckdb.so is missing: run `dotnet restore`, or set LIBDUCKDB"
    return found[-1]


@pytest.fixture(scope="session")
def libduckdb() -> Path:
    """Where libduckdb is; set in the environment, so that ``fastparquet`` can be imported."""
    path = find_libduckdb()
    os.environ["LIBDUCKDB"] = str(path)
    return path
