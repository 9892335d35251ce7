"""Frames written and read by unmodified pandas through libduckdb come back as they were."""

from __future__ import annotations

import datetime
import decimal
import io

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

pytestmark = pytest.mark.usefixtures("libduckdb")

STRINGS = ["a", "", "grüße", "数据", "a\nb", "x" * 1000, "emoji 🙂", "quote'\""]


def round_trip(frame, tmp_path, **options):
    path = tmp_path / "frame.parquet"
    frame.to_parquet(path, engine="fastparquet", **options)
    return pd.read_parquet(path, engine="fastparquet")


@pytest.mark.parametrize("column", [
    *(np.array([0, 1, np.iinfo(kind).min, np.iinfo(kind).max], kind)
      for kind in ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8")),
    np.array([0.1, -0.0, 1e308, np.inf, -np.inf], "f8"),
    np.array([0.1, np.nan, 3], "f8"),
    np.array([np.nan, np.nan], "f8"),
    np.array([0.1, np.nan, 3], "f4"),
    np.array([0.5, np.nan, 3], "f2"),
    np.array([True, False, True]),
    pd.array([1, None, 2**62 + 1], dtype="Int64"),
    pd.array([1, 2], dtype="Int8"),
    pd.array([None, 2**64 - 1], dtype="UInt64"),
    pd.array([True, None, False], dtype="boolean"),
    pd.array([1.5, None], dtype="Float32"),
    pd.array([1.5, None], dtype="Float64"),
    pd.array(["a", None, "ü"], dtype="string"),
    STRINGS,
    pd.Series(["a", None, "ü"], dtype=object),
    pd.Series([None, None], dtype=object),
    pd.Series([b"\x00\xff", None, b""], dtype=object),
    pd.Series([True, None, False], dtype=object),
    pd.Categorical(["b", None, "a"], categories=["b", "unused", "a"]),
    pd.Categorical(["lo", "hi", None], categories=["lo", "mid", "hi"], ordered=True),
    pd.Categorical([3, 1, None], categories=[3, 2, 1], ordered=True),
    pd.Categorical([True, None, False]),
    pd.Categorical([1.5, None, 2.5]),
    pd.Categorical([None, None], categories=["a"]),
    pd.Categorical(pd.to_datetime(["2020-01-02", None])),
    pd.to_datetime(["2020-01-01 01:02:03.123456789", None, "1900-01-01"]),
    pd.to_datetime(["2020-06-01 12:00", None]).tz_localize("Europe/Zurich"),
    pd.to_datetime(["2020-06-01 12:00:00.123456"]).tz_localize("UTC"),
    pd.to_timedelta(["1 days 00:00:00.000000001", None, "-5s"]),
], ids=lambda column: f"{getattr(column, 'dtype', 'list')}")
def test_a_column_comes_back_as_it_was(tmp_path, column):
    frame = pd.DataFrame({"column": column})
    assert_frame_equal(round_trip(frame, tmp_path), frame)


@pytest.mark.parametrize("column, expected", [
    (pd.Series([1, None, 3], dtype=object), pd.Series([1.0, np.nan, 3.0])),
    (pd.Series([1, 2.5, None], dtype=object), pd.Series([1.0, 2.5, np.nan])),
    (pd.Series(["a", np.nan], dtype=object), pd.Series(["a", None], dtype=object)),
    (pd.Series([decimal.Decimal("1.5"), None], dtype=object), pd.Series([1.5, np.nan])),
    (pd.Series([datetime.date(2020, 1, 2), None], dtype=object), pd.Series(pd.to_datetime(["2020-01-02", None]))),
    (pd.Series([datetime.datetime(2020, 1, 2, 3), None], dtype=object),
     pd.Series(pd.to_datetime(["2020-01-02 03", None]))),
    (pd.Series(pd.arrays.SparseArray([0, 0, 5])), pd.Series([0, 0, 5])),
    (pd.Categorical([None, None], categories=[]),
     pd.Series(pd.Categorical([None, None], categories=pd.Index([], dtype=object)))),
])
def test_a_column_of_looser_type_comes_back_as_its_nearest(tmp_path, column, expected):
    result = round_trip(pd.DataFrame({"column": column}), tmp_path)
    assert_frame_equal(result, pd.DataFrame({"column": expected}))


@pytest.mark.parametrize("column", [
    pd.Series([1, "a"], dtype=object),
    pd.Series([[1], [2]], dtype=object),
    pd.Series([{"a": 1}], dtype=object),
    pd.Series([2**70, 1], dtype=object),
    pd.Series([1 + 2j]),
    pd.Series(pd.period_range("2020", periods=2, freq="M")),
    pd.Series([object()], dtype=object),
])
def test_a_column_parquet_has_no_type_for_is_named(tmp_path, column):
    frame = pd.DataFrame({"fine": range(len(column)), "odd one": column})
    with pytest.raises(TypeError, match="'odd one'.*astype"):
        frame.to_parquet(tmp_path / "x.parquet", engine="fastparquet")


@pytest.mark.parametrize("index", [
    pd.RangeIndex(3),
    pd.RangeIndex(10, 40, 10, name="tens"),
    pd.Index([5, 3, 9]),
    pd.Index([5, 3, 9], name="number"),
    pd.Index(["x", "y", "z"], name="value"),
    pd.date_range("2020-01-01", periods=3, name="day", tz="UTC").astype("datetime64[ns, UTC]"),
    pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)], names=["letter", None]),
], ids=lambda index: type(index).__name__)
def test_the_index_comes_back(tmp_path, index):
    frame = pd.DataFrame({"value": [1.0, 2.0, 3.0]}, index=index)
    result = round_trip(frame, tmp_path)
    assert_frame_equal(result, frame, check_freq=False)


