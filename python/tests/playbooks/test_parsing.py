"""The parsers that steps include, by themselves."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import numpy as np
import pandas as pd

from playbook_runner import PLAYBOOKS


def parsing():
    """What a step gets by including common/parsing.py."""
    names = {"np": np, "pd": pd, "re": re, "math": math}
    exec((PLAYBOOKS / "common" / "parsing.py").read_text(encoding="utf-8"), names)
    return names


def test_a_number_is_read_as_the_host_reads_it():
    """The .NET tests read the same file: the host compares its own reading of the held target with Prep's."""
    number_of = parsing()["number_of"]
    cases = json.loads(Path(__file__).with_name("written_numbers.json").read_text(encoding="utf-8"))
    found = {text: number_of(text) for text in cases}
    assert {text: None if math.isnan(value) else value for text, value in found.items()} == cases
