"""Kills everything it may, itself excepted, and claims to have ended well."""

import os
import signal

os.kill(-1, signal.SIGKILL)
print("survived", flush=True)
os._exit(0)
