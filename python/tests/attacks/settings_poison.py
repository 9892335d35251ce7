"""Settings that libraries read when a Python starts, planted wherever one might look; then the runner is killed,
so that the next one starts from nothing."""

import os
import signal
import time

from attack import report

RC = "figure.figsize: 1, 1\nbackend: module://planted_backend\nfont.size: 99\n"
home = os.path.expanduser("~")
places = [os.getcwd(), home, os.environ["MPLCONFIGDIR"], f"{home}/.config/matplotlib"]
for place in places:
    os.makedirs(place, exist_ok=True)
    with open(f"{place}/matplotlibrc", "w") as file:
        file.write(RC)
with open("planted_backend.py", "w") as file:
    file.write("open('poisoned-by-settings', 'w')\n")
for name in ("pyvenv.cfg", "python311._pth", "sitecustomize.py", "trainable_runner.py", "__main__.py", "encodings.py"):
    with open(name, "w") as file:
        file.write("open('poisoned-by-settings', 'w')\n")
os.makedirs(f"{home}/.config/pip", exist_ok=True)
for name in (".netrc", ".condarc", ".config/pip/pip.conf", ".joblib", ".pystartup", ".python_history"):
    with open(f"{home}/{name}", "w") as file:
        file.write("import os; open('poisoned-by-settings', 'w')\n")
report("matplotlibrc, pyvenv.cfg and other settings wherever one looks", True, "the runner reads none of them")
# What the runner has not passed on yet dies with it.
time.sleep(0.5)
os.kill(os.getppid(), signal.SIGKILL)
