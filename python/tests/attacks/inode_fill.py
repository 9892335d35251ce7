"""Makes empty files, folders and links, which take no space but every inode."""

import os

number = 0
while True:
    number += 1
    if number < 100_000:
        os.mkdir(f"folder{number}")
        os.symlink("nowhere", f"folder{number}/link")
