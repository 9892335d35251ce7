"""The runner's command line."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import List, Sequence, Tuple

# What step scripts import most. Only imported: a library that has *trained* before a fork deadlocks in the child.
DEFAULT_PRELOAD = (
    "numpy", "pandas", "pandas.plotting._matplotlib", "scipy.stats",
    "sklearn.compose", "sklearn.dummy", "sklearn.ensemble", "sklearn.feature_selection", "sklearn.impute",
    "sklearn.inspection", "sklearn.linear_model", "sklearn.metrics", "sklearn.model_selection", "sklearn.neighbors",
    "sklearn.neural_network", "sklearn.pipeline", "sklearn.preprocessing", "sklearn.svm", "sklearn.tree",
    "matplotlib.pyplot", "matplotlib.backends.backend_agg", "seaborn",
    "xgboost", "lightgbm", "joblib", "cloudpickle", "pyarrow.parquet", "trainable",
)


@dataclass(frozen=True)
class Options:
    preload: Tuple[str, ...]
    path: Tuple[str, ...]


def parse(arguments: Sequence[str]) -> Options:
    """Read the command line; exits with code 2 and a message on stderr when it is wrong."""
    parser = argparse.ArgumentParser(prog="trainable_runner", description="Runs step scripts for a Trainable host.")
    parser.add_argument("--preload", default=",".join(DEFAULT_PRELOAD), metavar="MODULE,…",
                        help="modules to import before the first fork; one that is missing is reported and skipped")
    parser.add_argument("--path", action="append", default=[], metavar="DIR",
                        help="a folder for sys.path, after the installed packages; may be repeated")
    parsed = parser.parse_args(arguments)
    modules: List[str] = [name.strip() for name in parsed.preload.split(",")]
    return Options(preload=tuple(name for name in modules if name), path=tuple(parsed.path))
