"""Writes without an end and without a line's end."""

import os

while True:
    os.write(1, b"x" * (1 << 20))
