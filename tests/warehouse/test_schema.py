"""The schema explains itself, migrates forward, and refuses what it does not know."""

from importlib.resources import files

import duckdb
import pytest

from extractors.errors import WarehouseError
from warehouse.database import column_type, insert, open_warehouse, transaction


@pytest.fixture
def con(tmp_path):
    with open_warehouse(tmp_path / "warehouse.duckdb") as opened:
        yield opened


def test_every_table_and_view_says_what_it_is(con):
    found = con.execute(
        """
        SELECT table_name FROM duckdb_tables() WHERE comment IS NULL AND database_name = current_database()
        UNION ALL
        SELECT view_name FROM duckdb_views()
        WHERE comment IS NULL AND database_name = current_database() AND NOT internal
        """
    ).fetchall()

    assert found == []


def test_every_column_says_what_it_holds(con):
    found = con.execute(
        """
        SELECT table_name, column_name FROM duckdb_columns()
        WHERE comment IS NULL AND database_name = current_database() AND NOT internal
        """
    ).fetchall()

    assert found == []


def test_opening_twice_migrates_once(tmp_path):
    path = tmp_path / "warehouse.duckdb"
    for _ in range(2):
        with open_warehouse(path) as con:
            names = con.execute("SELECT name FROM migrations").fetchall()

    assert len(names) == len(set(names))


def test_a_newer_file_is_refused_with_a_clear_word(tmp_path):
    path = tmp_path / "warehouse.duckdb"
    with open_warehouse(path) as con:
        con.execute("INSERT INTO migrations VALUES ('9999_future.sql', now())")

    with pytest.raises(WarehouseError, match="newer newswatch"), open_warehouse(path):
        pass


def test_a_file_of_another_kind_is_refused_with_a_clear_word(tmp_path):
    path = tmp_path / "warehouse.duckdb"
    path.write_text("no database", encoding="utf-8")

    with pytest.raises(WarehouseError, match="cannot be opened"), open_warehouse(path):
        pass


def test_a_failed_transaction_leaves_nothing(con):
    class StopError(Exception):
        pass

    def fail_half_way():
        with transaction(con):
            insert(con, "state.batches", [{"batch_id": "b", "order_id": "o", "loaded_at": "2024-01-01"}])
            raise StopError

    with pytest.raises(StopError):
        fail_half_way()

    assert con.execute("SELECT count(*) FROM state.batches").fetchone() == (0,)


def test_times_come_back_in_utc_whatever_zone_the_machine_has(con, noon):
    con.execute("INSERT INTO state.items VALUES ('k', $t, $t)", {"t": noon})

    assert con.execute("SELECT first_seen_at FROM state.items").fetchone() == (noon,)


def test_an_annotation_that_cannot_travel_is_refused():
    with pytest.raises(TypeError, match="no column type"):
        column_type(complex)


def test_copies_and_second_origins_of_what_was_stored_before_are_counted():
    with duckdb.connect() as con:
        migrations = sorted(files("warehouse").joinpath("migrations").iterdir(), key=lambda one: one.name)
        first, second = (one.read_text(encoding="utf-8") for one in migrations[:2])
        con.execute("CREATE TABLE main.migrations (name VARCHAR NOT NULL, applied_at TIMESTAMPTZ NOT NULL)")
        con.execute(first)
        con.execute(
            """
            SET TimeZone = 'UTC';
            INSERT INTO stories BY NAME SELECT 's' AS story_id, 'Title' AS title, '2024-01-01' AS first_at,
                '2024-01-03' AS last_at, 3 AS articles, 2 AS publishers, ['en'] AS languages;
            INSERT INTO articles BY NAME
            SELECT id AS article_id, id AS url, 'wire' AS source_id, id AS publisher, id AS title, '' AS text,
                [] AS authors, day AS reported_at, day AS first_seen_at, 1 AS revision, 1 AS words,
                true AS relevant, 0 AS likeness, original AS copy_of, 's' AS story_id, 'page' AS text_from
            FROM (VALUES ('a', DATE '2024-01-01', NULL), ('b', '2024-01-02', 'a'), ('c', '2024-01-03', NULL))
                AS t (id, day, original);
            INSERT INTO developments BY NAME SELECT 'd' AS development_id, 's' AS story_id, 'plant' AS event_type,
                'planned' AS status, 'official' AS basis, [] AS participants, 'What' AS what, 'It.' AS sentence,
                'a' AS first_article_id, '2024-01-01' AS reported_at, '2024-01-01' AS detected_at, 3 AS articles,
                2 AS origins;
            INSERT INTO development_articles BY NAME
            SELECT 'd' AS development_id, unnest(['a', 'b', 'c']) AS article_id,
                unnest(['first', 'repeats', 'confirms']) AS role;
            """
        )
        con.execute(second)

        assert con.execute("SELECT copies FROM stories").fetchall() == [(1,)]
        assert con.execute("SELECT copies, confirmed_at::DATE::VARCHAR FROM developments").fetchall() == [
            (1, "2024-01-03")
        ]


