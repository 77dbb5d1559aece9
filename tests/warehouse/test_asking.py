"""Other people's SQL: what it may ask, and that it reaches nothing else, however it is put."""

import hashlib
import os
import threading
from datetime import UTC, datetime

import duckdb
import pytest

from extractors.errors import ConfigurationError, LimitError
from tests.warehouse.article_rows import article_row
from warehouse.asking import ask, close_off, write_parquet
from warehouse.database import insert, open_scratch, open_snapshot, open_warehouse
from warehouse.limits import Limits, holding

T = datetime(2022, 8, 26, 8, tzinfo=UTC)
GB = 1_000_000_000

#: Each is put to a real file; `{folder}` is that of the file, with a secret beside it.
HOSTILE = (
    # Writing to the file.
    "DELETE FROM articles",
    "INSERT INTO articles SELECT * FROM articles",
    "UPDATE articles SET text = ''",
    "MERGE INTO articles USING (SELECT 'a' AS id) AS s ON s.id = article_id WHEN MATCHED THEN DELETE",
    "TRUNCATE articles",
    "DROP TABLE articles",
    "DROP SCHEMA state CASCADE",
    "ALTER TABLE articles ADD COLUMN mine INTEGER",
    "COMMENT ON TABLE articles IS 'mine'",
    "CREATE TABLE mine (n INTEGER)",
    "CREATE TABLE main.mine AS SELECT 1",
    "CREATE OR REPLACE VIEW trend_daily AS SELECT 1",
    "CREATE MACRO mine(n) AS n",
    "CREATE SEQUENCE mine",
    "CREATE SCHEMA mine",
    "CREATE TYPE mine AS ENUM ('a')",
    "CREATE INDEX mine ON articles (url)",
    "CHECKPOINT",
    "FORCE CHECKPOINT",
    "VACUUM",
    # Other files.
    "SELECT * FROM read_csv('{folder}/secret.csv')",
    "SELECT * FROM read_text('{folder}/secret.csv')",
    "SELECT * FROM read_blob('{folder}/secret.csv')",
    "SELECT * FROM read_json('{folder}/secret.csv')",
    "SELECT * FROM read_parquet('{folder}/secret.parquet')",
    "SELECT * FROM parquet_schema('{folder}/secret.parquet')",
    "SELECT * FROM parquet_metadata('{folder}/secret.parquet')",
    "SELECT * FROM sniff_csv('{folder}/secret.csv')",
    "SELECT * FROM glob('{folder}/*')",
    "SELECT * FROM '{folder}/secret.csv'",
    "SELECT * FROM '/proc/self/environ'",
    "SELECT * FROM query('SELECT * FROM read_text(''{folder}/secret.csv'')')",
    "SELECT * FROM query_table('{folder}/secret.csv')",
    "WITH x AS (SELECT * FROM read_text('{folder}/secret.csv')) SELECT count(*) FROM x",
    "EXPLAIN ANALYZE SELECT * FROM read_text('{folder}/secret.csv')",
    "CREATE TEMP VIEW v AS SELECT * FROM read_text('{folder}/secret.csv'); FROM v",
    "CREATE TEMP MACRO m() AS TABLE SELECT * FROM read_text('{folder}/secret.csv'); FROM m()",
    "ATTACH '{folder}/other.duckdb'",
    "ATTACH '{folder}/asked.duckdb' AS again",
    "ATTACH ':memory:' AS other",
    "COPY articles TO '{folder}/out.csv'",
    "COPY (SELECT 1) TO '{folder}/out.parquet' (FORMAT parquet)",
    "COPY articles FROM '{folder}/secret.csv'",
    "EXPLAIN ANALYZE COPY articles TO '{folder}/out.csv'",
    "EXPORT DATABASE '{folder}/out'",
    "IMPORT DATABASE '{folder}'",
    "COPY FROM DATABASE asked TO temp",
    "PREPARE p AS COPY articles TO '{folder}/out.csv'; EXECUTE p",
    "PRAGMA import_database('{folder}')",
    # The network, extensions, secrets, the environment.
    "SELECT * FROM read_csv('http://127.0.0.1:1/x.csv')",
    "SELECT * FROM 's3://bucket/x.parquet'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "LOAD '{folder}/mine.duckdb_extension'",
    "FORCE INSTALL spatial FROM community",
    "UPDATE EXTENSIONS",
    "CREATE SECRET mine (TYPE s3, KEY_ID 'a', SECRET 'b')",
    "CREATE PERSISTENT SECRET mine (TYPE http, BEARER_TOKEN 'b')",
    "SELECT getenv('HOME')",
    "FROM a_python_variable",
    "SELECT * FROM ask",
    # The configuration.
    "SET enable_external_access = true",
    "SET GLOBAL lock_configuration = false",
    "RESET lock_configuration",
    "SET memory_limit = '100GB'",
    "SET temp_directory = '{folder}/out'",
    "SET allowed_directories = ['/']",
    "SET allowed_paths = ['{folder}/out.csv']",
    "SET python_enable_replacements = true",
    "SET autoinstall_known_extensions = true",
    "SET threads = 64",
    "PRAGMA memory_limit = '100GB'",
    "PRAGMA enable_profiling",
    "SET profiling_output = '{folder}/out.json'",
    "SET log_query_path = '{folder}/out.log'",
    "CALL enable_logging()",
    "CALL pragma_version()",
    "USE other",
    "DETACH asked",
)


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    path = tmp_path_factory.mktemp("asked") / "asked.duckdb"
    with open_warehouse(path) as con:
        insert(con, "articles", [article_row(name, T) for name in ("a", "b", "c")])
    (path.parent / "writer.lock").unlink()
    (path.parent / "secret.csv").write_text("secret\nhunter2\n", encoding="utf-8")
    with open_scratch() as con:
        con.execute(f"COPY (SELECT 'hunter2' AS secret) TO '{path.parent / 'secret.parquet'}'")
    return path


