"""python convert.py BOOK --out FOLDER [--sheet NAME] [--rows N]: FOLDER/table.csv and FOLDER/result.json.

The result names the sheets and the one that was written, or has an error, a sentence without the file's name that goes
on after it. Rows are read one at a time, and formulas give the values that were stored with them.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
from typing import Iterator
from zipfile import BadZipFile
from xml.etree.ElementTree import ParseError

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import openpyxl  # noqa: E402
from openpyxl.utils import get_column_letter  # noqa: E402
from openpyxl.utils.exceptions import InvalidFileException  # noqa: E402

from workbook.cells import text_of  # noqa: E402

MOST_SHEETS = 1_000
LEAST_ROWS, LEAST_COLUMNS = 2, 2


class Refused(Exception):
    """What is wrong with the workbook; it is read after the file's name."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("book")
    parser.add_argument("--out", required=True)
    parser.add_argument("--sheet")
    parser.add_argument("--rows", type=int)
    options = parser.parse_args()
    try:
        result = convert(options.book, options.out, options.sheet, options.rows)
    except Refused as refused:
        result = {"error": str(refused)}
    with open(os.path.join(options.out, "result.json"), "w", encoding="utf-8") as file:
        json.dump(result, file)


def convert(path: str, out: str, wanted: str | None, most: int | None) -> dict:
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
        names = [sheet.title for sheet in book.worksheets][:MOST_SHEETS]
        if not names:
            raise Refused("has no sheet with cells. Upload a workbook with a table.")
        table = os.path.join(out, "table.csv")
        if wanted is not None:
            if wanted not in names:
                raise Refused(f"has no sheet '{shown(wanted)}'. It has {listed(names)}.")
            rows, columns, cut = write(book[wanted], table, most)
            return answer(wanted, names, rows, columns, cut)
        return first_table(book, names, table, most)
    except (BadZipFile, InvalidFileException, ParseError, KeyError, EOFError, ValueError, TypeError, OSError) as broken:
        raise Refused("is a damaged Excel workbook: it could not be read to its end. Open it in Excel or LibreOffice, "
                      "save it again and upload that.") from broken


def first_table(book: openpyxl.Workbook, names: list[str], table: str, most: int | None) -> dict:
    """The first sheet that people see with rows enough; else the first of all that can be read."""
    problem: Refused | None = None
    small: dict | None = None
    for name in sorted(names, key=lambda name: book[name].sheet_state != "visible"):
        try:
            rows, columns, cut = write(book[name], table, most)
        except Refused as refused:
            problem = problem or refused
            continue
        found = answer(name, names, rows, columns, cut)
        if rows >= LEAST_ROWS and columns >= LEAST_COLUMNS:
            return found
        small = small or found
    if problem is not None:
        raise problem
    if small is None or small["columns"] == 0:
        raise Refused("has no sheet with a table. Upload one with a header and rows.")
    write(book[small["sheet"]], table, most)
    return small


def answer(sheet: str, names: list[str], rows: int, columns: int, cut: bool) -> dict:
    return {"sheet": sheet, "sheets": names, "rows": rows, "columns": columns, "cut": cut}


def write(sheet, path: str, most: int | None) -> tuple[int, int, bool]:
    """Rows below the header, columns, and whether there are more rows than were asked for."""
    # What the sheet says of its own size may be wrong.
    sheet.reset_dimensions()
    rows = filled(sheet)
    header = next(rows, None)
    if header is None:
        return 0, 0, False
    line, cells = header
    used = [index for index, cell in enumerate(cells) if cell]
    first, last = used[0], used[-1]
    count = 0
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(cells[first:last + 1])
        for number, cells in rows:
            if most is not None and count == most:
                return count, last + 1 - first, True
            outside = [index for index, cell in enumerate(cells) if cell and not first <= index <= last]
            if outside:
                cell = f"{get_column_letter(outside[0] + 1)}{number}"
                span = f"{get_column_letter(first + 1)} to {get_column_letter(last + 1)}"
                raise Refused(
                    f"has a value in cell {cell} of the sheet '{shown(sheet.title)}', outside its header in row {line} "
                    f"({span}). Name every column in the first row, remove titles and notes around the table, and "
                    "upload it again.")
            cells += [""] * (last + 1 - len(cells))
            writer.writerow(cells[first:last + 1])
            count += 1
    return count, last + 1 - first, False


def filled(sheet) -> Iterator[tuple[int, list[str]]]:
    """The number and the texts of each row that has any."""
    for number, row in enumerate(sheet.iter_rows(), start=1):
        cells = [text_of(cell.value, getattr(cell, "number_format", None) if cell.is_date else None,
                         cell.data_type == "e") for cell in row]
        if any(cells):
            yield number, cells


def listed(names: list[str]) -> str:
    told = ", ".join(f"'{shown(name)}'" for name in names[:10])
    return told if len(names) <= 10 else f"{told} and {len(names) - 10} more"


def shown(text: str) -> str:
    text = "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
    return text if len(text) <= 60 else text[:59] + "…"


if __name__ == "__main__":
    main()
