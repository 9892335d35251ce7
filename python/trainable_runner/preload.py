"""Importing packages once, before any fork."""

from __future__ import annotations

import gc
import importlib
import os
import sys
import time
from dataclasses import dataclass
from typing import Dict, Iterable


@dataclass(frozen=True)
class Preloaded:
    """packages: version by top-level package; missing: reason by module that could not be imported."""

    seconds: float
    packages: Dict[str, str]
    missing: Dict[str, str]


def preload(modules: Iterable[str]) -> Preloaded:
    """Import modules and move everything that now lives out of the garbage collector's sight.

    A module that fails to import is reported, not fatal: steps that do not use it can still run.
    """
    start = time.perf_counter()
    packages: Dict[str, str] = {}
    missing: Dict[str, str] = {}
    for name in modules:
        try:
            importlib.import_module(name)
        except Exception as error:  # a broken package may raise anything while it is imported
            missing[name] = f"{type(error).__name__}: {error}"
            continue
        package = name.partition(".")[0]
        packages[package] = str(getattr(sys.modules[package], "__version__", ""))
    _use_headless_backend()
    gc.collect()
    # A collection in a child would write to the header of every object and so copy every page it shares with us.
    gc.freeze()
    gc.disable()
    return Preloaded(time.perf_counter() - start, packages, missing)


def _use_headless_backend() -> None:
    if "matplotlib" in sys.modules and not os.environ.get("MPLBACKEND"):
        sys.modules["matplotlib"].use("Agg")