def test_the_index_can_be_left_out(tmp_path):
    frame = pd.DataFrame({"value": [1.0, 2.0]}, index=[7, 8])
    assert_frame_equal(round_trip(frame, tmp_path, index=False), frame.reset_index(drop=True))


def test_an_empty_frame_keeps_its_columns_and_types(tmp_path):
    frame = pd.DataFrame({"i": np.array([], "i4"), "s": np.array([], object), "t": np.array([], "M8[ns]"),
                          "c": pd.Categorical([], categories=["a", "b"])})
    assert_frame_equal(round_trip(frame, tmp_path), frame)


@pytest.mark.parametrize("rows", [0, 5])
def test_a_frame_without_columns_keeps_its_rows(tmp_path, rows):
    result = round_trip(pd.DataFrame(index=range(rows)), tmp_path)
    assert result.shape == (rows, 0)


def test_names_that_differ_in_case_or_look_like_sql_are_kept(tmp_path):
    names = ["a", "A", "a_1", 'quo"te', "it's", "", " ", "SELECT", "ü", "frame", "a;b--"]
    frame = pd.DataFrame([range(len(names))], columns=names)
    assert_frame_equal(round_trip(frame, tmp_path), frame)
    some = pd.read_parquet(tmp_path / "frame.parquet", engine="fastparquet", columns=["A", "it's"])
    assert some.iloc[0].tolist() == [1, 4]


def test_a_name_used_twice_is_refused(tmp_path):
    with pytest.raises(ValueError, match="'a'"):
        pd.DataFrame([[1, 2]], columns=["a", "a"]).to_parquet(tmp_path / "x.parquet", engine="fastparquet")


def test_many_rows_over_several_row_groups(tmp_path):
    rows = 300_000
    random = np.random.default_rng(0)
    frame = pd.DataFrame({
        "order": np.arange(rows),
        "late": pd.Series([None] * (rows - 1) + ["only the last row has one"], dtype=object),
        "level": pd.Categorical.from_codes(random.integers(-1, 3, rows), ["a", "b", "ü"]),
        "number": np.where(random.random(rows) < 0.1, np.nan, random.random(rows)),
        "nullable": pd.array(random.integers(0, 9, rows), dtype="Int64"),
    })
    frame.loc[::7, "nullable"] = pd.NA
    result = round_trip(frame, tmp_path)
    assert (result.dtypes == frame.dtypes).all()
    # assert_frame_equal takes seconds over missing values of this many rows.
    assert result.equals(frame)


