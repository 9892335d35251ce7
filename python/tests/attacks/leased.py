"""Holds a lease on a file and waits: a host that opens it without care waits too, for 45 seconds."""

import fcntl
import signal
import sys
import time

signal.signal(signal.SIGIO, signal.SIG_IGN)
with open("eda/leased.md", "w") as file:
    file.write("mine")
held = open("eda/leased.md", "r+")
try:
    fcntl.fcntl(held, fcntl.F_SETLEASE, fcntl.F_WRLCK)
    print("leased", flush=True)
except OSError as error:
    print(f"refused {error}", flush=True)
    sys.exit()
time.sleep(60)
