"""python convert.py FOLDER --out OUT: OUT/table.csv, a row of numbers for each image in FOLDER, and OUT/result.json.

Rows stand in the order of the files' names, and `image` names the file. The result lists the files that are no images,
or damaged ones, which have no row. A file that is an image and larger than PIL trusts is one of them.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
import warnings
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from PIL import Image  # noqa: E402

from images.features import describe, names  # noqa: E402

AT_ONCE = 64


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    result = convert(options.folder, options.out)
    with open(os.path.join(options.out, "result.json"), "w", encoding="utf-8") as file:
        json.dump(result, file)


def convert(folder: str, out: str) -> dict:
    files = sorted(os.listdir(folder))
    unreadable = []
    workers = min(len(os.sched_getaffinity(0)), len(files) // AT_ONCE + 1)
    with open(os.path.join(out, "table.csv"), "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["image", *names()])
        with ProcessPoolExecutor(workers, get_context("fork")) as pool:
            paths = [os.path.join(folder, name) for name in files]
            for name, values in zip(files, pool.map(read, paths, chunksize=AT_ONCE)):
                if values is None:
                    unreadable.append(name)
                else:
                    writer.writerow([name, *(f"{value:g}" for value in values)])
    return {"rows": len(files) - len(unreadable), "unreadable": unreadable}


def read(path: str) -> list[float] | None:
    """None for what is no image. A decoder may raise anything of a hostile file, and none of it is ours."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return describe(path)
    except Exception:  # noqa: B902
        return None


if __name__ == "__main__":
    main()
