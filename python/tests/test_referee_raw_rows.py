"""Held rows are read with the dtypes of the working rows, whatever pandas would make of them alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from referee.raw_rows import read_like

GAP = np.nan


def read(folder, held, working, ending="csv"):
    """The one column of the held rows, given both parts as text (CSV) or values (Parquet)."""
    for name, values in (("held", held), ("working", working)):
        if ending == "csv":
            # A second column, so that a row of one missing value is no empty line.
            (folder / f"{name}.csv").write_text("".join(f'"{value}",0\n' for value in ["column", *values]))
        else:
            pd.DataFrame({"column": values}).to_parquet(folder / f"{name}.parquet", index=False)
    return read_like(folder / f"held.{ending}", folder / f"working.{ending}")["column"]


@pytest.mark.parametrize("working, held, dtype, values", [
    # Text of which the held rows have none, or only what looks like something else.
    (["Bern", "Rome"], ["", ""], "object", [GAP, GAP]),
    (["7a", "12"], ["007", "12"], "object", ["007", "12"]),
    (["7a", "12"], ["007", ""], "object", ["007", GAP]),
    (["7a", "12"], ["1.50", "2"], "object", ["1.50", "2"]),
    (["maybe", "True"], ["True", "False"], "object", ["True", "False"]),
    (["maybe", "True"], ["True", ""], "object", ["True", GAP]),
    (["1,234", "5"], ["12", "900"], "object", ["12", "900"]),
    (["12%", "5%"], ["7", "8"], "object", ["7", "8"]),
    (["2024-01-31", "soon"], ["", "20240131"], "object", [GAP, "20240131"]),
    # Numbers.
    (["1.5", "2"], ["3", "4"], "float64", [3.0, 4.0]),
    (["1", ""], ["3", "4"], "float64", [3.0, 4.0]),
    (["1", "2"], ["3", "4"], "int64", [3, 4]),
    (["1", "2"], ["3", ""], "float64", [3.0, GAP]),
    (["1", "2"], ["3", "4.5"], "float64", [3.0, 4.5]),
    (["1", "2"], ["", ""], "float64", [GAP, GAP]),
    (["1", "2"], ["3", "many"], "float64", [3.0, GAP]),
    (["1.5", "2"], ["3", "many"], "float64", [3.0, GAP]),
    (["1", "2"], ["True", "False"], "float64", [GAP, GAP]),
    (["18446744073709551615", "1"], ["3", "4"], "uint64", [3, 4]),
    (["1", "2"], ["18446744073709551615", "4"], "float64", [18446744073709551615.0, 4.0]),
    (["", ""], ["3", "many"], "float64", [3.0, GAP]),
    # Truth values.
    (["True", "False"], ["True", "True"], "bool", [True, True]),
    (["True", "False"], ["true", ""], "object", [True, GAP]),
    (["True", "False"], ["", ""], "object", [GAP, GAP]),
    (["True", ""], ["True", "FALSE"], "object", [True, False]),
    (["True", ""], ["", ""], "object", [GAP, GAP]),
    (["True", ""], ["perhaps", "False"], "object", [GAP, False]),
])
def test_a_csv_column_has_the_working_rows_dtype(tmp_path, working, held, dtype, values):
    check(read(tmp_path, held, working), dtype, values)


@pytest.mark.usefixtures("libduckdb")
@pytest.mark.parametrize("working, held, dtype, values", [
    ([1, None], [3, 4], "float64", [3.0, 4.0]),
    ([1, 2], [3, None], "float64", [3.0, GAP]),
    ([True, None], [True, False], "object", [True, False]),
    ([True, False], [True, None], "object", [True, GAP]),
    (["Bern", "Rome"], ["007", None], "object", ["007", GAP]),
    (pd.to_datetime(["2024-01-01", None]), pd.to_datetime(["2024-02-01", "2024-02-02"]), "datetime64[ns]",
     [pd.Timestamp("2024-02-01"), pd.Timestamp("2024-02-02")]),
])
def test_a_parquet_column_has_the_working_rows_dtype(tmp_path, working, held, dtype, values):
    check(read(tmp_path, held, working, "parquet"), dtype, values)


def check(column, dtype, values):
    assert column.dtype == dtype
    # repr tells True from 1 and '12' from 12, which == may not.
    assert [repr(GAP if pd.isna(value) else value) for value in column.tolist()] == [repr(value) for value in values]


def test_columns_and_order_are_those_of_the_held_rows(tmp_path):
    (tmp_path / "held.csv").write_text("b,a\n1,x\n")
    (tmp_path / "working.csv").write_text("target,a,b\nyes,y,2\n")
    assert list(read_like(tmp_path / "held.csv", tmp_path / "working.csv").columns) == ["b", "a"]


@pytest.mark.parametrize("function", [lambda rows: rows.copy(), lambda rows: rows.iloc[:0]])
def test_a_table_read_like_itself_is_itself(tmp_path, function):
    table = function(pd.DataFrame({"a": [1, 2], "b": [1.5, None], "c": ["x", None], "d": [True, False]}))
    table.to_csv(tmp_path / "table.csv", index=False)
    pd.testing.assert_frame_equal(read_like(tmp_path / "table.csv", tmp_path / "table.csv"),
                                  pd.read_csv(tmp_path / "table.csv"))
