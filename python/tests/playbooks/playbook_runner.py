"""Renders playbooks as the host does and runs them as a session would: forked from a warm runner, in the stage folder.

Most of a cold step on small data is imports; ``alone=True`` starts one all the same.
"""

from __future__ import annotations

import json
import os
import pprint
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional

from runner_client import RunnerClient
from trainable_runner.options import DEFAULT_PRELOAD

PYTHON = "/usr/bin/python3"
PACKAGES = Path(__file__).resolve().parents[2]
PLAYBOOKS = PACKAGES / "playbooks"
SEARCH_PATH = os.pathsep.join(filter(None, [str(PACKAGES), os.environ.get("PYTHONPATH")]))
DUCKDB = sorted(Path.home().glob(".nuget/packages/duckdb.net.bindings.full/*/runtimes/linux-x64/native/libduckdb.so"))
if DUCKDB and "LIBDUCKDB" not in os.environ:        # what `dotnet restore` left serves the Parquet stand-in
    os.environ["LIBDUCKDB"] = str(DUCKDB[-1])
BOOK: dict[str, list[dict[str, Any]]] = json.loads((PLAYBOOKS / "playbook.json").read_text(encoding="utf-8"))
DEFAULTS: dict[str, Any] = {
    "dataset": "", "target": None, "problem_type": None, "metric": None, "positive_class": None, "drop_columns": [],
    "group_column": None, "time_column": None, "seed": 42, "budget_s": 3.0, "holdout": "host",
    "holdout_reason": None, "instructions": "", "safe": False}


def render(file: str, params: dict[str, Any]) -> str:
    """The step script: the playbook with its parameters written in and its includes put in place."""
    text = (PLAYBOOKS / file).read_text(encoding="utf-8")
    block = "PARAMS = " + pprint.pformat(params, sort_dicts=False, width=118) + "\n# end of parameters"
    text = re.sub(r"^PARAMS = \{.*?^# end of parameters$", lambda _: block, text, count=1,
                  flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"^# include: (\S+)$", lambda match: (PLAYBOOKS / match[1]).read_text(encoding="utf-8").rstrip(),
                  text,
                  flags=re.MULTILINE)


class WarmScripts:
    """The runner that scripts are forked from, started with the first of them."""

    patience_s = 120.0  # a step may think that long in silence where the machine is busy

    def __init__(self) -> None:
        self._client: Optional[RunnerClient] = None

    def run(self, script: Path, cwd: Path, *args: str) -> tuple[int, str, str]:
        """Run a script to its end: exit code, what it printed (records included) and what it wrote to stderr."""
        if self._client is None:
            environment = {"LIBDUCKDB": os.environ.get("LIBDUCKDB", ""), "PYTHONPATH": SEARCH_PATH}
            self._client = RunnerClient(script.parent, ",".join(DEFAULT_PRELOAD), python=PYTHON, env=environment)
            self._client.patience_s = self.patience_s
        number = self._client.start("", script=str(script), cwd=str(cwd), args=list(args),
                                    env={"PYTHONWARNINGS": "ignore", "PYTHONPATH": SEARCH_PATH})
        code = self._client.until_event(number, "exited")["code"]
        # Worker processes may outlive their step and hold its pipes; the host ends them here too.
        self._client.send(op="kill", step=number, all=True)
        done = self._client.finish(number)
        return code, done.streams["record"].decode() + done.stdout, done.stderr

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None


WARM = WarmScripts()


@dataclass
class Step:
    code: int
    output: str
    errors: str

    @property
    def facts(self) -> dict[str, Any]:
        last = self.output.strip().splitlines()[-1]
        assert last.startswith("facts: "), last
        assert len(last.encode()) <= 4200
        return json.loads(last[7:], parse_constant=lambda name: (_ for _ in ()).throw(ValueError(name)))

    @property
    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.output.splitlines() if line.startswith(('{"step"', '{"chart'))]


@dataclass
class Session:
    """A workspace with one dataset; `run` runs a stage and returns its steps by file name."""

    folder: Path
    dataset: Path
    params: dict[str, Any] = field(default_factory=dict)

    def run_step(self, file: str, alone: bool = False, stage: str = "", **params: Any) -> Step:
        """Run one step in its stage's folder, or in that of another stage."""
        folder, name = file.split("/")
        home = self.folder / (stage or folder)
        (home / "scripts").mkdir(parents=True, exist_ok=True)
        script = home / "scripts" / name
        script.write_text(render(file, {**DEFAULTS, "dataset": str(self.dataset), **self.params, **params}),
                          encoding="utf-8")
        if not alone:
            return Step(*WARM.run(script, home))
        environment = {**os.environ, "PYTHONPATH": SEARCH_PATH, "PYTHONWARNINGS": "ignore"}
        environment.pop("TRAINABLE_RECORD_FD", None)
        done = subprocess.run([PYTHON, str(script)], cwd=home, env=environment, capture_output=True, text=True,
                              timeout=120)
        return Step(done.returncode, done.stdout, done.stderr)

    def run(self, *stages: str, **params: Any) -> dict[str, Step]:
        steps = {}
        for stage in stages:
            for entry in BOOK[stage]:
                step = steps[entry["file"]] = self.run_step(entry["file"], **params)
                assert step.code == 0, f"{entry['file']}\n{step.output[-2000:]}\n{step.errors[-4000:]}"
        return steps

    def json(self, path: str) -> dict[str, Any]:
        return json.loads((self.folder / path).read_text(encoding="utf-8"))

    def text(self, path: str) -> str:
        return (self.folder / path).read_text(encoding="utf-8")
