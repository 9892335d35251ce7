"""Puts links in the place of whole stage folders, so that what the host does in a stage it does somewhere else."""

import os
import shutil
import sys

from attack import report

for stage, target in zip(("eda", "prep", "train"), sys.argv[1:]):
    shutil.rmtree(stage, ignore_errors=True)
    os.symlink(target, stage)
report("links in the place of stage folders", all(map(os.path.islink, ("eda", "prep", "train"))),
       "allowed; the host opens no root that is reached through a link")
