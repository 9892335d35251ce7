"""Leaves behind everything that could change how a later step of the session runs."""

import builtins
import os
import sys

from attack import report

for name in ("pandas", "numpy", "json", "sklearn", "sitecustomize", "usercustomize", "trainable", "cloudpickle", "re"):
    with open(f"{name}.py", "w") as file:
        file.write(f"open('{os.getcwd()}/poisoned-by-{name}', 'w')\nraise SystemExit('poisoned {name}')\n")
home = os.path.expanduser("~")
site = f"{home}/.local/lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
os.makedirs(site, exist_ok=True)
for name in ("evil.pth", "usercustomize.py", "sitecustomize.py"):
    with open(f"{site}/{name}", "w") as file:
        file.write(f"import os; open('{os.getcwd()}/poisoned-by-{name}', 'w')\n")
with open(f"{home}/.pythonrc.py", "w") as file:
    file.write("raise SystemExit\n")
import pandas  # noqa: E402

pandas.DataFrame.mean = lambda self, *rest, **named: 42
pandas.read_csv = None
builtins.len = lambda value: 42
sys.modules["math"] = None
sys.path.insert(0, os.getcwd())
os.environ["PYTHONSTARTUP"] = f"{home}/.pythonrc.py"
os.environ["LD_PRELOAD"] = f"{os.getcwd()}/evil.so"
os.umask(0o777)
report("patching pandas, builtins and sys.modules in one step", True, "each step is a fork of its own")