@pytest.fixture
def asked(filled):
    """Ask for all rows at once; the limits can be given."""

    def put(script, *, seconds=60.0, memory=GB, give_up=lambda error: os._exit(9)):
        limits = Limits(seconds=seconds, memory=memory)
        with open_snapshot(filled, external_access=True) as con:
            close_off(con, limits)
            with holding(con, limits, give_up):
                answer = ask(con, script, limits)
                return answer.columns, [row for chunk in answer.chunks for row in chunk]

    return put


def state_of(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).digest() for path in folder.iterdir()}


@pytest.mark.parametrize("statement", HOSTILE)
def test_a_hostile_statement_is_refused_and_leaves_everything_as_it_was(asked, filled, statement):
    a_python_variable = [{"secret": "hunter2"}]  # noqa: F841 - SQL would find it by name
    before = state_of(filled.parent)

    with pytest.raises(ConfigurationError) as refused:
        asked(statement.format(folder=filled.parent))

    assert "hunter2" not in str(refused.value)
    assert state_of(filled.parent) == before


@pytest.mark.parametrize("statement", HOSTILE)
def test_the_connection_alone_keeps_it_from_all_that_is_outside(filled, statement):
    """The second wall holds by itself: statements that get past the first one change and reach nothing."""
    before = state_of(filled.parent)
    limits = Limits(seconds=60, memory=GB)
    with open_snapshot(filled, external_access=True) as con:
        close_off(con, limits)
        try:
            told = con.execute(statement.format(folder=filled.parent)).fetchall()
        except duckdb.Error as error:
            told = str(error)

        assert "hunter2" not in str(told)
        assert con.execute("SELECT count(*), min(text) FROM articles").fetchall() == [(3, "a")]
        locked = con.execute("SELECT current_setting('lock_configuration')").fetchall()

    assert locked == [(True,)]
    assert state_of(filled.parent) == before


def test_no_secret_of_the_machine_is_seen(asked):
    assert asked("FROM duckdb_secrets()")[1] == []


@pytest.mark.parametrize(
    ("script", "rows"),
    [
        ("SELECT 1 AS one; SELECT count(*) FROM articles", [(3,)]),
        (
            "CREATE TEMP TABLE t AS SELECT 1 AS n; INSERT INTO t VALUES (2); UPDATE t SET n = 3; FROM t",
            [(3,)] * 2,
        ),
        ("SET VARIABLE since = DATE '2022-01-01'; SELECT getvariable('since') < now()", [(True,)]),
        ("CREATE TEMP MACRO twice(n) AS 2 * n; SELECT twice(4)", [(8,)]),
        ("PIVOT (SELECT article_id, 1 AS n FROM articles) ON article_id USING sum(n)", [(1, 1, 1)]),
        ("BEGIN; SELECT 7; COMMIT; SELECT 8 -- with a comment;", [(8,)]),
    ],
)
def test_what_reads_is_answered_temporary_tables_and_several_statements_too(asked, script, rows):
    assert asked(script)[1] == rows


