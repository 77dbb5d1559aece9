"""`newswatch query`: its formats, where they go, and that every query comes to an end."""

import csv
import io
import json
import os
import pty
import shutil
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from flows.cli import main
from tests.warehouse.article_rows import article_row
from warehouse.cells import csv_text, guarded, json_text, unguarded
from warehouse.database import insert, open_scratch, open_warehouse

T = datetime(2022, 8, 26, 8, tzinfo=UTC)
PROGRAM = (sys.executable, "-c", "from flows.cli import main; main()")


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    folder = tmp_path_factory.mktemp("queried")
    with open_warehouse(folder / "warehouse.duckdb") as con:
        text = 'First line.\n\nSecond, with "quotes", commas; and 小米.'
        insert(con, "articles", [article_row("a", T, text=text, authors=["A", "B"]), article_row("b", T)])
    return folder / "warehouse.duckdb"


@pytest.fixture
def home(tmp_path, filled):
    shutil.copyfile(filled, tmp_path / "newswatch.duckdb")
    return tmp_path


@pytest.fixture
def query(home):
    def called(*arguments, status=0):
        result = CliRunner().invoke(main, ["--home", str(home), "query", *arguments])
        assert result.exit_code == status, result.output
        return result

    return called


def process(home, *arguments):
    return subprocess.run(
        [*PROGRAM, "--home", str(home), "query", *arguments], capture_output=True, check=False, timeout=120
    )


def test_csv_is_by_the_book_and_in_utf_8_whatever_the_language_of_the_machine(home):
    sql = "SELECT article_id, text, authors, lead, relevant FROM articles ORDER BY 1"
    environment = {**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": "ascii"}
    told = subprocess.run(
        [*PROGRAM, "--home", str(home), "query", sql, "--format", "csv"],
        capture_output=True,
        check=True,
        env=environment,
    ).stdout

    assert told.startswith(b"article_id,text,authors,lead,relevant\r\n")
    assert told.endswith(b"\r\n")
    assert b'"First line.\n\nSecond, with ""quotes"", commas; and ' + "小米".encode() in told
    rows = list(csv.reader(io.StringIO(told.decode(), newline="")))
    assert rows[1][2:] == ['["A", "B"]', "", "true"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "＝cmd|' /C calc'!A0", "'=1"])
def test_text_that_a_spreadsheet_would_compute_gets_an_apostrophe(query, text):
    sql = f"SELECT chr({ord(text[0])}) || $${text[1:]}$$ AS t, -1 AS n"

    told = query(sql, "--format", "csv").stdout_bytes.decode()
    exact = query(sql, "--format", "csv", "--exact").stdout_bytes.decode()

    assert list(csv.reader(io.StringIO(told, newline="")))[1] == [f"'{text}", "-1"]
    assert list(csv.reader(io.StringIO(exact, newline="")))[1] == [text, "-1"]


@given(st.text() | st.text(alphabet="'=+-@\t\r\nx"))
def test_no_guarded_text_begins_a_formula_and_what_was_can_be_had_again(text):
    assert guarded(text)[:1] not in tuple("=+-@\t\r\n＝＋－＠")
    assert unguarded(guarded(text)) == text


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8")), min_size=2, max_size=2)))
def test_csv_and_json_read_back_as_they_were(rows):
    told = "".join(csv_text(("a", "b"), [rows[:2], rows[2:]], exact=True))

    assert list(csv.reader(io.StringIO(told, newline="")))[1:] == rows
    assert json.loads("".join(json_text(("a", "a"), [rows[:2], rows[2:]]))) == [
        {"a": first, "a_2": second} for first, second in rows
    ]


def test_a_number_that_is_none_is_no_empty_cell(query):
    told = query("SELECT 'nan'::DOUBLE, '-inf'::FLOAT, NULL::DOUBLE, 0.5", "--format", "csv").stdout_bytes

    assert told.decode().splitlines()[1] == "nan,-inf,,0.5"


def test_no_rows_are_an_empty_array_and_a_head(query):
    assert query("FROM stories", "--format", "json").stdout == "[]\n"
    assert query("SELECT story_id FROM stories", "--format", "csv").stdout_bytes == b"story_id\r\n"
    assert query("SELECT story_id FROM stories").stdout == "story_id\n"


def test_a_long_table_has_one_head_and_every_row(query):
    lines = query("SELECT range AS n FROM range(2500)").stdout.split()

    assert lines == ["n", *map(str, range(2500))]


