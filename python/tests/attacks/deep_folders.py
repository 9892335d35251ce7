"""Nests folders deeper than any path can name, by going into each as it is made."""

import os
import time

for _ in range(20_000):
    os.mkdir("d")
    os.chdir("d")
time.sleep(600)