@pytest.mark.parametrize(
    "script", ["DESCRIBE articles", "SHOW TABLES", "SUMMARIZE articles", "EXPLAIN FROM articles"]
)
def test_the_file_can_be_asked_what_there_is(asked, script):
    columns, rows = asked(script)

    assert columns
    assert rows


def test_moments_come_in_utc_and_names_as_they_are(asked):
    assert asked("SELECT max(reported_at) AS last, 1 AS last FROM articles") == (("last", "last"), [(T, 1)])


@pytest.mark.parametrize(
    ("script", "place"),
    [
        ("SELECT 1;\n\nSELECT\n titel FROM articles", "LINE 4:"),
        ("SELECT 1;\nSELEC 2", "LINE 2:"),
        ("SELECT * FROM artcles", 'Did you mean "articles"?'),
    ],
)
def test_what_is_wrong_is_said_with_its_place(asked, script, place):
    with pytest.raises(ConfigurationError) as refused:
        asked(script)

    assert place in str(refused.value)


@pytest.mark.parametrize("script", ["", " ; ", "-- nothing"])
def test_nothing_to_answer_is_said(asked, script):
    with pytest.raises(ConfigurationError, match="no statement"):
        asked(script)


@pytest.mark.parametrize(
    "script",
    ["SELECT " + "(" * 5_000 + "1" + ")" * 5_000, "SELECT 1" + "+1" * 20_000, "SELECT '\x00", "\ufeff\ud83d"],
)
def test_text_that_is_no_sql_is_refused(asked, script):
    with pytest.raises(ConfigurationError):
        asked(script)


def test_a_question_ends_at_its_time(asked):
    with pytest.raises(LimitError, match="--timeout"):
        asked("SELECT count(*) FROM range(1000000000000)", seconds=0.2)


def test_rows_without_end_do_too_and_are_not_held(asked):
    with pytest.raises(LimitError, match="--timeout"):
        asked("SELECT NULL FROM range(1000000000000)", seconds=0.2)


@pytest.mark.parametrize(
    "script",
    [
        "SELECT list(range) FROM range(100000000)",
        "FROM range(50000000) ORDER BY hash(range)",
        "SELECT count(*) FROM (SELECT range, count(*) FROM range(100000000) GROUP BY ALL)",
    ],
)
def test_a_question_ends_at_its_memory(asked, script):
    with pytest.raises(LimitError, match="--memory"):
        asked(script, memory=64_000_000)


def test_the_time_of_whoever_reads_the_rows_does_not_count(filled):
    limits = Limits(seconds=0.5, memory=GB)
    with open_snapshot(filled, external_access=True) as con, holding(con, limits, os._exit):
        close_off(con, limits)
        answer = ask(con, "FROM range(5000)", limits)
        first = next(answer.chunks)
        threading.Event().wait(0.8)

        assert len(first) + sum(len(chunk) for chunk in answer.chunks) == 5_000


@pytest.mark.parametrize(
    "script", ["FROM articles", "DESCRIBE articles", "SELECT 1 AS n, 2 AS n", "SHOW TABLES"]
)
def test_an_answer_as_parquet_has_the_rows_and_nothing_else_is_written(filled, tmp_path, asked, script):
    limits, file = Limits(seconds=60, memory=GB), tmp_path / "it's.parquet"
    with open_snapshot(filled, external_access=True) as con:
        close_off(con, limits, file=file)
        write_parquet(con, script, limits, file)
        with pytest.raises(ConfigurationError):
            ask(con, f"COPY articles TO '{tmp_path}/other.csv'", limits)
        with pytest.raises(Exception, match="disabled"):
            con.execute(f"COPY articles TO '{tmp_path}/other.csv'")

    with open_scratch() as con:
        rows = con.execute("FROM read_parquet($file)", {"file": str(file)}).fetchall()
    assert sorted(map(str, rows)) == sorted(map(str, asked(script)[1]))
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


def test_a_statement_without_an_answer_writes_no_parquet(filled, tmp_path):
    limits, file = Limits(seconds=60, memory=GB), tmp_path / "out.parquet"
    with open_snapshot(filled, external_access=True) as con:
        close_off(con, limits, file=file)
        with pytest.raises(ConfigurationError):
            write_parquet(con, "DROP TABLE articles", limits, file)

    assert not file.exists()