@pytest.mark.parametrize("form", ["csv", "json", "table"])
def test_values_of_every_type_can_be_shown(query, form):
    odd = (
        'SELECT * EXCLUDE (timestamp_ns, timestamp_s, timestamp_ms, "timestamp", timestamp_tz, date)'
        " FROM test_all_types()"
    )

    assert query(odd, "--format", form).stdout


def test_a_file_is_written_whole_or_not_at_all(query, tmp_path):
    out = tmp_path / "kept" / "out.csv"
    query("SELECT 1 AS one", "--output", str(out))

    query("SELECT error(range::VARCHAR) FROM range(9000)", "--output", str(out), status=2)

    assert out.read_bytes() == b"one\r\n1\r\n"
    assert [path.name for path in out.parent.iterdir()] == ["out.csv"]


def test_the_ending_of_the_file_says_how_it_is_written(query, tmp_path):
    query("SELECT 1 AS one", "--output", str(tmp_path / "out.json"))
    query("SELECT 1 AS one", "--output", str(tmp_path / "out.parquet"))

    assert json.loads((tmp_path / "out.json").read_text()) == [{"one": 1}]
    with open_scratch() as con:
        assert con.execute(f"FROM read_parquet('{tmp_path}/out.parquet')").fetchall() == [(1,)]
    assert "--format" in query("SELECT 1", "--output", str(tmp_path / "out.xlsx"), status=2).stderr
    assert "--output" in query("SELECT 1", "--format", "table", "--output", "x.txt", status=2).stderr


def test_parquet_goes_to_a_pipe(home, tmp_path):
    told = process(home, "SELECT article_id, authors, reported_at FROM articles", "--format", "parquet")
    (tmp_path / "told.parquet").write_bytes(told.stdout)

    with open_scratch() as con:
        rows = con.execute(f"FROM read_parquet('{tmp_path}/told.parquet') ORDER BY 1").fetchall()
    assert rows == [("a", ["A", "B"], T), ("b", [], T)]


def test_parquet_does_not_go_to_a_terminal(home):
    master, slave = pty.openpty()
    told = subprocess.run(
        [*PROGRAM, "--home", str(home), "query", "SELECT 1", "--format", "parquet"],
        stdout=slave,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(slave)
    os.close(master)

    assert told.returncode == 2
    assert b"--output FILE" in told.stderr


COUNT = ("SELECT count(*) FROM range(1000000000000)", ("--timeout", "0.3"), "--timeout")
#: One call that heeds no interrupt.
REPEAT = ("SELECT length(repeat('xy', 2000000000))", ("--timeout", "0.3"), "--timeout")
#: What functions allocate is not counted by DuckDB.
SORT = ("SELECT len(list_sort(range(100000000)))", ("--memory", "64MB"), "--memory")
SPLIT = ("SELECT len(string_split(repeat('a,', 100000000), ','))", ("--memory", "64MB"), "--memory")


# Who heeds no interrupt is waited for, so of these each is asked in one form; in both, each limit is met.
@pytest.mark.parametrize(
    ("form", "sql", "options", "said"),
    [
        ("csv", *COUNT),
        ("parquet", *COUNT),
        ("parquet", *REPEAT),
        ("csv", *SORT),
        ("parquet", *SPLIT),
        pytest.param("csv", *REPEAT, marks=pytest.mark.soak),
        pytest.param("parquet", *SORT, marks=pytest.mark.soak),
        pytest.param("csv", *SPLIT, marks=pytest.mark.soak),
    ],
)
def test_every_query_ends_and_says_why(home, tmp_path, form, sql, options, said):
    out = tmp_path / "out" / "answer"

    told = process(home, sql, *options, "--format", form, "--output", str(out))

    assert told.returncode == 1
    assert said.encode() in told.stderr
    assert list(out.parent.iterdir()) == []


def test_a_cell_that_takes_too_long_to_lay_out_ends_within_the_time(home):
    told = process(home, "SELECT repeat('ab ', 10000000)", "--timeout", "2")

    assert told.returncode == 1
    assert b"--timeout" in told.stderr


@pytest.mark.parametrize("options", [("--timeout", "0"), ("--memory", "1MB"), ("--memory", "much")])
def test_limits_that_cannot_be_are_refused(query, options):
    assert query("SELECT 1", *options, status=2).stderr


def test_the_snapshot_stays_as_it_is_and_nothing_is_left_beside_it(home, query):
    before = (home / "newswatch.duckdb").read_bytes()

    query("CREATE TEMP TABLE t AS SELECT range FROM range(1000000); FROM t ORDER BY hash(range) LIMIT 1")

    assert (home / "newswatch.duckdb").read_bytes() == before
    assert [path.name for path in home.iterdir()] == ["newswatch.duckdb"]
