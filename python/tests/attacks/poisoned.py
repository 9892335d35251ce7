"""A later step of the session whose earlier step was poison.py: finds whether any of it reached this one."""

import glob
import json
import math
import os
import sys

import numpy
import pandas

from attack import report

FORK = "each step is a fork of its own"
frame = pandas.DataFrame({"x": [1.0, 3.0]})
report("pandas patched by an earlier step", frame.mean()["x"] == 2.0 and callable(pandas.read_csv), FORK)
report("builtins patched by an earlier step", len([1, 2]) == 2, FORK)
report("sys.modules of an earlier step", math.sqrt(4) == 2, FORK)
report("environment of an earlier step", "LD_PRELOAD" not in os.environ and "PYTHONSTARTUP" not in os.environ, FORK)
report("umask of an earlier step", os.umask(0o022) != 0o777, FORK)
places = [module.__file__ or "" for module in (pandas, numpy, json)]
report("pandas.py beside the script", not any(place.startswith(os.getcwd()) for place in places),
       "the working directory comes last on sys.path", places)
report("a user's site-packages in HOME", not any(".local" in entry for entry in sys.path), "no user site", sys.path)
import subprocess  # noqa: E402

child = subprocess.run([sys.executable, "-c", "import json, pandas; print(pandas.__file__)"], capture_output=True,
                       text=True, cwd="/", check=False)
report("a Python that a later step starts", child.returncode == 0 and os.getcwd() not in child.stdout,
       "PYTHONNOUSERSITE, PYTHONPATH read only", child.stderr)
report("code planted for later", not glob.glob("poisoned-by-*"), "none of it ran", glob.glob("poisoned-by-*"))
