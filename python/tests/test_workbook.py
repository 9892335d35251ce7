"""Sheets of Excel workbooks as plain tables."""

from __future__ import annotations

import csv
import datetime as dt
import sys
from pathlib import Path

import openpyxl
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from workbook.cells import shows_time, text_of  # noqa: E402
from workbook.convert import Refused, convert  # noqa: E402


def book(path: Path, **sheets: list[list[object]]) -> str:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made.save(path / "book.xlsx")
    return str(path / "book.xlsx")


def table(path: Path) -> list[list[str]]:
    with open(path / "table.csv", newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_the_first_sheet_with_rows_is_taken(tmp_path: Path) -> None:
    path = book(tmp_path, notes=[["a note"]], empty=[], data=[["a", "b"], [1, "x"], [2.5, None], [None, "ü"]])
    told = convert(path, str(tmp_path), None, None)
    assert told == {"sheet": "data", "sheets": ["notes", "empty", "data"], "rows": 3, "columns": 2, "cut": False}
    assert table(tmp_path) == [["a", "b"], ["1", "x"], ["2.5", ""], ["", "ü"]]


def test_it_stops_where_it_was_told(tmp_path: Path) -> None:
    path = book(tmp_path, data=[["a", "b"]] + [[i, i] for i in range(50)])
    assert convert(path, str(tmp_path), "data", 10)["cut"] is True
    assert len(table(tmp_path)) == 11


def test_a_table_may_stand_anywhere(tmp_path: Path) -> None:
    path = book(tmp_path, data=[[], [None, None, "a", "b"], [None, None, 1, 2], [], [None, None, 3, 4]])
    assert convert(path, str(tmp_path), None, None)["rows"] == 2
    assert table(tmp_path) == [["a", "b"], ["1", "2"], ["3", "4"]]


@pytest.mark.parametrize(
    ("sheet", "says"),
    [
        ("nowhere", "has no sheet 'nowhere'. It has 'data', 'wide'."),
        ("wide", "has a value in cell C2 of the sheet 'wide'"),
    ],
)
def test_what_does_not_fit_is_a_sentence(tmp_path: Path, sheet: str, says: str) -> None:
    path = book(tmp_path, data=[["a", "b"], [1, 2], [3, 4]], wide=[["a", "b"], [1, 2, 3]])
    with pytest.raises(Refused, match="has") as refused:
        convert(path, str(tmp_path), sheet, None)
    assert str(refused.value).startswith(says)


def test_damage_is_told(tmp_path: Path) -> None:
    path = book(tmp_path, data=[["a", "b"], [1, 2]])
    whole = Path(path).read_bytes()
    Path(path).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Refused, match="damaged Excel workbook"):
        convert(path, str(tmp_path), None, None)


@pytest.mark.parametrize(
    ("value", "shown", "text"),
    [
        (True, None, "true"),
        (3, None, "3"),
        (0.1, None, "0.1"),
        (dt.datetime(2024, 1, 31), "yyyy-mm-dd", "2024-01-31"),
        (dt.datetime(2024, 1, 31), "yyyy-mm-dd hh:mm", "2024-01-31 00:00:00"),
        (dt.datetime(2024, 1, 31, 12, 0, 0, 999_999), "m/d/yy", "2024-01-31 12:00:01"),
        (dt.datetime.max, "m/d/yy", "9999-12-31 23:59:59"),
        (dt.time(6, 30), "h:mm", "06:30:00"),
        (dt.timedelta(hours=30), "[h]:mm", "108000.0"),
        ("=A1", None, "=A1"),
        (None, None, ""),
    ],
)
def test_values_are_plain_text(value: object, shown: str | None, text: str) -> None:
    assert text_of(value, shown, is_error=False) == text


def test_errors_are_missing() -> None:
    assert text_of("#DIV/0!", None, is_error=True) == ""


def test_words_in_a_format_are_no_time() -> None:
    assert not shows_time('dd/mm/yyyy "the"')
    assert not shows_time("[$-409]d-mmm")
    assert shows_time("hh:mm")
