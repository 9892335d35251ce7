"""The explorer as the host calls it: a program of its own, one request, one line of JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.usefixtures("libduckdb")

PROGRAM = Path(__file__).resolve().parent.parent / "explorer" / "run.py"
MEMORY = 256 << 20


@pytest.fixture
def tables(tmp_path):
    people = "".join(f"{n},{'Bern' if n % 3 else 'Lima'}\n" for n in range(30))
    (tmp_path / "people.csv").write_text("age,city\n" + people)
    (tmp_path / "secret.csv").write_text("secret\n1\n2\n")
    return [{"name": "people", "format": "csv", "files": [str(tmp_path / "people.csv")]},
            {"name": "all_data", "union": ["people"]}]


@pytest.fixture
def ask(tables, tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()

    def ask(do, **request):
        request = {"do": do, "tables": tables, "memory": MEMORY, "scratch": str(scratch), "limit": 100, "cell": 50,
                   **request}
        run = subprocess.run([sys.executable, "-I", str(PROGRAM), json.dumps(request)], capture_output=True, text=True,
                             timeout=60, env={**os.environ, "OMP_NUM_THREADS": "2"})
        assert run.returncode == 0, run.stderr
        return json.loads(run.stdout)

    return ask


def test_rows_come_with_their_columns_and_types(ask):
    result = ask("query", sql="SELECT city, count(*) AS n FROM people GROUP BY city ORDER BY city;")
    assert result["columns"] == [{"name": "city", "type": "VARCHAR"}, {"name": "n", "type": "BIGINT"}]
    assert result["rows"] == [["Bern", 20], ["Lima", 10]]
    assert not result["more"] and not result["cut"]


def test_values_keep_what_json_can_hold(ask):
    sql = ("SELECT 1.5, 9007199254740993, 'nan'::DOUBLE, 1.25::DECIMAL(9,2), [1,2], {'a': 'x'}, DATE '2020-02-29', "
           "'ab'::BLOB, repeat('é', 60), true, NULL, range(100)")
    row = ask("query", sql=sql)["rows"][0]
    assert row[:8] == [1.5, "9007199254740993", None, 1.25, [1, 2], {"a": "x"}, "2020-02-29", "<2 bytes>"]
    assert row[8] == "é" * 50 + "…" and row[9:11] == [True, None]
    assert row[11].endswith("…") and len(row[11]) == 51


@pytest.mark.parametrize(("value", "written"), [
    ("'0199a0f0-0000-7000-8000-000000000000'::UUID", "0199a0f0-0000-7000-8000-000000000000"),
    ("TIMESTAMPTZ '2020-01-01 00:00:00+00'", "2020-01-01 00:00:00+00"),
    ("TIMESTAMP_NS '2020-01-01 00:00:00.123456789'", "2020-01-01 00:00:00.123456789"),
    ("TIMESTAMP '2020-01-01 01:02:03'", "2020-01-01 01:02:03"),
    ("'x'::ENUM('x', 'y')", "x"),
    ("'101'::BIT", "101"),
    ("INTERVAL 3 DAY", "3 days"),
    ("TIME '01:02:03'", "01:02:03"),
    ("'01:02:03+01'::TIMETZ", "01:02:03+01"),
    ("1::BIGNUM", "1"),
    ("170141183460469231731687303715884105727::HUGEINT", "170141183460469231731687303715884105727"),
    ("1.5::DECIMAL(38,3)", "1.500"),
    ("'{\"a\": 1}'::JSON", {"a": 1}),
    ("MAP {'a': 1}", {"a": 1}),
    ("[1, 2]::INTEGER[2]", [1, 2]),
])
def test_no_type_is_lost(ask, value, written):
    result = ask("query", sql=f"SELECT {value}")
    assert result["rows"] == [[written]], result


def test_a_page_starts_where_the_one_before_it_ended(ask):
    sql = "SELECT age FROM people ORDER BY age DESC"
    pages = [ask("query", sql=sql, limit=20, offset=offset) for offset in (0, 20)]
    assert [row[0] for page in pages for row in page["rows"]] == list(range(29, -1, -1))
    assert [page["more"] for page in pages] == [True, False]


@pytest.mark.parametrize(("sql", "code"), [
    ("DELETE FROM people", "statement"),
    ("SELECT 1; SELECT 2", "statement"),
    ("COPY people TO '/tmp/x.csv'", "statement"),
    ("SHOW TABLES", "statement"),
    ("SELECT * FROM read_csv('/etc/passwd')", "function"),
    ("SELECT * FROM '/etc/passwd'", "table"),
    ("SELECT * FROM peopel", "table"),
    ("SELECT * FROM main.people, information_schema.tables", "table"),
    ("SELEC 1", "syntax"),
    ("", "syntax"),
    ("SELECT $1", "syntax"),
    ("SELECT 1; -- and more", "syntax"),
    ("SELECT nothing FROM people", "query"),
    ("SELECT 'x'::INTEGER", "value"),
    ("SELECT length(repeat('x', 4000000000))", "memory"),
])
def test_what_cannot_run_is_a_sentence_of_a_kind(ask, sql, code):
    error = ask("query", sql=sql)["error"]
    assert error["code"] == code
    assert error["message"] and "LINE" not in error["message"]


def test_the_place_of_a_mistake_is_told(ask):
    assert "line 2, character 6" in ask("query", sql="SELECT 'é',\nfrom from people")["error"]["message"]
    assert "Did you mean 'people'?" in ask("query", sql="FROM peple")["error"]["message"]


def test_files_that_are_no_tables_stay_closed_even_past_the_guard(tmp_path, tables):
    sys.path.append(str(PROGRAM.parent.parent))
    from explorer.tables import Table, attach, lock
    from libduckdb import Connection, DuckDBError

    with Connection() as connection:
        known = {table["name"]: Table.read(table) for table in tables}
        lock(connection, known.values(), MEMORY, str(tmp_path / "scratch"))
        attach(connection, known, ["all_data"])
        assert connection.rows("SELECT count(*) FROM all_data") == [["30"]]
        for sql in (f"SELECT * FROM read_csv('{tmp_path}/secret.csv')", f"SELECT * FROM glob('{tmp_path}/*')",
                    f"COPY people TO '{tmp_path}/copy.csv'", "SET enable_external_access = true", "INSTALL httpfs",
                    f"ATTACH '{tmp_path}/x.db'", "SELECT * FROM read_text('people.csv')"):
            with pytest.raises(DuckDBError):
                connection.rows(sql)


def test_a_schema_tells_of_each_table_even_if_one_is_damaged(ask, tables, tmp_path):
    (tmp_path / "damaged.parquet").write_bytes(b"PAR1 nothing PAR1")
    tables.append({"name": "damaged", "format": "parquet", "files": [str(tmp_path / "damaged.parquet")]})
    tables.append({"name": "gone", "format": "csv", "files": [str(tmp_path / "gone.csv")]})
    people, both, damaged, gone = ask("schema")["tables"]
    assert (people["rows"], both["rows"]) == (30, 30)
    assert both["columns"][-1] == {"name": "split", "type": "VARCHAR"}
    assert damaged["rows"] is None and "damaged" in damaged["error"]
    assert gone["rows"] is None and gone["error"]


def test_a_profile_has_a_histogram_or_the_commonest_values(ask, tables, tmp_path):
    rows = "1,2020-01-01,a,5\n,2020-01-03,b,5\nnan,2020-01-02,a,5\n3,,,5\n"
    (tmp_path / "odd.csv").write_text("n,when,text,same\n" + rows)
    tables.append({"name": "odd", "format": "csv", "files": [str(tmp_path / "odd.csv")]})
    result = ask("profile", table="odd")
    number, when, text, same = result["columns"]
    assert result["rows"] == 4 and result["total"] == 4 and result["complete"]
    assert (number["missing"], number["min"], number["max"], sum(number["histogram"]["counts"])) == (2, 1.0, 3.0, 2)
    assert (when["min"], when["max"], when["missing"]) == ("2020-01-01", "2020-01-03", 1)
    assert sum(when["histogram"]["counts"]) == 3
    assert text["top"] == [{"value": "a", "count": 2}, {"value": "b", "count": 1}] and "histogram" not in text
    assert same["top"] == [{"value": "5", "count": 4}]
    assert [column["name"] for column in ask("profile", table="odd", limit=2, offset=1)["columns"]] == ["when", "text"]


def test_text_that_looks_like_something_else_stays_as_it_is_written(ask, tables, tmp_path):
    (tmp_path / "codes.csv").write_text("zip,leaves,n\n01234,yes,1\n98765,no,2\n")
    tables.append({"name": "codes", "format": "csv", "files": [str(tmp_path / "codes.csv")]})
    assert ask("query", sql="FROM codes")["rows"] == [["01234", "yes", 1], ["98765", "no", 2]]


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_a_whole_result_is_written_to_the_one_file_that_may_be(ask, tmp_path, format):
    to = str(tmp_path / f"out.{format}")
    assert ask("export", sql="SELECT * FROM people; ", format=format, to=to)["bytes"] == os.path.getsize(to)
    assert ask("export", sql="COPY people TO 'x'", format=format, to=to)["error"]["code"] == "statement"
    assert ask("query", sql=f"SELECT * FROM read_csv('{to}')", to=to)["error"]["code"] == "function"


def test_a_wide_table_is_read(ask, tables, tmp_path):
    columns = 2_000
    names = ",".join(f"c{n}" for n in range(columns))
    (tmp_path / "wide.csv").write_text(names + "\n" + ",".join("1" * columns) + "\n")
    tables.append({"name": "wide", "format": "csv", "files": [str(tmp_path / "wide.csv")]})
    assert len(ask("query", sql="FROM wide", memory=1 << 30)["rows"][0]) == columns
    assert len(ask("profile", table="wide", limit=50, memory=1 << 30)["columns"]) == 50
