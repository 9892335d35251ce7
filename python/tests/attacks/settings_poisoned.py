"""A step of the runner that was started after settings_poison.py."""

import os

import matplotlib

from attack import report

sizes = matplotlib.rcParams["font.size"], *matplotlib.rcParams["figure.figsize"]
report("settings of matplotlib", sizes != (99.0, 1.0, 1.0), "a new runner starts in / with a /tmp of its own", sizes)
report("code by way of settings", not os.path.exists("poisoned-by-settings"), "none of it ran")
