"""Shared parts of the playbooks as a step gets them: their names in one dictionary."""

from __future__ import annotations

import itertools
import json
import math
import re
import shutil
import tempfile
import time
import warnings
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from pathlib import Path
from typing import Any

import cloudpickle
import numpy as np
import pandas as pd
from scipy.stats import rankdata

from playbook_runner import PLAYBOOKS


def load(*files: str, **params: Any) -> dict[str, Any]:
    # As in a step, which is __main__: cloudpickle then takes what is defined there by value, without a search.
    names = {"__name__": "__main__", "np": np, "pd": pd, "re": re, "math": math, "json": json, "Path": Path,
             "PARAMS": params, "itertools": itertools, "shutil": shutil, "tempfile": tempfile, "time": time,
             "warnings": warnings, "cloudpickle": cloudpickle, "rankdata": rankdata, "wait": wait, "Future": Future,
             "FIRST_COMPLETED": FIRST_COMPLETED, "BrokenExecutor": BrokenExecutor, "log": lambda **_: None}
    for file in files:
        exec((PLAYBOOKS / "common" / file).read_text(encoding="utf-8"), names)
    return names


MODELLING = ("facts.py", "parsing.py", "metrics.py", "prepared.py", "folds.py", "views.py", "neural_network.py",
             "boosting.py", "models.py", "calibration.py", "portfolio.py", "ensemble_weights.py", "search.py",
             "tuning.py", "plan.py", "workers.py")
