"""Fills every tmpfs it finds."""

import os

from attack import report

block = b"x" * (1 << 20)
for folder in ("/dev/shm", "/tmp"):
    written = 0
    try:
        with open(f"{folder}/fill", "wb", buffering=0) as file:
            while written < 1 << 33:
                written += file.write(block)
    except OSError as error:
        report(f"filling {folder}", written <= 600 << 20, "sized tmpfs, counted as memory", error)
    else:
        report(f"filling {folder}", False, "sized tmpfs, counted as memory", f"{written} bytes")
    os.unlink(f"{folder}/fill")