def test_sources_of_before_keep_what_was_known_of_them():
    with duckdb.connect() as con:
        migrations = sorted(files("warehouse").joinpath("migrations").iterdir(), key=lambda one: one.name)
        texts = [one.read_text(encoding="utf-8") for one in migrations]
        con.execute("CREATE TABLE main.migrations (name VARCHAR NOT NULL, applied_at TIMESTAMPTZ NOT NULL)")
        for text in texts[:3]:
            con.execute(text)
        later = "day DATE, source_id VARCHAR, polls_ok BIGINT, polls_failed BIGINT"
        # the view of today reads it
        con.execute(f"CREATE TABLE state.source_days ({later}, articles BIGINT)")
        con.execute("INSERT INTO state.source_days VALUES ('2024-01-01', 'well', 1, 0, 0)")
        con.execute(files("warehouse").joinpath("views", "coverage.sql").read_text(encoding="utf-8"))
        con.execute(
            """
            SET TimeZone = 'UTC';
            INSERT INTO sources
            SELECT id, 'feed', 'http://' || id, NULL, NULL, state, failures, '2024-01-01', '2024-02-01', 900, NULL, NULL
            FROM (VALUES ('well', 'ok', 0), ('ill', 'failing', 2), ('over', 'gone', 1)) AS t (id, state, failures);
            INSERT INTO polls BY NAME
            SELECT id AS source_id, day AS started_at, outcome, status AS http_status, 9 AS items, news AS new_items,
                0 AS bytes, 0 AS seconds, cause
            FROM (VALUES
                ('well', DATE '2024-01-01', 'new', 200, 3, NULL), ('well', '2024-01-02', 'unchanged', 304, 0, NULL),
                ('ill', '2024-01-01', 'new', 200, 1, NULL), ('ill', '2024-01-02', 'failed', 500, 0, 'http-500'),
                ('ill', '2024-01-03', 'failed', NULL, 0, 'dns')
            ) AS t (id, day, outcome, status, news, cause);
            INSERT INTO state.validators VALUES ('well', 'http://well', '"e"', NULL, 'h');
            """
        )
        con.execute(texts[3])

        found = con.execute(
            """
            SELECT source_id, state, polled_url, pace_s, next_poll_at::DATE::VARCHAR, polled_at::DATE::VARCHAR,
                last_new_at::DATE::VARCHAR, full_at::DATE::VARCHAR, failing_since::DATE::VARCHAR, failure_weight,
                cause, trusted, skip_hours
            FROM sources ORDER BY source_id
            """
        ).fetchall()
        kept = con.execute("SELECT url, etag, more FROM state.validators").fetchall()
        assert con.execute("SELECT count(*) FROM coverage").fetchone() == (1,)
    first, second, third = "2024-01-01", "2024-01-02", "2024-01-03"
    due = "2024-02-01"
    assert found == [
        ("ill", "failing", "http://ill", 900, due, third, first, first, second, 1.0, "dns", True, []),
        ("over", "gone", "http://over", 900, None, None, None, None, None, 0, None, True, []),
        ("well", "ok", "http://well", 900, due, second, first, first, None, 0, None, True, []),
    ]
    assert kept == [("http://well", '"e"', [])]
