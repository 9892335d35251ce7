"""Ignores every signal it can and never ends; its children do the same in sessions of their own."""

import os
import signal
import sys

for number in range(1, signal.NSIG):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        continue
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        break
print("up", sys.argv[1], flush=True)
while True:
    pass