def test_columns_are_read_in_the_order_asked_for(tmp_path):
    frame = pd.DataFrame({"a": [1], "b": [2], "c": [3]}, index=pd.Index([9], name="key"))
    frame.to_parquet(tmp_path / "x.parquet", engine="fastparquet")
    result = pd.read_parquet(tmp_path / "x.parquet", engine="fastparquet", columns=["c", "a"])
    assert_frame_equal(result, frame[["c", "a"]])
    with pytest.raises(KeyError, match="nothing"):
        pd.read_parquet(tmp_path / "x.parquet", engine="fastparquet", columns=["nothing"])
    assert len(pd.read_parquet(tmp_path / "x.parquet", engine="fastparquet", columns=[])) == 1


def test_file_objects(tmp_path):
    frame = pd.DataFrame({"a": [1, 2]})
    buffer = io.BytesIO()
    import fastparquet
    fastparquet.write(buffer, frame)
    buffer.seek(0)
    assert_frame_equal(pd.read_parquet(buffer, engine="fastparquet"), frame)
    path = tmp_path / "opened.parquet"
    path.write_bytes(buffer.getvalue())
    with path.open("rb") as file:
        assert_frame_equal(pd.read_parquet(file, engine="fastparquet"), frame)


@pytest.mark.parametrize("name", ["a b.parquet", "it's.parquet", "glob[1]*?.parquet", "no_extension"])
def test_odd_paths(tmp_path, name):
    frame = pd.DataFrame({"a": [1]})
    frame.to_parquet(tmp_path / name, engine="fastparquet")
    assert_frame_equal(pd.read_parquet(tmp_path / name, engine="fastparquet"), frame)


def test_a_folder_is_read_as_one_table(tmp_path):
    for part in range(3):
        pd.DataFrame({"a": [part]}).to_parquet(tmp_path / f"part_{part}.parquet", engine="fastparquet")
    assert sorted(pd.read_parquet(tmp_path, engine="fastparquet")["a"]) == [0, 1, 2]


@pytest.mark.parametrize("compression", ["snappy", "gzip", "zstd", None])
def test_compressions(tmp_path, compression):
    frame = pd.DataFrame({"a": range(100)})
    assert_frame_equal(round_trip(frame, tmp_path, compression=compression), frame)


def test_errors_say_what_is_wrong(tmp_path):
    with pytest.raises(FileNotFoundError):
        pd.read_parquet(tmp_path / "none.parquet", engine="fastparquet")
    (tmp_path / "text.parquet").write_text("no parquet")
    with pytest.raises(ValueError, match="text.parquet"):
        pd.read_parquet(tmp_path / "text.parquet", engine="fastparquet")
    with pytest.raises(OSError):
        pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "no" / "folder.parquet", engine="fastparquet")
    with pytest.raises(ValueError, match="compression"):
        pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "x.parquet", engine="fastparquet", compression="zip")


def test_dates_beyond_nanoseconds_are_an_error_not_a_wrong_date(tmp_path):
    from libduckdb import Connection
    with Connection() as connection:
        connection.execute(f"COPY (SELECT TIMESTAMP '3000-01-01' AS t) TO '{tmp_path}/far.parquet' (FORMAT parquet)")
    with pytest.raises(pd.errors.OutOfBoundsDatetime, match="'t'"):
        pd.read_parquet(tmp_path / "far.parquet", engine="fastparquet")


def test_files_of_other_writers(tmp_path):
    from libduckdb import Connection
    sql = "SELECT 1.50::DECIMAL(9,2) d, 170141183460469231731687303715884105727::HUGEINT h, " \
          "DATE '2020-02-29' AS date, TIME '01:02:03' t, [1, 2] l, {'a': 1} s, 'x'::ENUM('x', 'y') e, NULL::INTEGER n"
    with Connection() as connection:
        connection.execute(f"COPY ({sql}) TO '{tmp_path}/other.parquet' (FORMAT parquet)")
    row = pd.read_parquet(tmp_path / "other.parquet", engine="fastparquet").iloc[0]
    assert row["d"] == 1.5 and row["h"] == pytest.approx(1.7e38, rel=0.01) and row["date"] == pd.Timestamp("2020-02-29")
    assert (row["t"], row["l"], row["e"]) == ("01:02:03", "[1, 2]", "x") and np.isnan(row["n"])


def test_without_the_library_the_import_fails(monkeypatch):
    from libduckdb import find_library
    monkeypatch.setenv("LIBDUCKDB", "/no/such/libduckdb.so")
    with pytest.raises(ImportError, match="LIBDUCKDB"):
        find_library()
